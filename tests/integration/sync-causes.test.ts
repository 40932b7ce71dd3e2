import http from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import type { LinkCause } from '../../app/sync/link.ts';
import { publicKeyX } from '../../main/security/sign.ts';
import type { StationRecord } from '../../main/store/api.ts';
import { activateStation } from '../../main/sync/activate.ts';
import { createSyncEngine } from '../../main/sync/engine.ts';
import { createTransport } from '../../main/sync/transport.ts';
import { startTestCenter } from '../helpers/center.ts';
import { fakeServer, rawServer } from '../helpers/fake-server.ts';
import { fakeCa } from '../helpers/fake-tls.ts';
import { openTestStore, recordResident, TEST_NOW, type TestStore } from '../helpers/store.ts';

/** Each cause as a real link makes it, through the real transport and engine, to what a person is told and the log keeps. */
async function told(
  centerUrl: string,
  caPem: string | null,
  given?: { readonly store: TestStore; readonly record: StationRecord },
) {
  const store = given?.store ?? (await openTestStore({ inMemory: true }));
  const record = given?.record ?? store.api.station.record();
  if (record === null) throw new Error('not activated');
  if (given === undefined) await recordResident(store, store.niks[0] ?? '');
  const transport = createTransport({ baseUrl: centerUrl, caPem });
  const quiet = () => {};
  const log = { info: quiet, warn: quiet, error: quiet };
  const engine = createSyncEngine({
    ...{ store: store.store, record, stationKey: store.stationKey, transport, log },
  });
  onTestFinished(async () => {
    await engine.stop();
    transport.close();
    store.destroy();
  });
  engine.start();
  const { ended, cause } = await engine.syncNow();
  expect(ended).toBe('offline');
  expect(engine.state().link).toMatchObject({ state: 'offline', cause });
  // During the outage a resident is recorded as on any day, and the log counts them.
  await recordResident(store, store.niks[1] ?? '', { now: TEST_NOW });
  expect(store.api.outages.latest(1)).toMatchObject([{ cause, endedAt: null, recordedMeanwhile: 1 }]);
  return cause;
}

const portalPage = '<html><form action="/login">Masuk Wi-Fi</form></html>';

test.each<[string, LinkCause, () => Promise<[url: string, caPem: string | null]>]>([
  [
    'a port where nothing listens',
    'refused',
    async () => {
      const server = await rawServer(() => undefined);
      const closed = http.createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => closed.once('listening', resolve));
      const address = closed.address();
      await new Promise((resolve) => closed.close(resolve));
      const port = typeof address === 'object' && address !== null ? address.port : server.port;
      return [`http://127.0.0.1:${port}`, null];
    },
  ],
  [
    'a line that breaks off',
    'timeout',
    async () => [(await rawServer((socket) => void socket.once('data', () => socket.destroy()))).url, null],
  ],
  [
    'a login page in the center’s place',
    'captivePortal',
    async () => [(await fakeServer((_request, answer) => void answer.end(portalPage))).url, null],
  ],
  [
    'a portal that answers without TLS where the center has it',
    'captivePortal',
    async () => {
      const { port } = await fakeServer((_request, answer) => void answer.end(portalPage));
      return [`https://127.0.0.1:${port}`, (await fakeCa()).pem];
    },
  ],
  [
    'a certificate of somebody else',
    'tls',
    async () => {
      const server = await fakeServer(
        (_request, answer) => void answer.end('{}'),
        await (await fakeCa('CN=Other')).leaf(),
      );
      return [server.url, (await fakeCa()).pem];
    },
  ],
  [
    'a center that answers with errors',
    'centerError',
    async () => {
      const server = await fakeServer((_request, answer) => {
        answer.statusCode = 500;
        answer.end();
      });
      return [server.url, null];
    },
  ],
])('%s is told as %s', async (_name, cause, where) => {
  expect(await told(...(await where()))).toBe(cause);
});

test('a name that nobody knows is told as dns, or as no network on a machine that has none', async () => {
  const cause = await told('https://does-not-exist.invalid', (await fakeCa()).pem);
  expect(['dns', 'noNetwork']).toContain(cause);
});

test('a certificate whose dates are over by the center’s own time is told as the clock, not as online', async () => {
  const center = await startTestCenter({ residents: 10, http: true });
  const store = await openTestStore();
  const { activation } = await activateStation({
    centerUrl: center.url,
    code: await center.activationCode(),
    stationKeyX: publicKeyX(store.stationKey),
    label: 'Meja 1',
    appVersion: '0.1.0',
  });
  const ca = await fakeCa();
  const server = await fakeServer(
    (request, answer) => {
      const { method, url, headers } = request;
      const onward = http.request(center.url, { method: method ?? 'GET', path: url ?? '/', headers });
      onward.on('response', (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
      });
      onward.on('error', () => answer.destroy());
      request.pipe(onward);
    },
    await ca.leaf(undefined, [-60, -30]),
  );
  await recordResident(store, store.niks[0] ?? '');
  const record = { activation, centerUrl: server.url, caPem: ca.pem };
  expect(await told(server.url, ca.pem, { store, record })).toBe('clock');
  expect(await center.packetCount()).toBe(0);
});
