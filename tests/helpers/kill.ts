import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { reportFaults } from '../../scripts/faults-summary.ts';
import { TRACED } from './disk-trace.ts';

/** What the killed process does when the kill comes. */
export const KILLED_AT = ['record', 'sync', 'purge', 'migration', 'mirror', 'courier'] as const;
export type KilledAt = (typeof KILLED_AT)[number];

/** As it should be, or a planted mistake; each is for the job that it is named with in kill-child.ts. */
export type Mode = 'true' | 'early' | 'unsynced' | 'torn';

/** `npm run faults` asks for more. */
const KILLS = Number(process.env['REKAM_KILLS'] ?? 60);
/** In hundredths. Record weighs most: it is what a kill must not hurt. */
const SHARE = { record: 40, sync: 20, purge: 10, migration: 10, mirror: 10, courier: 10 } as const;

/** How many of all kills fall into this. */
export function killsAt(job: KilledAt): number {
  return Math.max(1, Math.round((KILLS * SHARE[job]) / 100));
}

/** How a kill is aimed: after the n-th line (of this kind), then after so many milliseconds more. */
export interface Aim {
  /** First word of a line, or `any`. */
  readonly after: string;
  readonly lines: number;
  readonly ms: number;
}

/** Takes each line that left the process before it died. */
export type Hear = (what: string, id: string, more: string) => void;

export interface Killer {
  /** Runs one process until the kill. */
  kill(aim: Aim, hear: Hear): Promise<void>;
  /** Ends the process that was started ahead. */
  close(): void;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

/**
 * @param dir takes the script and what it is handed
 * @param given what `takeOver` and the job read
 */
export async function createKiller(
  dir: string,
  given: string,
  job: KilledAt,
  mode: Mode = 'true',
): Promise<Killer> {
  const script = await bundle(dir);
  const handedOver = handed(dir, given);
  const start = (): Child =>
    spawn(process.execPath, [script, handedOver, job, mode], { stdio: ['pipe', 'pipe', 'inherit'] });
  // The next process loads its modules while the one before it works; it opens the database only when told to.
  let next = start();
  return {
    kill: async (aim, hear) => {
      const child = next;
      next = start();
      await killOne(child, aim, hear);
    },
    close: () => {
      next.kill('SIGKILL');
    },
  };
}

function killOne(child: Child, aim: Aim, hear: Hear): Promise<void> {
  return new Promise((resolve, reject) => {
    let lines = 0;
    child.on('error', reject);
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout })
      .on('line', (line) => {
        const [what = '', id = '', more = ''] = line.split(' ');
        hear(what, id, more);
        if (what === 'out') reject(new Error('ran out of work'));
        if (aim.after !== 'any' && aim.after !== what) return;
        lines += 1;
        if (lines !== aim.lines) return;
        // Nothing here waits for anything but the moment of the kill itself.
        const until = performance.now() + aim.ms;
        while (performance.now() < until);
        child.kill('SIGKILL');
      })
      // Only after every line that left the process before it died.
      .on('close', () => {
        if (lines < aim.lines) reject(new Error(`the process ended by itself after ${lines} lines`));
        else resolve();
      });
    child.stdin.write('go\n');
  });
}

/** Runs one process until it has done all its work, under strace. @returns the trace */
export async function traceJob(
  dir: string,
  given: string,
  job: KilledAt,
  mode: Mode = 'true',
): Promise<string> {
  const script = await bundle(dir);
  const handedOver = handed(dir, given);
  const trace = join(dir, 'trace.txt');
  const options = ['-f', '-y', '-xx', '-s', '16777216', '-e', `trace=${TRACED}`, '-o', trace];
  const child = spawn('strace', [...options, process.execPath, script, handedOver, job, mode], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin.end('go\n');
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`strace ended with ${code}`);
  return readFileSync(trace, 'latin1');
}

function handed(dir: string, given: string): string {
  const file = join(dir, 'hand-over.json');
  writeFileSync(file, given, { mode: 0o600 });
  return file;
}

/** What it takes to open a database again after each kill, and how far its log had grown. */
export class Reopenings {
  readonly #ms: number[] = [];
  #largestWal = 0;

  /** @param file of the database, as the kill left it */
  measure<T>(file: string, reopen: () => T): T {
    const wal = `${file}-wal`;
    if (existsSync(wal)) this.#largestWal = Math.max(this.#largestWal, statSync(wal).size);
    const before = performance.now();
    const opened = reopen();
    this.#ms.push(performance.now() - before);
    return opened;
  }

  get largestWal(): number {
    return this.#largestWal;
  }

  /** Says it here and in the summary of `npm run faults`. @param bad how often something was wrong */
  report(what: string, bad: number, more: Readonly<Record<string, string>> = {}): void {
    const sorted = this.#ms.toSorted((a, b) => a - b);
    const at = (share: number) =>
      `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)} ms`;
    const measured = {
      ...more,
      'reopen p50': at(0.5),
      'reopen p99': at(0.99),
      'largest log': `${Math.ceil(this.#largestWal / 1024).toLocaleString('en')} KiB`,
    };
    reportFaults({ what, count: sorted.length, unit: 'kills', bad, measured });
    const said = Object.entries(measured).map(([name, value]) => `${name} ${value}`);
    console.log(`${what}: ${sorted.length} kills, ${bad} bad; ${said.join(', ')}`);
  }
}

/** Compiled: no bundle takes them in. */
const NATIVE = ['better-sqlite3', '@node-rs/argon2'] as const;

/** In one file a process starts in a third of the time: a hundred of them make the difference. */
async function bundle(dir: string): Promise<string> {
  const { resolve } = createRequire(import.meta.url);
  const paths = Object.fromEntries(NATIVE.map((name) => [name, pathToFileURL(resolve(name)).href]));
  const file = join(dir, 'child.mjs');
  const build = await rolldown({
    input: join(import.meta.dirname, 'kill-child.ts'),
    platform: 'node',
    external: [...NATIVE, /^node:/],
  });
  await build.write({ file, format: 'esm', codeSplitting: false, paths });
  await build.close();
  return file;
}
