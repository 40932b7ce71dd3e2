// G1, G2, G5 under a power cut: whatever part of the unsynced writes the disk kept, what was told is there and whole. The
// real process is traced once; the disk is then rebuilt as the cut may have left it, over and over.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { reportFaults } from '../../scripts/faults-summary.ts';
import { openDatabase } from '../../main/store/database.ts';
import { MIGRATIONS } from '../../main/store/migrate.ts';
import { openStore } from '../../main/store/open-store.ts';
import { ReplayDisk, type Files, type Grain } from '../helpers/disk-replay.ts';
import { readTrace, type DiskEvent } from '../helpers/disk-trace.ts';
import { traceJob, type KilledAt, type Mode } from '../helpers/kill.ts';
import { faults, Told } from '../helpers/kill-faults.ts';
import { oldDatabase, rowFaults, schemaAt, schemaOf, stationAtWork } from '../helpers/old-database.ts';
import { generator } from '../helpers/random.ts';
import { handOver, openTestStore, takeOver } from '../helpers/store.ts';

/** `npm run faults` asks for more. */
const STATES = Number(process.env['REKAM_CRASH_STATES'] ?? 120);
/** In hundredths. */
const SHARE = { record: 60, purge: 25, migration: 15 } as const;
const SEED = Number(process.env['REKAM_SEED'] ?? 20_111_114);
const RESIDENTS = 12;
const CONTROL_STATES = 60;
const END_CUTS = 6;
const DATABASE = /^rekam\.db/;

interface Trace {
  /** The folder before the process began. */
  readonly before: Files;
  readonly events: readonly DiskEvent[];
  /** What is wrong with a rebuilt disk, given what was told until then. */
  readonly look: (files: Files, told: Told) => string[];
  readonly close: () => void;
}

const WORK = {
  record: 'recording',
  purge: 'receipts, verdicts and purge',
} as const;

// Only strace shows what a process has synced and what it has not.
describe.skipIf(process.platform !== 'linux')('a power cut', () => {
  test.each(['record', 'purge'] as const)(
    'in %s loses, tears and doubles nothing',
    async (job) => {
      const { told, ...found } = check(await traceStore(job), states(job), `power cut in ${WORK[job]}`);
      expect(found.bad.slice(0, 5)).toEqual([]);
      expect(told.recorded.size).toBe(RESIDENTS);
      expect(told.received.size).toBe(job === 'purge' ? RESIDENTS : 0);
    },
    Math.max(300_000, STATES * 500),
  );

  test(
    'in a migration leaves the schema before it or the one after it, whole',
    async () => {
      const { bad, told } = check(
        await traceMigration('true'),
        states('migration'),
        'power cut in a migration',
      );
      expect(bad.slice(0, 5)).toEqual([]);
      expect(told.said.has('migrated')).toBe(true);
    },
    Math.max(300_000, STATES * 500),
  );

  test.each<[string, KilledAt, Mode, string]>([
    ['does not wait for the disk', 'record', 'unsynced', 'told recorded'],
    ['tells before the commit', 'record', 'early', 'told recorded'],
    ['does not wait for the disk with a receipt', 'purge', 'unsynced', 'told received'],
    ['tells of a receipt before its commit', 'purge', 'early', 'told received'],
  ])('control: a station that %s is caught (%s)', async (_, job, mode, said) => {
    const { bad } = check(await traceStore(job, mode), CONTROL_STATES, null);
    expect(bad.join('\n')).toContain(said);
  });

  test('control: a migration that does not wait for the disk is caught', async () => {
    const { bad } = check(await traceMigration('unsynced'), CONTROL_STATES, null);
    expect(bad.join('\n')).toContain('told migrated');
  });
});

function states(job: keyof typeof SHARE): number {
  return Math.ceil((STATES * SHARE[job]) / 100);
}

/** @param what for the summary; controls have none */
function check(trace: Trace, wanted: number, what: string | null) {
  const result = replay(trace, wanted);
  trace.close();
  const { states: count, bad, boundaries } = result;
  console.log(
    `${what ?? 'control'}: ${count} crash states (seed ${SEED}), ${boundaries} syncs, ${bad.length} bad`,
  );
  expect(count).toBeGreaterThanOrEqual(wanted);
  if (what !== null) {
    const measured = { 'syncs cut around': String(boundaries) };
    reportFaults({ what, count, unit: 'crash states', bad: bad.length, measured });
  }
  return result;
}

async function traceStore(job: KilledAt, mode: Mode = 'true'): Promise<Trace> {
  const store = await openTestStore({ residents: RESIDENTS });
  store.close();
  const before = filesOf(store.dir);
  const text = await traceJob(store.dir, handOver(store), job, mode);
  const dir = join(store.dir, 'after');
  const given = { ...(JSON.parse(handOver(store)) as object), dir, file: join(dir, 'rekam.db') };
  const look = onDisk(dir, (told) => {
    const after = takeOver(JSON.stringify(given));
    try {
      const whole = String(after.db.pragma('quick_check'));
      return [...(whole === 'ok' ? [] : [whole]), ...faults(after, told, new Set())];
    } finally {
      after.close();
    }
  });
  return {
    before,
    events: readTrace(text, store.dir, [...before.keys()]),
    look,
    close: () => store.destroy(),
  };
}

/** From the first schema to the newest. */
async function traceMigration(mode: Mode): Promise<Trace> {
  const source = await stationAtWork();
  const folder = mkdtempSync(join(tmpdir(), 'rekam-cut-'));
  const file = join(folder, 'rekam.db');
  const { db, key, rows } = oldDatabase(source, 1, file);
  db.checkpoint();
  db.close();
  source.destroy();
  const before = filesOf(folder);
  const given = JSON.stringify({ file, key: key.toString('hex') });
  const text = await traceJob(folder, given, 'migration', mode);
  const schemas = [0, ...MIGRATIONS.map(({ version }) => version)].map((version) =>
    schemaAt(version).join('\n'),
  );
  const dir = join(folder, 'after');
  const options = { file: join(dir, 'rekam.db'), key, nativeBinding: null };
  const look = onDisk(dir, (told) => {
    const found: string[] = [];
    const after = openDatabase(options);
    const at = Number(after.pragma('user_version'));
    if (schemaOf(after).join('\n') !== schemas[at]) found.push(`schema ${at} is half made`);
    if (told.said.has('migrated') && at !== MIGRATIONS.length)
      found.push(`told migrated, and stands at ${at}`);
    found.push(...rowFaults(after, rows));
    after.close();
    openStore(options).db.close();
    return found;
  });
  const close = () => rmSync(folder, { recursive: true, force: true });
  return { before, events: readTrace(text, folder, [...before.keys()]), look, close };
}

/** Writes the files down and looks; what does not even open is wrong too. */
function onDisk(dir: string, look: (told: Told) => string[]): Trace['look'] {
  return (files, told) => {
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir);
    for (const [name, bytes] of files) writeFileSync(join(dir, name), bytes);
    try {
      return look(told);
    } catch (error) {
      return [`does not open: ${String(error)}`];
    }
  };
}

function filesOf(dir: string): Files {
  const names = readdirSync(dir).filter((name) => DATABASE.test(name) && !name.endsWith('-shm'));
  return new Map(names.map((name) => [name, readFileSync(join(dir, name))]));
}

/** Cuts right before and right after every sync, and at random in between, until there are `wanted` states. */
function replay({ before, events, look }: Trace, wanted: number) {
  const random = generator(SEED);
  const isSync = (event: DiskEvent | undefined) => event?.type === 'sync' || event?.type === 'syncFolder';
  const syncs = events.flatMap((event, index) => (isSync(event) ? [index] : []));
  const boundaries = new Set(syncs.flatMap((index) => [index, index + 1]));
  // Before which event the power goes, and how often.
  const cuts = new Map<number, number>();
  for (const index of boundaries) cuts.set(index, 1);
  // When all is told, all must be there.
  cuts.set(events.length, END_CUTS);
  for (let more = wanted - boundaries.size; more > 0; more -= 1) {
    const index = Math.floor(random() * (events.length + 1));
    cuts.set(index, (cuts.get(index) ?? 0) + 1);
  }
  const disk = new ReplayDisk(before);
  const told = new Told();
  const bad: string[] = [];
  let done = 0;
  for (let index = 0; index <= events.length; index += 1) {
    for (let turn = 0; turn < (cuts.get(index) ?? 0); turn += 1) {
      const grain: Grain = done % 2 === 0 ? 4096 : 512;
      const found = look(disk.cut(random, grain), told);
      done += 1;
      if (found.length > 0) bad.push(`before event ${index}, grain ${grain}: ${found.join('; ')}`);
    }
    const event = events[index];
    if (event === undefined) break;
    if (event.type === 'said') told.hearLine(event.line);
    else disk.apply(event);
  }
  return { states: done, bad, boundaries: syncs.length, told };
}
