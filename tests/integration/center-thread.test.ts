import path from 'node:path';
import { pino } from 'pino';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { PATHS } from '../../app/sync/protocol.ts';
import { startIntake, type Intake } from '../../center/intake/intake.ts';
import { loadKeys } from '../../center/keys.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { activateStation, type TestPacket, type TestStation } from '../helpers/center-station.ts';

let center: TestCenter;
let station: TestStation;
let residents: Biodata[];
beforeAll(async () => {
  center = await startTestCenter();
  // Each test brings a thread of its own.
  center.running.control.pauseIntake();
  station = await activateStation(center);
  residents = await center.residents({ recorded: false });
});

/** @param code of the thread; the center's own unless given */
async function intake(code?: string): Promise<Intake> {
  const { db, databaseUrl } = center.running;
  const keys = await loadKeys(center.data);
  const blobs = { where: path.join(center.data, 'blobs') } as never;
  const file = code === undefined ? undefined : new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  const started = startIntake({ db, databaseUrl, keys, blobs, log: pino({ level: 'silent' }) }, file);
  onTestFinished(() => started.stop());
  return started;
}

async function deliver(): Promise<TestPacket> {
  const resident = residents.shift();
  if (resident === undefined) throw new Error('no resident left');
  const packet = await station.packet(resident);
  expect((await station.create(packet)).status).toBe(201);
  return packet;
}

async function attemptsOf({ id }: TestPacket): Promise<number | undefined> {
  const { db } = center.running;
  const row = await db.selectFrom('packet').select('attempts').where('packet_id', '=', id).executeTakeFirst();
  return row?.attempts;
}

async function isDecided({ id }: TestPacket): Promise<boolean> {
  const { db } = center.running;
  const row = await db.selectFrom('outcome').select('verdict').where('packet_id', '=', id).executeTakeFirst();
  return row !== undefined;
}

test('a packet that ends the thread is put off, and another thread starts', async () => {
  const packet = await deliver();
  await intake(
    `import { parentPort } from 'node:worker_threads';
     parentPort.postMessage({ examining: '${packet.id}' });
     parentPort.once('message', () => undefined);
     setImmediate(() => process.exit(7));`,
  );
  await expect.poll(() => attemptsOf(packet), { timeout: 10_000 }).toBeGreaterThan(1);
  expect(await isDecided(packet)).toBe(false);
});

test('a verdict waits while an upload comes in, and comes when it is over', async () => {
  const thread = await intake();
  // The thread is at work before it is asked to wait.
  const before = await deliver();
  thread.look();
  await expect.poll(() => isDecided(before), { timeout: 10_000 }).toBe(true);
  const goOn = thread.giveWay();
  const packet = await deliver();
  thread.look();
  // Many times what a verdict takes.
  for (let call = 0; call < 30; call += 1) await station.call('GET', `${PATHS.outcomes}?after=`);
  expect(await isDecided(packet)).toBe(false);
  goOn();
  await expect.poll(() => isDecided(packet), { timeout: 10_000 }).toBe(true);
});
