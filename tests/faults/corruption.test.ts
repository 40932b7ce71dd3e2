// The station's disk spoils its database, over and over, at random. Each time the station notices, says so, and comes back
// with every confirmed enrollment that its second copy or the center holds; whatever else the old file still gives comes too.
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { PacketId } from '../../app/ids.ts';
import { reportFaults } from '../../scripts/faults-summary.ts';
import { STATION_CARD_FILE } from '../../app/sync/mirror.ts';
import { DatabaseCheck } from '../../main/intake/check.ts';
import { isDatabaseWhole } from '../../main/store/check.ts';
import { publicKeyX, sha256 } from '../../main/security/sign.ts';
import { activateStation } from '../../main/sync/activate.ts';
import { createSyncEngine } from '../../main/sync/engine.ts';
import { createTransport } from '../../main/sync/transport.ts';
import { startTestCenter } from '../helpers/center.ts';
import { mirrorOf, mirrorOn, secondDisk } from '../helpers/mirror.ts';
import { mutateBytes, pick } from '../helpers/mutate.ts';
import { office, type Office } from '../helpers/office.ts';
import { generator, type Random } from '../helpers/random.ts';
import { restart, type Restarted } from '../helpers/restart.ts';
import { completeDraft, type TestStore } from '../helpers/store.ts';

/** `npm run faults` asks for more. */
const CORRUPTIONS = Number(process.env['REKAM_CORRUPTIONS'] ?? 6);
const SEED = Number(process.env['REKAM_SEED'] ?? 20_111_114);
/** Of these rounds the last ones go on to the center, which from then on holds everything. */
const SYNCED = Math.max(1, Math.floor(CORRUPTIONS / 20));
const PAGE = 4096;
const quiet = () => {};

interface Day extends Office {
  /** Of its activation. */
  readonly code: string;
  readonly disk: string;
  /** By who holds them beside the database. */
  readonly both: readonly PacketId[];
  readonly mirrored: readonly PacketId[];
  readonly sent: readonly PacketId[];
  readonly alone: readonly PacketId[];
  readonly draft: PacketId;
  /** The data folder after a clean end, and as a power cut would leave it, with its log. */
  readonly shut: string;
  readonly cut: string;
  readonly copies: string;
  readonly truth: string;
}

async function aDay(): Promise<Day> {
  const at = await startTestCenter({ residents: 200 });
  const code = await at.activationCode();
  const made = await office({ center: at, code });
  const { test: store, engine, record, waiting, date } = made;
  const disk = secondDisk();
  const { mirror, until, settled } = mirrorOf(store);
  await until(({ state }) => state === 'none');
  await mirror.choose(disk, store.supervisor.accountId);
  const both = await record(3);
  await engine.syncNow();
  const mirrored = await record(3);
  await settled();
  await mirror.stop();
  const { accountId } = store.supervisor;
  for (const id of mirrored) store.api.outbox.holdByHand(id, 'Ditahan sebentar', accountId, Date.now());
  const sent = await record(3);
  await engine.syncNow();
  await engine.stop();
  for (const id of mirrored) store.api.outbox.release(id, accountId, Date.now());
  store.db.checkpoint();
  const alone = await record(2);
  const draft = (await completeDraft(store, waiting.splice(0, 1)[0] ?? '', { now: Date.now(), date }))
    .packetId;
  const folder = (name: string) => {
    const made_ = mkdtempSync(path.join(tmpdir(), `rekam-${name}-`));
    onTestFinished(() => rmSync(made_, { recursive: true, force: true }));
    return made_;
  };
  const [cut, shut, copies] = [folder('cut'), folder('shut'), folder('copies')];
  cpSync(store.dir, cut, { recursive: true });
  store.api.station.end(Date.now(), Date.now());
  store.db.checkpoint();
  const truth = everything(store);
  store.close();
  cpSync(store.dir, shut, { recursive: true });
  cpSync(mirrorOn(disk), copies, { recursive: true });
  return { ...made, code, disk, both, mirrored, sent, alone, draft, shut, cut, copies, truth };
}

/** All that a person could miss. */
function everything({ db }: TestStore): string {
  const all = (sql: string) => JSON.stringify(db.all(sql));
  return [
    all(
      'SELECT packet_id, sequence, manifest, hex(sealed) AS s FROM packet JOIN packet_blob USING (packet_id) ORDER BY sequence',
    ),
    all('SELECT packet_id, nik, nama, biodata FROM enrollment ORDER BY packet_id'),
    all('SELECT packet_id, receipt FROM receipt ORDER BY packet_id'),
    all('SELECT nik, biodata FROM resident ORDER BY nik'),
    all('SELECT packet_id, body FROM draft ORDER BY packet_id'),
    all('SELECT packet_id, name, part, hex(bytes) AS b FROM draft_part ORDER BY packet_id, name'),
  ].join('\n');
}

type Kind = (typeof KINDS)[number];
const KINDS = [
  ...([
    'bytes',
    'bytes',
    'bytes',
    'bytes',
    'zeroed pages',
    'zeroed pages',
    'swapped pages',
    'truncated',
    'truncated',
  ] as const),
  ...([
    'log',
    'log',
    'log gone',
    'key mark',
    'key mark and bytes',
    'card and bytes',
    'note and bytes',
    'mirror mark and bytes',
  ] as const),
  ...(['card', 'garbage', 'emptied', 'gone'] as const),
] as const;

/** @returns what was done, for who must look into it */
function spoil(kind: Kind, { test: store, disk }: Day, random: Random): string {
  const log = `${store.file}-wal`;
  const change = (file: string, act: (bytes: Buffer) => Uint8Array) =>
    writeFileSync(file, act(readFileSync(file)));
  const bytes = (): string => {
    const size = readFileSync(store.file).length;
    const places = Array.from({ length: 1 + Math.floor(random() * 6) }, () => Math.floor(random() * size));
    change(store.file, (whole) => {
      for (const at of places) whole[at] = (whole[at] ?? 0) ^ (1 + Math.floor(random() * 255));
      return whole;
    });
    return `bytes ${places.join(' ')}`;
  };
  const garble = (file: string) => change(file, (whole) => mutateBytes(whole, random));
  const pages = Math.floor(readFileSync(store.file).length / PAGE);
  const page = () => Math.floor(random() * pages);
  switch (kind) {
    case 'bytes':
      return bytes();
    case 'zeroed pages': {
      const first = page();
      const count = 1 + Math.floor(random() * 8);
      change(store.file, (whole) => {
        whole.subarray(first * PAGE, (first + count) * PAGE).fill(0);
        return whole;
      });
      return `${count} pages from ${first}`;
    }
    case 'swapped pages': {
      const [one, other] = [page(), page()];
      change(store.file, (whole) => {
        const kept = Buffer.from(whole.subarray(one * PAGE, (one + 1) * PAGE));
        whole.copyWithin(one * PAGE, other * PAGE, (other + 1) * PAGE);
        kept.copy(whole, other * PAGE);
        return whole;
      });
      return `pages ${one} and ${other}`;
    }
    case 'truncated': {
      const size = Math.floor(random() * pages * PAGE);
      truncateSync(store.file, size);
      return `to ${size}`;
    }
    case 'log':
      garble(log);
      return 'log';
    case 'log gone':
      rmSync(log, { force: true });
      return 'no log';
    case 'key mark':
      garble(`${store.file}.keycheck`);
      return kind;
    case 'key mark and bytes':
      garble(`${store.file}.keycheck`);
      return bytes();
    case 'card':
      garble(path.join(store.dir, STATION_CARD_FILE));
      return kind;
    case 'card and bytes':
      garble(path.join(store.dir, STATION_CARD_FILE));
      return bytes();
    case 'note and bytes':
      writeFileSync(
        `${store.file}.damaged`,
        mutateBytes(Buffer.from('{"why":"damaged","at":1,"folder":"rusak-1"}'), random),
      );
      return bytes();
    case 'mirror mark and bytes':
      garble(path.join(mirrorOn(disk), 'salinan.json'));
      return bytes();
    case 'garbage':
      change(store.file, (whole) => Buffer.alloc(whole.length, 'x'));
      return kind;
    case 'emptied':
      truncateSync(store.file, 0);
      return kind;
    case 'gone':
      for (const file of [store.file, log, `${store.file}-shm`]) rmSync(file, { force: true });
      return kind;
  }
}

/** A disk as it was before, but for the damage. */
function putBack(day: Day, from: string): void {
  rmSync(day.test.dir, { recursive: true, force: true });
  cpSync(from, day.test.dir, { recursive: true });
  const mirror = mirrorOn(day.disk);
  rmSync(mirror, { recursive: true, force: true });
  cpSync(day.copies, mirror, { recursive: true });
}

/** What the desk reads in a day. @returns whether anything could not be read */
async function readEverything({ store, isSuspected }: Restarted, day: Day): Promise<boolean> {
  const quietly = (call: Promise<unknown>) => call.catch(() => undefined);
  await quietly(store.outbox.list('all', 0, 200));
  await quietly(store.drafts.list());
  await quietly(store.drafts.load(day.draft, day.test.operator.accountId, Date.now()));
  await quietly(store.residents.find('a', 50));
  for (const id of [...day.both, ...day.mirrored, ...day.sent, ...day.alone])
    await quietly(store.outbox.sealed(id));
  return isSuspected();
}

/** In this thread: the other start of a thread is left to where there is damage. */
function looksWhole({ test: store }: Day): boolean {
  return isDatabaseWhole({ file: store.file, key: store.key, nativeBinding: null });
}

async function isWhole({ test: store }: Day): Promise<boolean> {
  const check = new DatabaseCheck({
    options: {
      ...{
        workerFile: path.resolve(import.meta.dirname, '../../main/worker.ts'),
        dataDir: store.dir,
        nativeBinding: null,
      },
      keys: { database: store.key, stationPkcs8: store.stationKey.export({ format: 'der', type: 'pkcs8' }) },
    },
    lastCheckedAt: () => Promise.resolve(0),
    checked: () => Promise.resolve(),
    now: () => Date.now(),
    damaged: quiet,
    failed: quiet,
  });
  await check.run();
  return !check.isDamaged;
}

const NOTICED = ['at start', 'by a read', 'by the daily check', 'by the second copy', 'harmless'] as const;
const counts = {
  noticed: Object.fromEntries(NOTICED.map((how) => [how, 0])) as Record<(typeof NOTICED)[number], number>,
  ...{ fromFile: 0, fromMirror: 0, atCenter: 0, aloneBack: 0, aloneLost: 0, drafts: 0, activatedAgain: 0 },
};

/** The station from its start to where it has noticed or proved that nothing is wrong. */
async function notice(day: Day): Promise<{ station: Restarted; how: (typeof NOTICED)[number] }> {
  const station = await restart(day.test);
  if (station.damage !== null || (await station.store.recovery.report()) !== null)
    return { station, how: 'at start' };
  const isSuspected = await readEverything(station, day);
  if (looksWhole(day) || (await isWhole(day))) {
    if (isSuspected) throw new Error('a page could not be read, and the check finds nothing');
    return { station, how: 'harmless' };
  }
  await station.close();
  return { station: await restart(day.test), how: isSuspected ? 'by a read' : 'by the daily check' };
}

async function round(day: Day, turn: number): Promise<void> {
  const random = generator(SEED + turn);
  const kind = pick(KINDS, random);
  const hasLog = kind.startsWith('log') || random() < 0.4;
  putBack(day, hasLog ? day.cut : day.shut);
  const what = `${turn}: ${kind}${hasLog ? ', cut off' : ''}: ${spoil(kind, day, random)}`;
  try {
    const { station, how: first } = await notice(day);
    await activateAgain(day, station);
    if (station.mirror.status().state === 'lost' || kind === 'mirror mark and bytes') {
      // As the words for it say: the same disk is chosen again.
      await station.mirror.choose(day.disk, day.test.supervisor.accountId);
    }
    const hasMirror = (await station.store.station.setting('mirror')) !== null;
    if (!hasMirror) await station.mirror.choose(day.disk, day.test.supervisor.accountId);
    await station.settled();
    const report = await station.store.recovery.report();
    const how = first === 'harmless' && report !== null ? 'by the second copy' : first;
    counts.noticed[how] += 1;
    await expectBack(day, station, how === 'harmless' && !kind.startsWith('log'));
    if (turn >= CORRUPTIONS - SYNCED) await expectCenterAgrees(day, station);
    await station.close();
    // The next start is an ordinary one.
    expect(existsSync(`${day.test.file}.damaged`)).toBe(false);
    expect(looksWhole(day)).toBe(true);
    if (how !== 'harmless' && report !== null) {
      counts.fromFile += report.fromFile;
      counts.fromMirror += report.fromMirror;
      counts.drafts += report.drafts;
    }
  } catch (error) {
    throw new Error(what, { cause: error });
  }
}

/** Neither database nor card knows who it is any more: the code of its activation does, as the screen asks. */
async function activateAgain({ link, code, test: store }: Day, station: Restarted): Promise<void> {
  if ((await station.store.station.record()) !== null) return;
  const activated = await activateStation({
    ...{ centerUrl: link.url, code, stationKeyX: publicKeyX(store.stationKey) },
    ...{ label: 'Meja 1', appVersion: '0.1.0' },
  });
  await station.store.station.activate(activated, Date.now());
  counts.activatedAgain += 1;
}

async function expectBack(day: Day, { store, damage }: Restarted, isHarmless: boolean): Promise<void> {
  const isHere = async (id: PacketId): Promise<boolean> => {
    const subject = await store.outbox.subject(id, '');
    const sealed = await store.outbox.sealed(id);
    return subject !== null && sealed !== null && sha256(sealed) === subject.packet.sha256;
  };
  for (const id of [...day.both, ...day.mirrored]) expect([id, await isHere(id)]).toEqual([id, true]);
  for (const id of day.sent)
    if (!(await isHere(id))) {
      expect(await day.center.hasPacket(id)).toBe(true);
      counts.atCenter += 1;
    }
  for (const id of day.alone) counts[(await isHere(id)) ? 'aloneBack' : 'aloneLost'] += 1;
  expect(await store.audit.verify()).toBeNull();
  const report = await store.recovery.report();
  // It says so: where the old file went, and what came back.
  if (damage !== null) expect(report).not.toBeNull();
  if (report?.setAside != null) expect(readdirSync(day.test.dir)).toContain(report.setAside);
  // Nothing was told because nothing is missing.
  if (isHarmless)
    for (const id of [...day.sent, ...day.alone]) expect([id, await isHere(id)]).toEqual([id, true]);
  const { rows } = await store.outbox.list('all', 0, 200);
  expect(new Set(rows.map(({ sequence }) => sequence)).size).toBe(rows.length);
}

/** With the link back: what the center holds and this station lacks is no loss, and everything here arrives once. */
async function expectCenterAgrees(day: Day, station: Restarted): Promise<void> {
  const record = await station.store.station.record();
  if (record === null) return;
  const transport = createTransport({ baseUrl: record.centerUrl, caPem: record.caPem });
  const log = { info: quiet, warn: quiet, error: quiet };
  const engine = createSyncEngine({
    store: station.store,
    record,
    stationKey: day.test.stationKey,
    transport,
    log,
  });
  engine.start();
  try {
    await engine.syncNow();
    await expect
      .poll(async () => (await station.store.outbox.summary(0)).waiting, { timeout: 20_000 })
      .toBe(0);
    for (const id of [...day.both, ...day.mirrored, ...day.sent])
      expect(await day.center.hasPacket(id)).toBe(true);
    const all = [...day.both, ...day.mirrored, ...day.sent, ...day.alone];
    expect(await day.center.packetCount()).toBeLessThanOrEqual(all.length);
    await expect
      .poll(() => station.store.outbox.lastSequence(), { timeout: 20_000 })
      .toBeGreaterThanOrEqual(all.length - day.alone.length);
  } finally {
    await engine.stop();
    transport.close();
  }
}

test(
  `${CORRUPTIONS} corruptions: each is noticed, told, and costs nothing that the second copy or the center holds`,
  async () => {
    const day = await aDay();
    // Control: the comparison knows one changed row.
    putBack(day, day.shut);
    const opened = day.test.reopen();
    expect(everything(opened)).toBe(day.truth);
    opened.db.write((tx) =>
      tx.run("UPDATE enrollment SET nama = 'X' WHERE packet_id = ?", day.both[0] ?? ''),
    );
    expect(everything(opened)).not.toBe(day.truth);
    opened.close();
    for (let turn = 0; turn < CORRUPTIONS; turn += 1) await round(day, turn);
    const measured = {
      ...Object.fromEntries(NOTICED.map((how) => [how, `${counts.noticed[how]}`])),
      'packets back from the old file': `${counts.fromFile}`,
      'from the second copy': `${counts.fromMirror}`,
      'at the center alone': `${counts.atCenter}`,
      'drafts back': `${counts.drafts}`,
      'activated again': `${counts.activatedAgain}`,
      'held by nobody else': `${counts.aloneBack} back, ${counts.aloneLost} not`,
    };
    const said = Object.entries(measured).map(([name, value]) => `${name} ${value}`);
    console.log(`corruption: ${CORRUPTIONS} (seed ${SEED}): ${said.join(', ')}`);
    reportFaults({ what: 'its database damaged', count: CORRUPTIONS, unit: 'corruptions', bad: 0, measured });
  },
  Math.max(300_000, CORRUPTIONS * 6_000),
);
