// G1, G5 under a power cut: whatever part of the unsynced writes the disk kept, what was told is there and whole.
// The real process is traced once; the disk is then rebuilt as the cut may have left it, over and over.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ReplayDisk, type Files, type Grain } from '../helpers/disk-replay.ts';
import { readTrace, type DiskEvent } from '../helpers/disk-trace.ts';
import { generator } from '../helpers/random.ts';
import { traceJob, type Mode } from '../helpers/kill.ts';
import { faults, Told } from '../helpers/kill-faults.ts';
import { handOver, openTestStore, takeOver } from '../helpers/store.ts';

/** `npm run faults` asks for more. */
const STATES = Number(process.env['REKAM_CRASH_STATES'] ?? 200);
const SEED = Number(process.env['REKAM_SEED'] ?? 20_111_114);
const RESIDENTS = 12;
const DATABASE = /^rekam\.db/;

interface Recording {
  /** The folder before the process began. */
  readonly before: Files;
  readonly events: readonly DiskEvent[];
  /** Opens a rebuilt disk and says what is wrong with it. */
  readonly look: (files: Files, told: Told) => string[];
  readonly close: () => void;
}

// Only strace shows what a process has synced and what it has not.
describe.skipIf(process.platform !== 'linux')('a power cut', () => {
  test(
    `${STATES} crash states lose, tear and double nothing`,
    async () => {
      const recording = await record('true');
      const { states, bad, boundaries, told } = replay(recording, STATES);
      recording.close();
      console.log(
        `power-cut: ${states} crash states (seed ${SEED}) around ${boundaries} syncs, ${told} told recorded; ${bad.length} violations`,
      );
      expect(told).toBe(RESIDENTS);
      expect(states).toBeGreaterThanOrEqual(STATES);
      expect(bad.slice(0, 5)).toEqual([]);
    },
    Math.max(300_000, STATES * 500),
  );

  test.each(['unsynced', 'early'] as const)('control: a station that is %s is caught', async (mode) => {
    const recording = await record(mode);
    const { states, bad } = replay(recording, 60);
    recording.close();
    console.log(`power-cut control ${mode}: ${bad.length} of ${states} crash states are violations`);
    expect(bad.join('\n')).toContain('told');
  });
});

async function record(mode: Mode): Promise<Recording> {
  const store = await openTestStore({ residents: RESIDENTS });
  store.close();
  const before = filesOf(store.dir);
  const events = readTrace(await traceJob(store.dir, handOver(store), 'record', mode), store.dir, [
    ...before.keys(),
  ]);
  const dir = join(store.dir, 'after');
  const given = { ...(JSON.parse(handOver(store)) as object), dir, file: join(dir, 'rekam.db') };
  const look = (files: Files, told: Told): string[] => {
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir);
    for (const [name, bytes] of files) writeFileSync(join(dir, name), bytes);
    try {
      const after = takeOver(JSON.stringify(given));
      try {
        const check = String(after.db.pragma('quick_check'));
        return [...(check === 'ok' ? [] : [check]), ...faults(after, told, new Set())];
      } finally {
        after.close();
      }
    } catch (error) {
      return [`does not open: ${String(error)}`];
    }
  };
  return { before, events, look, close: () => store.destroy() };
}

function filesOf(dir: string): Files {
  const names = readdirSync(dir).filter((name) => DATABASE.test(name) && !name.endsWith('-shm'));
  return new Map(names.map((name) => [name, readFileSync(join(dir, name))]));
}

/** Cuts right before and right after every sync, and at random in between, until there are `wanted` states. */
function replay({ before, events, look }: Recording, wanted: number) {
  const random = generator(SEED);
  const isSync = (event: DiskEvent | undefined) => event?.type === 'sync' || event?.type === 'syncFolder';
  const syncs = events.flatMap((event, index) => (isSync(event) ? [index] : []));
  const boundaries = new Set(syncs.flatMap((index) => [index, index + 1]));
  // Before which event the power goes, and how often.
  const cuts = new Map<number, number>();
  for (const index of boundaries) cuts.set(index, 1);
  for (let more = wanted - boundaries.size; more > 0; more -= 1) {
    const index = Math.floor(random() * (events.length + 1));
    cuts.set(index, (cuts.get(index) ?? 0) + 1);
  }
  const disk = new ReplayDisk(before);
  const told = new Told();
  const bad: string[] = [];
  let states = 0;
  for (let index = 0; index <= events.length; index += 1) {
    for (let turn = 0; turn < (cuts.get(index) ?? 0); turn += 1) {
      const grain: Grain = states % 2 === 0 ? 4096 : 512;
      const found = look(disk.cut(random, grain), told);
      states += 1;
      if (found.length > 0) bad.push(`before event ${index}, grain ${grain}: ${found.join('; ')}`);
    }
    const event = events[index];
    if (event === undefined) break;
    if (event.type === 'said') hear(event.line);
    else disk.apply(event);
  }
  return { states, bad, boundaries: syncs.length, told: told.recorded.size };
}
