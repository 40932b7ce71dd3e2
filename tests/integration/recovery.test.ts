// A station's database is spoiled on its disk in every way that disks have. Each time the station stands again by itself:
// the old file is set aside, and every confirmed enrollment that the old file, the second copy or the center holds is
// there, under its own number. With a real center over HTTP, a real store thread and real files.
import { createHash } from 'node:crypto';
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { PacketId } from '../../app/ids.ts';
import { publicKeyX } from '../../main/security/sign.ts';
import { activateStation } from '../../main/sync/activate.ts';
import type { SyncEngine } from '../../main/sync/api.ts';
import { createSyncEngine } from '../../main/sync/engine.ts';
import { createTransport } from '../../main/sync/transport.ts';
import { noteDamage } from '../../main/store/set-aside.ts';
import { startTestCenter } from '../helpers/center.ts';
import { filesEnding, mirrorOf, mirrorOn, secondDisk } from '../helpers/mirror.ts';
import { office, type Office } from '../helpers/office.ts';
import { restart, type Restarted } from '../helpers/restart.ts';
import { spoilPage } from '../helpers/spoil-page.ts';
import { recordResident, type TestStore } from '../helpers/store.ts';

const SENT = 3;
const WAITING = 4;

/** A day's work: some packets at the center already, some not, all of them on a second disk. */
async function aDay(): Promise<Office & { disk: string; ids: PacketId[] }> {
  const made = await office();
  const disk = secondDisk();
  const { mirror, until, settled } = mirrorOf(made.test);
  await until(({ state }) => state === 'none');
  await mirror.choose(disk, made.test.supervisor.accountId);
  const sent = await made.record(SENT);
  await made.engine.syncNow();
  await made.engine.stop();
  expect(await made.center.packetCount()).toBe(SENT);
  const waiting = await made.record(WAITING);
  await settled();
  await mirror.stop();
  made.test.api.station.end(Date.now(), Date.now());
  made.test.db.checkpoint();
  made.test.close();
  return { ...made, disk, ids: [...sent, ...waiting] };
}

async function engineOf(station: Restarted, test: TestStore): Promise<SyncEngine> {
  const record = await station.store.station.record();
  if (record === null) throw new Error('the station does not know who it is');
  const transport = createTransport({ baseUrl: record.centerUrl, caPem: record.caPem });
  const quiet = () => {};
  const engine = createSyncEngine({
    ...{ store: station.store, record, stationKey: test.stationKey, transport },
    log: { info: quiet, warn: quiet, error: quiet },
  });
  engine.start();
  onTestFinished(async () => {
    await engine.stop();
    await station.close();
    transport.close();
  });
  return engine;
}

/** Everything that must be true of a station that came back, whatever happened to its file. */
async function expectWhole(day: Awaited<ReturnType<typeof aDay>>, station: Restarted): Promise<void> {
  const { test: store, center, ids } = day;
  const engine = await engineOf(station, store);
  // Before anything is heard from the center: a number is never given twice.
  const nik = day.waiting.splice(0, 1)[0] ?? '';
  await engine.syncNow();
  await expect
    .poll(async () => (await station.store.residents.byNik(nik)) !== null, { timeout: 20_000 })
    .toBe(true);
  const after = await recordResident({ store: station.store, operator: store.operator }, nik, {
    now: Date.now(),
    date: day.date,
  });
  expect(after.sequence).toBe(ids.length + 1);
  await engine.syncNow();
  await expect.poll(async () => (await station.store.outbox.summary(0)).waiting, { timeout: 20_000 }).toBe(0);
  expect(await center.packetCount()).toBe(ids.length + 1);
  for (const id of [...ids, after.packetId]) expect(await center.hasPacket(id)).toBe(true);
  const manifests = await center.running.db
    .selectFrom('packet')
    .select(['sequence', 'manifest', 'manifest_sha256'])
    .orderBy('sequence')
    .execute();
  expect(manifests.map(({ sequence }) => Number(sequence))).toEqual(
    Array.from({ length: ids.length + 1 }, (_, index) => index + 1),
  );
  // The chain of manifests goes on over the damage.
  const [before, newest] = manifests.slice(-2);
  const payload = JSON.parse(Buffer.from(newest?.manifest.split('.')[1] ?? '', 'base64url').toString());
  expect(payload.previous).toBe(before?.manifest_sha256);
  expect(before?.manifest_sha256).toBe(
    createHash('sha256')
      .update(before?.manifest ?? '')
      .digest('hex'),
  );
  // The journal goes on too: the center hears of the new recording, under a number that it does not hold yet.
  await expect
    .poll(
      async () =>
        (
          await center.running.db
            .selectFrom('journal')
            .select(({ fn }) => fn.countAll().as('n'))
            .where('fact', '@>', JSON.stringify({ type: 'recorded', packetId: after.packetId }) as never)
            .executeTakeFirst()
        )?.n,
      { timeout: 20_000 },
    )
    .toBe(1);
  expect(await station.store.audit.verify()).toBeNull();
  expect((await station.store.findings.latest(100)).filter(({ settledAt }) => settledAt === null)).toEqual(
    [],
  );
}

function setAsideIn(dir: string): string[] {
  return readdirSync(dir).filter((name) => name.startsWith('rusak-'));
}

/** Every page unreadable but the first `whole`. */
function spoil(file: string, whole: number, every = 1): void {
  const bytes = readFileSync(file);
  for (let at = 4096 * whole; at < bytes.length; at += 4096 * every)
    bytes[at + 50] = (bytes[at + 50] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

const MISHAPS: readonly [name: string, spoil: (file: string) => void, keepsOld: boolean][] = [
  ['its header is garbage', (file) => writeFileSync(file, Buffer.alloc(statSync(file).size, 'x')), true],
  ['its first page is spoiled', (file) => spoil(file, 0, 1e9), true],
  ['every page but the first is spoiled', (file) => spoil(file, 1), true],
  ['it was cut to a half', (file) => truncateSync(file, (statSync(file).size >> 13) << 12), true],
  ['it was emptied', (file) => truncateSync(file, 0), true],
  ['it is gone', (file) => rmSync(file), false],
];

for (const [name, mishap, keepsOld] of MISHAPS)
  test(`${name}: set aside, and everything is back`, async () => {
    const day = await aDay();
    const { test: store, ids } = day;
    mishap(store.file);
    const spoiled = existsSync(store.file) ? [readFileSync(store.file)] : [];
    const station = await restart(store);
    expect(station.damage).not.toBeNull();
    await station.settled();
    const report = await station.store.recovery.report();
    expect(report).toMatchObject({ why: keepsOld ? 'damaged' : 'gone', rowless: 0, left: 0 });
    expect((report?.fromFile ?? 0) + (report?.fromMirror ?? 0)).toBe(ids.length);
    const folders = setAsideIn(store.dir);
    expect(folders).toHaveLength(keepsOld ? 1 : 0);
    const kept = folders.map((name) => readFileSync(path.join(store.dir, name, 'rekam.db')));
    expect(kept.map((bytes, index) => bytes.equals(spoiled[index] ?? Buffer.alloc(0)))).toEqual(
      folders.map(() => true),
    );
    expect(existsSync(`${store.file}.damaged`)).toBe(false);
    // The desk's rows are back: nobody is recorded twice, and names stand in the outbox.
    const { rows } = await station.store.outbox.list('all', 0, 100);
    expect(rows.map(({ sequence }) => sequence)).toEqual(ids.map((_, index) => ids.length - index));
    expect(rows.every(({ nama, nik }) => nama !== '' && nik.length === 16)).toBe(true);
    await expectWhole(day, station);
    // The next start is an ordinary one.
    await station.close();
    const again = await restart(store);
    expect(again.damage).toBeNull();
    expect(setAsideIn(store.dir)).toHaveLength(keepsOld ? 1 : 0);
  });

for (const table of ['audit', 'setting'])
  test(`one bit turned in a page of ${table}, which every start reads: the station stands again`, async () => {
    const day = await aDay();
    const { test: store, ids } = day;
    spoilPage(store, table, 'leaf');
    const station = await restart(store);
    expect(station.damage?.note.why).toBe('damaged');
    // The spoiled page was the old file's: nothing is wrong with the new one.
    expect(station.isSuspected()).toBe(false);
    await station.settled();
    const report = await station.store.recovery.report();
    expect((report?.fromFile ?? 0) + (report?.fromMirror ?? 0)).toBe(ids.length);
    expect(setAsideIn(store.dir)).toHaveLength(1);
    await expectWhole(day, station);
  });

test('a page in the middle is spoiled: what can be read comes from the old file, drafts too, the rest from the copy', async () => {
  const day = await aDay();
  const { test: store, ids } = day;
  const opened = store.reopen();
  const nik = day.waiting[3] ?? '';
  const draft = opened.api.drafts.begin({
    packetId: '0198c1d0-0000-7000-8000-000000000001' as PacketId,
    nik: nik as never,
    date: day.date,
    by: store.operator.accountId,
    now: Date.now(),
  });
  // The bytes of one packet, wherever the file keeps them.
  const sealed = Buffer.from(opened.api.outbox.sealed(ids[5] as PacketId) ?? []);
  expect(sealed.length).toBeGreaterThan(4096);
  opened.api.station.end(Date.now(), Date.now());
  opened.db.checkpoint();
  opened.close();
  spoilPage(store, 'packet_blob', 'overflow');
  // Nothing that a start reads: the background check found it, and noted it for this start.
  noteDamage(store.file, 'damaged', Date.now());
  const station = await restart(store);
  await station.settled();
  expect(await station.store.recovery.report()).toMatchObject({
    fromFile: ids.length - 1,
    fromMirror: 1,
    drafts: 1,
  });
  expect((await station.store.drafts.list()).map(({ packetId }) => packetId)).toEqual([draft.packetId]);
  // Residents and accounts came over, so that the desk works on before the center answers.
  expect(await station.store.residents.count()).toBe(60);
  expect(await station.store.accounts.count()).toBe(2);
  await expectWhole(day, station);
});

test('its log is garbage: it opens, but lacks the newest; numbers go on, and the copy brings them back', async () => {
  const made = await office();
  const disk = secondDisk();
  const { mirror, until, settled } = mirrorOf(made.test);
  await until(({ state }) => state === 'none');
  await mirror.choose(disk, made.test.supervisor.accountId);
  await made.record(2);
  await made.engine.stop();
  made.test.db.checkpoint();
  const before = readFileSync(made.test.file);
  const late = await made.record(3);
  await settled();
  await mirror.stop();
  made.test.close();
  // As if every commit since had been in a log that the disk lost.
  writeFileSync(made.test.file, before);
  rmSync(`${made.test.file}-wal`, { force: true });

  const station = await restart(made.test, false);
  expect(station.damage).toBeNull();
  expect(await station.store.recovery.report()).toMatchObject({ why: 'behind' });
  const nik = made.waiting.shift() ?? '';
  const recording = { store: station.store, operator: made.test.operator };
  expect((await recordResident(recording, nik, { now: Date.now(), date: made.date })).sequence).toBe(6);
  station.mirror.start();
  await expect.poll(async () => (await station.store.recovery.report())?.fromMirror).toBe(3);
  for (const id of late) expect((await station.store.outbox.subject(id, ''))?.state).toBe('recorded');
});

test('the second disk is away at the recovery: told by number, and brought back when it returns', async () => {
  const day = await aDay();
  const { test: store, disk, ids } = day;
  const folder = mirrorOn(disk);
  renameSync(folder, `${folder}.away`);
  truncateSync(store.file, 0);
  const station = await restart(store);
  await station.until(({ state }) => state === 'lost');
  expect((await station.store.outbox.summary(0)).waiting).toBe(0);
  // What the station wrote down of itself says how far the numbers went.
  expect(await station.store.outbox.lastSequence()).toBe(ids.length);
  renameSync(`${folder}.away`, folder);
  await station.settled();
  expect((await station.store.recovery.report())?.fromMirror).toBe(ids.length);
  await expectWhole(day, station);
});

test('without a second copy, and nothing to read: the same code makes it the same station, and the center tells the rest', async () => {
  const center = await startTestCenter({ residents: 60 });
  const code = await center.activationCode();
  const made = await office({ center, code });
  await made.record(SENT);
  await made.engine.syncNow();
  await made.engine.stop();
  made.test.close();
  // Not even the station's card is left.
  truncateSync(made.test.file, 0);
  const station = await restart(made.test, false);
  expect(await station.store.station.record()).toBeNull();
  expect((await station.store.recovery.report())?.setAside).toMatch(/^rusak-/);
  const { link, test: store } = made;
  const activated = await activateStation({
    ...{ centerUrl: link.url, code, stationKeyX: publicKeyX(store.stationKey) },
    ...{ label: 'Meja 1', appVersion: '0.1.0' },
  });
  await station.store.station.activate(activated, Date.now());
  const engine = await engineOf(station, store);
  await engine.syncNow();
  const last = () => station.store.outbox.lastSequence();
  await expect.poll(last, { timeout: 20_000 }).toBe(SENT);
  // Received there already: nothing here is missed.
  expect(await station.store.findings.latest(10)).toEqual([]);
});

test('copies that are damaged, of another station, or no copies at all bring nothing in and stop nothing', async () => {
  const day = await aDay();
  const { test: store, disk, ids } = day;
  const folder = mirrorOn(disk);
  const sealed = path.join(folder, `${ids[4]}.age`);
  const bytes = readFileSync(sealed);
  bytes[900] = (bytes[900] ?? 0) ^ 1;
  writeFileSync(sealed, bytes);
  writeFileSync(path.join(folder, '0198c1d0-0000-7000-8000-00000000000a.jws'), 'garbage');
  const entry = readFileSync(path.join(folder, `${ids[5]}.jws`), 'ascii').split('.');
  writeFileSync(path.join(folder, `${ids[5]}.jws`), `${entry[0]}.${entry[1]}.${'A'.repeat(86)}`);
  truncateSync(store.file, 0);
  const station = await restart(store);
  await station.until(({ state }) => state === 'ok');
  expect(await station.store.recovery.report()).toMatchObject({ fromMirror: ids.length - 2, left: 3 });
  // Nothing of theirs is removed: a person may still get something out of it.
  expect(filesEnding(folder, '.jws')).toHaveLength(ids.length + 1);
  expect(existsSync(sealed)).toBe(true);
  expect(await station.store.outbox.lastSequence()).toBe(ids.length);
});

test('cut in the middle of the recovery, the next start goes on with it, and sets aside nothing else', async () => {
  const day = await aDay();
  const { test: store, ids } = day;
  spoil(store.file, 1);
  const note = noteDamage(store.file, 'damaged', Date.now());
  const { startStore } = await import('../../main/intake/recover.ts');
  const { readCard } = await import('../../main/sync/mirror/card.ts');
  const pkcs8 = store.stationKey.export({ format: 'der', type: 'pkcs8' });
  const cut = await startStore({
    workerFile: path.resolve(import.meta.dirname, '../../main/worker.ts'),
    dataDir: store.dir,
    keys: { database: store.key, stationPkcs8: pkcs8 },
    nativeBinding: null,
    onDead: () => undefined,
    card: () => readCard(store.dir, store.stationKey),
    now: Date.now(),
  });
  await cut.worker.close();
  const station = await restart(store);
  expect(setAsideIn(store.dir)).toEqual([note.folder]);
  await station.settled();
  expect((await station.store.recovery.report())?.fromMirror).toBe(ids.length);
  await expectWhole(day, station);
});
