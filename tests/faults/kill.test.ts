// G1, G2, G5: a kill while packets travel, are copied, taken in or let go leaves nothing lost, torn or doubled, and the
// station goes on from there. What recording itself survives is in record-kill.test.ts, a new schema in
// migration-kill.test.ts.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sha256 } from '../../main/security/sign.ts';
import { createSyncEngine } from '../../main/sync/engine.ts';
import { createTransport } from '../../main/sync/transport.ts';
import { createKiller, killsAt, Reopenings, type Aim, type KilledAt, type Mode } from '../helpers/kill.ts';
import { faults, Told } from '../helpers/kill-faults.ts';
import { brokenCopies, filesEnding, mirrorOf, mirrorOn, secondDisk } from '../helpers/mirror.ts';
import { office } from '../helpers/office.ts';
import { generator } from '../helpers/random.ts';
import { handOver, openTestStore, type TestStore } from '../helpers/store.ts';

const SEED = Number(process.env['REKAM_SEED'] ?? 20_111_114);
/** Kills after which a planted mistake must have shown. */
const PATIENCE = 60;

interface Killing {
  readonly job: KilledAt;
  readonly mode?: Mode;
  readonly kills: number;
  readonly store: TestStore;
  /** Handed to the child beside the store. */
  readonly also?: object;
  readonly aim: (random: () => number) => Aim;
  /** What else is wrong after a kill. */
  readonly look?: (store: TestStore, told: Told) => string[];
  /** Ends at the first kill after which something is wrong: for planted mistakes. */
  readonly untilFound?: boolean;
}

/** Kills one process after the other over the same files. @returns what was wrong, kill by kill */
async function killAgainAndAgain(killing: Killing) {
  const { job, mode, kills, also, look = () => [], untilFound = false } = killing;
  const random = generator(SEED);
  const given = JSON.stringify({ ...(JSON.parse(handOver(killing.store)) as object), ...also });
  const killer = await createKiller(killing.store.dir, given, job, mode);
  const told = new Told();
  const checked = new Set<string>();
  const reopenings = new Reopenings();
  const bad: string[] = [];
  let { store } = killing;
  store.close();
  try {
    for (let kill = 0; kill < kills && !(untilFound && bad.length > 0); kill += 1) {
      const aim = killing.aim(random);
      await killer.kill(aim, told.hear);
      store = reopenings.measure(store.file, () => store.reopen());
      for (const fault of [...faults(store, told, checked), ...look(store, told)]) {
        bad.push(`kill ${kill}, seed ${SEED}, ${JSON.stringify(aim)}: ${fault}`);
      }
      store.close();
    }
  } finally {
    killer.close();
  }
  store = store.reopen();
  onTestFinished(() => store.destroy());
  return { store, told, bad, reopenings };
}

const between = (random: () => number, most: number): number => random() * most;

/** An activated station and its center; what it records is large enough to be killed on its way. */
async function uploading(residents: number) {
  const { center, test: store, engine, waiting, date } = await office({ residents });
  await engine.stop();
  return { center, store, also: { niks: [...waiting], today: { now: Date.now(), date }, partBytes: 20_000 } };
}

const SYNC = killsAt('sync');
test(
  `${SYNC} kills in an upload: each packet is at the center once, and none is forgotten`,
  async () => {
    const { center, store, also } = await uploading(40 + SYNC * 4);
    const result = await killAgainAndAgain({
      ...{ job: 'sync', kills: SYNC, store, also },
      // Most in the middle of a body, some around the receipt.
      aim: (random) =>
        random() < 0.7
          ? { after: 'sending', lines: 1 + Math.floor(between(random, 2)), ms: between(random, 12) }
          : { after: 'received', lines: 1, ms: between(random, 4) },
    });
    const { told, bad, reopenings } = result;
    for (const id of told.received) if (!(await center.hasPacket(id as never))) bad.push(`not there: ${id}`);
    // What the last kill left goes the ordinary way.
    const drained = await drain(result.store);
    const packets = drained.db.all<{ packet_id: string; sha256: string }>(
      'SELECT packet_id, sha256 FROM packet',
    );
    const held = new Map(center.blobs().map((file) => [path.basename(file), sha256(readFileSync(file))]));
    for (const { packet_id: id, sha256: hash } of packets) {
      if (held.get(id) !== hash) bad.push(`the center holds something else, or nothing: ${id}`);
    }
    const count = await center.packetCount();
    if (count !== packets.length) bad.push(`${packets.length} packets here, ${count} there`);
    bad.push(...faults(drained, told, new Set()));
    reopenings.report('killed in an upload', bad.length, { received: String(told.received.size) });
    expect(bad.slice(0, 5)).toEqual([]);
    expect(told.received.size).toBeGreaterThan(0);
    expect(packets.length).toBeGreaterThan(SYNC / 4);
  },
  Math.max(300_000, SYNC * 3_000),
);

/** Syncs until nothing waits, as the next start does. */
async function drain(store: TestStore): Promise<TestStore> {
  const record = store.api.station.record();
  if (record === null) throw new Error('not activated');
  store.api.station.begin(Date.now());
  const transport = createTransport({ baseUrl: record.centerUrl, caPem: record.caPem });
  const quiet = () => {};
  const log = { info: quiet, warn: quiet, error: quiet };
  const { stationKey } = store;
  const engine = createSyncEngine({ store: store.store, record, stationKey, transport, log });
  engine.start();
  while (store.api.outbox.summary(0).waiting > 0) await engine.syncNow();
  await engine.stop();
  transport.close();
  return store;
}

const PURGE = killsAt('purge');
const aimAtPurge = (random: () => number): Aim =>
  random() < 0.5
    ? { after: 'received', lines: 4, ms: between(random, 6) }
    : { after: 'write', lines: 8 + Math.floor(between(random, 8)), ms: between(random, 3) };

test(`${PURGE} kills of a purge: bytes go with their receipt and verdict, or not at all`, async () => {
  const store = await openTestStore({ residents: 20 + PURGE * 12 });
  const killing = { job: 'purge', kills: PURGE, store, aim: aimAtPurge } as const;
  const { store: after, bad, reopenings } = await killAgainAndAgain(killing);
  const purged = after.db.get<{ n: number }>('SELECT count(*) AS n FROM packet WHERE purged_at IS NOT NULL');
  reopenings.report('killed in a purge', bad.length, { purged: String(purged?.n) });
  expect(bad.slice(0, 5)).toEqual([]);
  expect(purged?.n).toBeGreaterThan(0);
});

const COURIER = killsAt('courier');
const aimAtImport = (random: () => number): Aim => ({
  after: random() < 0.6 ? 'received' : 'importing',
  lines: 1 + Math.floor(between(random, 3)),
  ms: between(random, 4),
});

test(`${COURIER} kills while receipts come in from a disk: each counts once`, async () => {
  const store = await openTestStore({ residents: 20 + COURIER * 16 });
  const killing = { job: 'courier', kills: COURIER, store, aim: aimAtImport } as const;
  const { bad, told, reopenings } = await killAgainAndAgain(killing);
  reopenings.report('killed in a courier import', bad.length, { received: String(told.received.size) });
  expect(bad.slice(0, 5)).toEqual([]);
  expect(told.received.size).toBeGreaterThan(0);
});

/** Copies that count at the station and are not whole on the disk. */
function missingCopies(store: TestStore, where: string): string[] {
  const counted = store.db.all<{ packet_id: string }>(
    'SELECT packet_id FROM packet WHERE mirrored_at IS NOT NULL',
  );
  const gone = counted.filter(({ packet_id: id }) => !existsSync(path.join(where, `${id}.jws`)));
  return [
    ...brokenCopies(where).map((name) => `torn copy: ${name}`),
    ...gone.map((row) => `no copy: ${row.packet_id}`),
  ];
}

async function mirroring(residents: number) {
  const store = await openTestStore({ residents });
  const disk = secondDisk();
  const { mirror, until } = mirrorOf(store);
  await mirror.choose(disk, store.supervisor.accountId);
  await until(({ state }) => state === 'ok');
  await mirror.stop();
  return { store, where: mirrorOn(disk) };
}

const MIRROR = killsAt('mirror');
const aimAtCopy = (random: () => number): Aim => ({
  after: random() < 0.7 ? 'copying' : 'mirrored',
  lines: 1 + Math.floor(between(random, 3)),
  ms: between(random, 5),
});

test(`${MIRROR} kills in mid-copy: what counts as copied is whole on the second disk`, async () => {
  const { store, where } = await mirroring(20 + MIRROR * 8);
  const look = (after: TestStore) => missingCopies(after, where);
  const killing = { job: 'mirror', kills: MIRROR, store, aim: aimAtCopy, look } as const;
  const { store: after, bad, reopenings } = await killAgainAndAgain(killing);
  await mirrorOf(after).settled();
  bad.push(...missingCopies(after, where));
  const copies = filesEnding(where, '.jws').length;
  reopenings.report('killed in a second copy', bad.length, { copies: String(copies) });
  expect(bad.slice(0, 5)).toEqual([]);
  expect(copies).toBe(after.api.outbox.lastSequence());
});

// Each control kills a station with a planted mistake until it is caught.
test.each<[string, Pick<Killing, 'job' | 'mode' | 'aim'>, string]>([
  [
    'tells of a receipt before it is kept',
    { job: 'courier', mode: 'early', aim: () => ({ after: 'received', lines: 2, ms: 0 }) },
    'told received, and it is not',
  ],
  [
    'writes the state and the receipt in two transactions',
    { job: 'courier', mode: 'torn', aim: () => ({ after: 'torn', lines: 2, ms: 0 }) },
    'half received',
  ],
  [
    'lets bytes go before the receipt',
    { job: 'purge', mode: 'early', aim: () => ({ after: 'purged', lines: 1, ms: 0 }) },
    'purged too early',
  ],
])('control: a station that %s is caught', async (_, killing, said) => {
  const store = await openTestStore({ residents: 400 });
  const { bad } = await killAgainAndAgain({ ...killing, store, kills: PATIENCE, untilFound: true });
  expect(bad.join('\n')).toContain(said);
});

test('control: a copy that counts before it is there is caught', async () => {
  const { store, where } = await mirroring(400);
  const { bad } = await killAgainAndAgain({
    ...{ job: 'mirror', mode: 'early', store, kills: PATIENCE, untilFound: true },
    aim: () => ({ after: 'copying', lines: 1, ms: 0 }),
    look: (after) => missingCopies(after, where),
  });
  expect(bad.join('\n')).toContain('no copy');
});

test('control: a station that takes what it has sent for received is caught', async () => {
  const { store, also } = await uploading(200);
  const { bad } = await killAgainAndAgain({
    ...{ job: 'sync', mode: 'early', store, also, kills: PATIENCE, untilFound: true },
    aim: () => ({ after: 'sending', lines: 1, ms: 0 }),
  });
  expect(bad.join('\n')).toContain('half received');
});
