import { basename, dirname } from 'node:path';

/**
 * What a process did to the files of one folder, and what it said meanwhile, in order. Read from
 * `strace -f -y -xx -s 16777216 -e trace=openat,write,pwrite64,ftruncate,fsync,fdatasync,unlink,rename`.
 */
export type DiskEvent =
  /** A name that was not there before. */
  | { readonly type: 'create'; readonly file: string }
  | { readonly type: 'write'; readonly file: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly type: 'truncate'; readonly file: string; readonly size: number }
  | { readonly type: 'sync'; readonly file: string }
  /** The folder itself: names made and removed before it stay so. */
  | { readonly type: 'syncFolder' }
  | { readonly type: 'remove'; readonly file: string }
  /** A line on standard output. */
  | { readonly type: 'said'; readonly line: string };

export const TRACED = 'openat,write,pwrite64,ftruncate,fsync,fdatasync,unlink,rename';

/** Whole calls, and the two halves of one that another thread cut in two. */
const CALL = /^(\d+) +(\w+)\((.*)\) += (-?\d+)(?:<([^>]*)>)?/;
const UNFINISHED = /^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$/;
const RESUMED = /^(\d+) +<\.\.\. (\w+) resumed>(.*)$/;

/**
 * @param folder absolute; what happens elsewhere is left out, and so is the WAL's index `-shm`, which is rebuilt from it
 * @throws where the process did something to the folder that is not understood here: a replay would lie
 */
export function readTrace(text: string, folder: string, present: readonly string[]): DiskEvent[] {
  const known = new Set(present);
  const events: DiskEvent[] = [];
  for (const [name, args, result, opened] of calls(text)) {
    if (result < 0) continue;
    const event = eventOf(name, args, folder, known, opened);
    if (event === null) continue;
    if (event.type === 'create') known.add(event.file);
    if (event.type === 'remove') known.delete(event.file);
    events.push(event);
  }
  return events;
}

type Call = readonly [name: string, args: string, result: number, opened: string | undefined];

function* calls(text: string): Generator<Call> {
  const halves = new Map<string, string>();
  for (const line of text.split('\n')) {
    const unfinished = UNFINISHED.exec(line);
    if (unfinished !== null) {
      halves.set(`${unfinished[1]} ${unfinished[2]}`, `${unfinished[1]} ${unfinished[2]}(${unfinished[3]}`);
      continue;
    }
    const resumed = RESUMED.exec(line);
    const whole = resumed === null ? line : `${halves.get(`${resumed[1]} ${resumed[2]}`) ?? ''}${resumed[3]}`;
    const call = CALL.exec(whole);
    if (call !== null) yield [call[2] ?? '', call[3] ?? '', Number(call[4]), call[5]];
  }
}

function eventOf(
  name: string,
  args: string,
  folder: string,
  known: ReadonlySet<string>,
  opened: string | undefined,
): DiskEvent | null {
  if (name === 'openat') {
    if (opened === undefined || !args.includes('O_CREAT')) return null;
    const file = within(pathOf(opened), folder);
    return file === null || known.has(file) ? null : { type: 'create', file };
  }
  if (name === 'unlink') {
    const file = within(bytesOf(args).toString(), folder);
    return file === null ? null : { type: 'remove', file };
  }
  if (name === 'rename') throw new Error('a rename is not replayed yet');
  const descriptor = /^(\d+)<([^>]*)>/.exec(args);
  if (descriptor === null) return null;
  const number = descriptor[1];
  const at = pathOf(descriptor[2] ?? '');
  if (name === 'write') {
    if (number === '1') return { type: 'said', line: bytesOf(args).toString().trim() };
    if (within(at, folder) !== null) throw new Error(`a plain write to ${at} is not replayed yet`);
    return null;
  }
  if (at === folder && name.startsWith('f')) return { type: 'syncFolder' };
  const file = within(at, folder);
  if (file === null) return null;
  if (name === 'pwrite64') {
    const offset = Number(/, \d+, (\d+)$/.exec(args)?.[1] ?? Number.NaN);
    return { type: 'write', file, offset, bytes: bytesOf(args) };
  }
  if (name === 'ftruncate') return { type: 'truncate', file, size: Number(/, (\d+)$/.exec(args)?.[1]) };
  return { type: 'sync', file };
}

function within(file: string, folder: string): string | null {
  return dirname(file) === folder && !file.endsWith('-shm') ? basename(file) : null;
}

/** Versions of strace differ in whether a descriptor's path is written byte by byte too. */
function pathOf(path: string): string {
  return path.startsWith('\\x') ? Buffer.from(path.replaceAll('\\x', ''), 'hex').toString() : path;
}

/** The string among a call's arguments, which strace writes byte by byte. */
function bytesOf(args: string): Buffer {
  const quoted = /"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?/.exec(args);
  if (quoted === null || quoted[2] !== undefined) throw new Error('strace cut a string short');
  return Buffer.from((quoted[1] ?? '').replaceAll('\\x', ''), 'hex');
}
