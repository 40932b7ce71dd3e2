import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { PART_NAMES } from '../../app/enrollment/biometrics.ts';
import { sha256 } from '../../main/security/sign.ts';
import { TRACED } from './disk-trace.ts';
import { handOver, TEST_NOW, type TestStore } from './store.ts';

/** What the killed processes said to their operators. */
export interface Told {
  readonly recorded: Set<string>;
  /** Draft by its revision. */
  readonly drafts: Map<string, number>;
}

/** How a kill is aimed: after the n-th line (of this kind), then after so many milliseconds more. */
export interface Aim {
  readonly after: 'any' | 'commit' | 'recorded';
  readonly lines: number;
  readonly ms: number;
}

export interface Killer {
  /** Runs one process until the kill; adds what it said to `told`. */
  kill(aim: Aim, told: Told): Promise<void>;
  /** Ends the process that was started ahead. */
  close(): void;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** `true`, or a planted mistake: telling before the commit, committing without a sync. */
export type Mode = 'true' | 'early' | 'unsynced';

export async function createKiller(store: TestStore, mode: Mode): Promise<Killer> {
  const script = await bundle(store.dir);
  const handedOver = join(store.dir, 'hand-over.json');
  writeFileSync(handedOver, handOver(store), { mode: 0o600 });
  const start = (): Child =>
    spawn(process.execPath, [script, handedOver, mode], { stdio: ['pipe', 'pipe', 'inherit'] });
  // The next process loads its modules while the one before it works; it opens the database only when told to.
  let next = start();
  return {
    kill: async (aim, told) => {
      const child = next;
      next = start();
      await killOne(child, aim, told);
    },
    close: () => {
      next.kill('SIGKILL');
    },
  };
}

function killOne(child: Child, aim: Aim, told: Told): Promise<void> {
  return new Promise((resolve, reject) => {
    let lines = 0;
    child.on('error', reject);
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout })
      .on('line', (line) => {
        const [what, id = '', revision] = line.split(' ');
        if (what === 'recorded') told.recorded.add(id);
        if (what === 'draft') told.drafts.set(id, Number(revision));
        if (what === 'out') reject(new Error('ran out of residents'));
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

/** Runs one process until it has recorded all its residents, under strace. @returns the trace */
export async function traceRecording(store: TestStore, mode: Mode): Promise<string> {
  const script = await bundle(store.dir);
  const handedOver = join(store.dir, 'hand-over.json');
  writeFileSync(handedOver, handOver(store), { mode: 0o600 });
  const trace = join(store.dir, 'trace.txt');
  const options = ['-f', '-y', '-xx', '-s', '16777216', '-e', `trace=${TRACED}`, '-o', trace];
  const child = spawn('strace', [...options, process.execPath, script, handedOver, mode], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin.end('go\n');
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`strace ended with ${code}`);
  return readFileSync(trace, 'latin1');
}

/** In one file a process starts in a third of the time: a hundred of them make the difference. */
async function bundle(dir: string): Promise<string> {
  const sqlite = pathToFileURL(createRequire(import.meta.url).resolve('better-sqlite3')).href;
  const file = join(dir, 'child.mjs');
  const build = await rolldown({
    input: join(import.meta.dirname, 'record-kill-child.ts'),
    platform: 'node',
    external: [/^better-sqlite3$/, /^node:/],
  });
  await build.write({ file, format: 'esm', codeSplitting: false, paths: { 'better-sqlite3': sqlite } });
  await build.close();
  return file;
}

const TABLES = ['packet', 'packet_blob', 'enrollment', 'outbox'] as const;

/** Everything that is wrong with a store after a kill, given what was told. Empty is what we want. */
export function faults(store: TestStore, told: Told, checked: Set<string>): string[] {
  const found: string[] = [];
  const { db } = store;
  const idsOf = (table: string, column = 'packet_id'): Set<string> =>
    new Set(db.all<{ id: string }>(`SELECT ${column} AS id FROM ${table}`).map(({ id }) => id));

  const packets = idsOf('packet');
  for (const table of TABLES) {
    const ids = idsOf(table);
    for (const id of new Set([...packets, ...ids])) {
      if (packets.has(id) !== ids.has(id)) found.push(`${table} and packet differ on ${id}`);
    }
  }
  const done = idsOf("ticket WHERE state = 'done'");
  const audited = idsOf("audit WHERE what = 'enrollment.recorded'", 'subject');
  const journaled = idsOf("journal WHERE type = 'recorded'", "fact ->> '$.packetId'");
  for (const [name, ids] of [
    ['ticket', done],
    ['audit', audited],
    ['journal', journaled],
  ] as const) {
    for (const id of new Set([...packets, ...ids])) {
      if (packets.has(id) !== ids.has(id)) found.push(`${name} and packet differ on ${id}`);
    }
  }
  for (const id of told.recorded) if (!packets.has(id)) found.push(`told recorded, and it is not: ${id}`);

  const drafts = idsOf('draft');
  for (const id of packets) if (drafts.has(id)) found.push(`both draft and packet: ${id}`);
  for (const [id, revision] of told.drafts) {
    if (packets.has(id)) continue;
    const draft = drafts.has(id)
      ? store.api.drafts.load(id as never, store.operator.accountId, TEST_NOW)
      : null;
    if (draft === null || draft.draft.revision < revision || draft.captures.length !== PART_NAMES.length) {
      found.push(`told that the draft is kept, and it is not: ${id}`);
    }
  }

  const rows = db.all<{
    packet_id: string;
    sequence: number;
    manifest: string;
    manifest_sha256: string;
    sha256: string;
  }>('SELECT packet_id, sequence, manifest, manifest_sha256, sha256 FROM packet ORDER BY sequence');
  let previous: string | null = null;
  for (const [index, row] of rows.entries()) {
    if (row.sequence !== index + 1) found.push(`sequence ${row.sequence} stands at ${index + 1}`);
    const payload = JSON.parse(Buffer.from(row.manifest.split('.')[1] ?? '', 'base64url').toString()) as {
      previous: string | null;
    };
    if (payload.previous !== previous) found.push(`the chain breaks at ${row.sequence}`);
    previous = row.manifest_sha256;
    if (checked.has(row.packet_id)) continue;
    const sealed = store.api.outbox.sealed(row.packet_id as never);
    if (sealed === null || sha256(sealed) !== row.sha256) found.push(`torn sealed bytes: ${row.packet_id}`);
    checked.add(row.packet_id);
  }
  const broken = store.api.audit.verify();
  if (broken !== null) found.push(`the audit chain breaks at ${broken}`);
  return found;
}
