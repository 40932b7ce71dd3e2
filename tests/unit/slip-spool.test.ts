import { expect, test, vi } from 'vitest';
import { spool } from '../../main/slip/spool.ts';

const never = () => new Promise<never>(() => undefined);

test('a printer that takes the paper, one that refuses, and one that throws', async () => {
  expect(await spool((answer) => answer(true, ''), never)).toEqual({ kind: 'taken' });
  expect(await spool((answer) => answer(false, 'no paper'), never)).toMatchObject({
    kind: 'refused',
    error: { message: 'no paper' },
  });
  const thrown = await spool(() => {
    throw new TypeError('deviceName');
  }, never);
  expect(thrown).toMatchObject({ kind: 'refused', error: { message: 'deviceName' } });
});

test('nobody waits for ever for one that says nothing, and no timer is left behind', async () => {
  expect(
    await spool(
      () => undefined,
      () => Promise.resolve(),
    ),
  ).toEqual({ kind: 'silent' });
  const limit = vi.fn(
    (signal: AbortSignal) => new Promise((_, reject) => signal.addEventListener('abort', reject)),
  );
  await spool((answer) => answer(true, ''), limit);
  expect(limit.mock.calls[0]?.[0].aborted).toBe(true);
});
