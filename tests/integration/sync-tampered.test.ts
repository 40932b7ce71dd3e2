// Packets that somebody changed in the opened database: none is sent as if it were right, and the rest go on.
import { expect, test } from 'vitest';
import { diagnose } from '../../app/sync/diagnosis.ts';
import { systemClock } from '../../main/sync/system-clock.ts';
import { createSyncEngine } from '../../main/sync/engine.ts';
import { createTransport } from '../../main/sync/transport.ts';
import { office, when } from '../helpers/office.ts';
import { recordResident, testCaptures } from '../helpers/store.ts';

const around = { link: 'online', cause: null, isClosed: false, now: Date.now() } as const;

test('sealed bytes or a manifest changed in the database: held with its reason, the others are received', async () => {
  const { center, test: store, engine, record, link } = await office();
  link.cut();
  await center.stop();
  const [bytes = '', manifest = '', whole] = await record(3);
  store.db.write((tx) => {
    const { sealed } =
      tx.get<{ sealed: Uint8Array }>('SELECT sealed FROM packet_blob WHERE packet_id = ?', bytes) ?? {};
    if (sealed === undefined) throw new Error('no bytes');
    sealed[200] = (sealed[200] ?? 0) ^ 1;
    tx.run('UPDATE packet_blob SET sealed = ? WHERE packet_id = ?', sealed, bytes);
    const jws =
      tx.get<{ m: string }>('SELECT manifest AS m FROM packet WHERE packet_id = ?', manifest)?.m ?? '';
    const [head, payload = '', signature] = jws.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const other = Buffer.from(JSON.stringify({ ...claims, recordedAt: '2011-11-14T00:00:00.000Z' })).toString(
      'base64url',
    );
    tx.run('UPDATE packet SET manifest = ? WHERE packet_id = ?', `${head}.${other}.${signature}`, manifest);
  });
  await center.start();
  while (store.api.outbox.summary(0).waiting > 0) await engine.syncNow();
  expect(await center.packetCount()).toBe(1);
  expect(await center.hasPacket(whole as never)).toBe(true);
  const held = store.api.outbox.list('held', 0, 10).rows;
  expect(held).toMatchObject([
    { packetId: manifest, holdReason: 'refused', lastProblem: 'manifest-invalid' },
    { packetId: bytes, holdReason: 'unreadable' },
  ]);
  // The outbox doctor's words for both, in its own terms.
  const found = held.map(({ packetId }) => diagnose(store.api.outbox.packet(packetId), around));
  expect(found).toMatchObject([
    { stand: 'held', next: 'callCenter' },
    { stand: 'held', next: 'recordAnew' },
  ]);
});

test('the clock a year back: intake goes on, the signature carries the center’s time, the manifest both', async () => {
  const { center, test: store, waiting, engine } = await office();
  await engine.stop();
  const YEAR = 365 * 86_400_000;
  const activated = store.api.station.record();
  if (activated === null) throw new Error('not activated');
  const clock = { ...systemClock, now: () => Date.now() - YEAR };
  const transport = createTransport({ baseUrl: activated.centerUrl, caPem: activated.caPem });
  const quiet = () => {};
  const slow = createSyncEngine({
    ...{ store: store.store, record: activated, stationKey: store.stationKey, transport, clock },
    log: { info: quiet, warn: quiet, error: quiet },
  });
  slow.start();
  try {
    await when(slow, () => (slow.state().clockOffsetMs ?? 0) > YEAR - 60_000);
    const now = clock.now();
    const date = new Date().toISOString().slice(0, 10);
    const { packetId } = await recordResident(store, waiting[0] ?? '', {
      captures: testCaptures(),
      now,
      date,
    });
    while (store.api.outbox.summary(0).waiting > 0) await slow.syncNow();
    expect(await center.hasPacket(packetId)).toBe(true);
    const jws =
      store.db.get<{ m: string }>('SELECT manifest AS m FROM packet WHERE packet_id = ?', packetId)?.m ?? '';
    const claims = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as {
      recordedAt: string;
      clockOffsetMs: number;
    };
    expect(Date.parse(claims.recordedAt)).toBe(now);
    expect(Math.abs(Date.parse(claims.recordedAt) + claims.clockOffsetMs - Date.now())).toBeLessThan(60_000);
  } finally {
    await slow.stop();
    transport.close();
  }
});
