import { expect, test } from 'vitest';
import { TransportFailure, type Transport, type TransportRequest } from '../../main/sync/api.ts';
import { createCaller } from '../../main/sync/call.ts';

/** Its kept-alive connection has gone to sleep, each time. */
function asleep(sent: TransportRequest[]): Transport {
  return {
    send: (request) => {
      sent.push(request);
      return Promise.reject(new TransportFailure('timeout', 'stale', undefined, true));
    },
    close: () => {},
  };
}

test.each([
  ['is repeated once', true, 2],
  ['is not repeated once the center has asked to wait', false, 1],
])('a call that met a sleeping connection %s', async (_, mayRepeat, times) => {
  const sent: TransportRequest[] = [];
  const call = createCaller({
    transport: asleep(sent),
    sign: ({ headers }) => Promise.resolve({ ...headers }),
    now: () => 0,
    clockOffsetMs: () => null,
    mayRepeat: () => mayRepeat,
  });
  const { signal } = new AbortController();
  await expect(call({ method: 'GET', target: '/v1/reference', signal })).rejects.toThrow(TransportFailure);
  expect(sent).toHaveLength(times);
});
