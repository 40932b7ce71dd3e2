import { statSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nextPlace } from '../../app/desk/carry-over.ts';
import { isReceived } from '../../app/enrollment/lifecycle.ts';
import { nikSchema } from '../../app/enrollment/nik.ts';
import { createSyncEngine } from '../../main/sync/engine.ts';
import { createTransport } from '../../main/sync/transport.ts';
import { filesIn } from '../helpers/center.ts';
import { fakeServer } from '../helpers/fake-server.ts';
import { fakeCa } from '../helpers/fake-tls.ts';
import { office } from '../helpers/office.ts';

test('over TLS: reference data arrives, packets are delivered once, outcomes come back', async () => {
  const { center, test: store, engine, record } = await office();
  expect(store.api.residents.count()).toBe(60);
  expect(store.api.accounts.count()).toBeGreaterThan(0);
  const ids = await record(6);
  const summary = await engine.syncNow();
  expect(summary).toMatchObject({ ended: 'done', received: 6, held: 0, failed: 0, remaining: 0 });
  expect(await center.packetCount()).toBe(6);
  await center.outcomes(6);
  await engine.syncNow();
  const rows = store.api.outbox.list('all', 0, 10).rows;
  expect(rows.map(({ packetId }) => packetId).sort()).toEqual([...ids].sort());
  expect(
    rows.every(({ outcome, state }) => outcome !== null && isReceived(state) && state !== 'received'),
  ).toBe(true);
  expect(store.api.journal.pending(10)).toEqual([]);
});

test('the answer is lost after the center stored the packet: once there, one receipt here', async () => {
  const { center, link, test: store, engine, record } = await office({ http: true });
  await record(1);
  link.cut();
  link.next({ deafAfter: store.api.outbox.summary(0).waitingBytes });
  expect(await engine.syncNow()).toMatchObject({ received: 1, failed: 0, remaining: 0 });
  expect(await center.packetCount()).toBe(1);
  expect(store.api.outbox.list('received', 0, 10).rows).toHaveLength(1);
  expect(store.db.all('SELECT 1 FROM receipt')).toHaveLength(1);
});

test('who was carried over has one place at the center, and today’s again once it was taken back', async () => {
  const { center, test: store, engine, waiting, date } = await office();
  const niks = waiting.slice(0, 3).map((nik) => nikSchema.parse(nik));
  const by = store.operator.accountId;
  for (const nik of niks) store.api.desk.arrive(date, nik, by, Date.now());
  const to = nextPlace(date);
  const input = { from: date, to, niks: null, by, now: Date.now() };
  expect(store.api.desk.carryOver(input)).toEqual({ moved: 3 });
  await engine.syncNow();
  const places = () =>
    center.running.db
      .selectFrom('summons')
      .select(['date', 'session'])
      .where('removed', '=', false)
      .where('nik', 'in', niks)
      .where('date', '>=', date)
      .execute();
  expect(await places()).toEqual([to, to, to]);
  store.api.desk.carryBack({ date, session: 'siang', by, now: Date.now() });
  await engine.syncNow();
  const back = { date, session: 'siang' };
  expect(await places()).toEqual([back, back, back]);
});

test('a connection cut in the middle of the body goes on from the center’s offset', async () => {
  const { center, link, test: store, engine, record } = await office({ http: true });
  await record(1, 60_000);
  const size = store.api.outbox.summary(0).waitingBytes;
  expect(size).toBeGreaterThan(500_000);
  link.cut();
  const before = link.up();
  link.next({ up: 400_000 });
  const first = engine.syncNow();
  const stored = () =>
    filesIn(path.join(center.data, 'uploads')).reduce((sum, file) => sum + statSync(file).size, 0);
  while (stored() < 300_000) await new Promise((resolve) => setImmediate(resolve));
  link.cut();
  expect(await first).toMatchObject({ received: 0, failed: 1, remaining: 1 });
  while (store.api.outbox.summary(0).waiting > 0) await engine.syncNow();
  expect(await center.packetCount()).toBe(1);
  expect(center.blobs()).toHaveLength(1);
  // Sent again is at most what was on its way when it broke.
  expect(link.up() - before).toBeLessThan(size + 150_000);
});

test('an outage and the return: nothing lost, nothing twice, one outage in the book', async () => {
  const { center, test: store, engine, record } = await office();
  await center.stop();
  expect(await engine.syncNow()).toMatchObject({ ended: 'offline', remaining: 0 });
  await record(3);
  expect(await engine.syncNow()).toMatchObject({ ended: 'offline', received: 0, remaining: 3 });
  expect(engine.state().link.state).toBe('offline');
  await center.start();
  while (store.api.outbox.summary(0).waiting > 0) await engine.syncNow();
  expect(await center.packetCount()).toBe(3);
  const outages = store.api.outages.latest(5).filter(({ recordedMeanwhile }) => recordedMeanwhile > 0);
  expect(outages).toMatchObject([{ recordedMeanwhile: 3, endedAt: expect.any(Number) as number }]);
});

test('a center that does not accept pauses the station; one that revoked it says so', async () => {
  const { center, test: store, engine, record } = await office();
  await record(1);
  center.running.control.setAccepting(false);
  expect(await engine.syncNow()).toMatchObject({ ended: 'paused', cause: 'paused', remaining: 1 });
  center.running.control.setAccepting(true);
  const { stationId } = store.api.station.record()?.activation ?? {};
  if (stationId === undefined) throw new Error('not activated');
  await center.running.control.revoke(stationId);
  expect(await engine.syncNow()).toMatchObject({ ended: 'offline', cause: 'notAllowed', remaining: 1 });
  expect(await center.packetCount()).toBe(0);
});

test('another server in the center’s place is refused with the cause tls', async () => {
  const { test: store, center } = await office();
  const record = store.api.station.record();
  if (record === null) throw new Error('not activated');
  let requests = 0;
  const server = await fakeServer(
    (_request, answer) => {
      requests += 1;
      answer.end('{}');
    },
    await (await fakeCa('CN=Rekam center CA')).leaf(),
  );
  const transport = createTransport({ baseUrl: server.url, caPem: center.caPem });
  const quiet = () => {};
  const log = { info: quiet, warn: quiet, error: quiet };
  const engine = createSyncEngine({
    store: store.store,
    record,
    stationKey: store.stationKey,
    transport,
    log,
  });
  engine.start();
  onTestFinished(async () => {
    await engine.stop();
    transport.close();
  });
  expect(await engine.syncNow()).toMatchObject({ ended: 'offline', cause: 'tls' });
  expect(requests).toBe(0);
});
