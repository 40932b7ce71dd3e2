import { createHash, type Hash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import {
  columnsOf,
  readRow,
  type ColumnOrder,
  type ListContext,
  type ReadRow,
  type WrongRow,
} from '../../app/desk/schedule.ts';
import { RekamError } from '../../app/errors.ts';

/** Four times the rows of a whole kecamatan; a list is a few thousand. */
export const ROWS_MAX = 200_000;
export const BYTES_MAX = 16_000_000;
/** A line of the list is some fifty letters; a quote that is never closed would swallow the rest. */
const RECORD_MAX = 4_000;
/** So many rows go to the store at once: some ten milliseconds of its thread. */
const BITE = 500;
const CHUNK_BYTES = 32 * 1024;

type Row = ReadRow | WrongRow;
interface Told {
  readonly line: number;
  readonly record: string[];
}

interface Reading {
  readonly signal: AbortSignal;
  /** Waited for, so that nothing piles up. */
  readonly take: (rows: readonly Row[]) => Promise<void>;
  readonly progress: (rows: number, bytes: { done: number; total: number }) => void;
}

/** What the file was when it was read; hex SHA-256. */
export interface ListStamp {
  readonly sha256: string;
  readonly size: number;
}

/**
 * Reads the list row by row; memory stays flat however long it is.
 * @throws RekamError `schedule.fileGone`, `schedule.tooLarge`, `schedule.encoding`, `schedule.notCsv`,
 * `schedule.columns`, `schedule.empty`, `schedule.fileChanged`; whatever `take` throws; AbortError
 */
export async function readList(file: string, context: ListContext, reading: Reading): Promise<ListStamp> {
  const before = await statOf(file);
  if (before.size > BYTES_MAX) throw tooLarge();
  const hash = createHash('sha256');
  const bytes = { done: 0, total: before.size };
  const rows = rowsOf(context);
  let bite: Row[] = [];
  let count = 0;
  const hand = async () => {
    reading.signal.throwIfAborted();
    count += bite.length;
    if (count > ROWS_MAX) throw tooLarge();
    const full = bite;
    bite = [];
    await reading.take(full);
    reading.progress(count, { ...bytes });
  };
  const source = textOf(file, hash, bytes);
  try {
    const start = await firstPiece(source);
    await pipeline(
      chained(start, source),
      parse({
        delimiter: delimiterOf(start),
        info: true,
        relax_column_count: true,
        relax_quotes: true,
        skip_empty_lines: true,
        max_record_size: RECORD_MAX,
      }),
      async (records: AsyncIterable<unknown>) => {
        for await (const told of records) {
          const { record, info } = told as { record: string[]; info: { lines: number } };
          const row = rows({ line: info.lines, record });
          if (row === null) continue;
          bite.push(row);
          if (bite.length === BITE) await hand();
        }
      },
      { signal: reading.signal },
    );
  } catch (error) {
    throw asListError(error);
  } finally {
    // Where it was left in the middle, its file is closed.
    await source.return();
  }
  if (bite.length > 0) await hand();
  if (count === 0) throw new RekamError('schedule.empty');
  const after = await statOf(file);
  if (after.size !== before.size || after.mtimeMs !== before.mtimeMs)
    throw new RekamError('schedule.fileChanged');
  return { sha256: hash.digest('hex'), size: before.size };
}

/** Whether it is still the very file. @throws RekamError `schedule.fileGone`, `schedule.fileChanged` */
export async function requireSame(file: string, stamp: ListStamp): Promise<void> {
  const { size } = await statOf(file);
  if (size !== stamp.size) throw new RekamError('schedule.fileChanged');
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES }))
      hash.update(chunk as Buffer);
  } catch (error) {
    throw new RekamError('schedule.fileGone', {}, error);
  }
  if (hash.digest('hex') !== stamp.sha256) throw new RekamError('schedule.fileChanged');
}

async function statOf(file: string): Promise<Stats> {
  const found = await stat(file).catch(() => null);
  if (found?.isFile() !== true) throw new RekamError('schedule.fileGone');
  return found;
}

const tooLarge = () => new RekamError('schedule.tooLarge', { rows: ROWS_MAX, megabytes: BYTES_MAX / 1e6 });

/** Spreadsheets' own files and other papers begin with these. */
const NOT_CSV = ['PK\x03\x04', '\xd0\xcf\x11\xe0', '%PDF', '{\\rtf'];

/** The file's text, refused where it is none: a byte that is no UTF-8 would become another letter in a name. */
async function* textOf(file: string, hash: Hash, bytes: { done: number }): AsyncGenerator<string, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk: Uint8Array | undefined): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (error) {
      throw new RekamError('schedule.encoding', {}, error);
    }
  };
  let isFirst = true;
  for await (const piece of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
    const chunk = piece as Buffer;
    hash.update(chunk);
    bytes.done += chunk.length;
    if (isFirst) refuseOthers(chunk);
    isFirst = false;
    const text = decode(chunk);
    if (text.includes('\0')) throw new RekamError('schedule.notCsv');
    yield text;
  }
  const rest = decode(undefined);
  if (rest !== '') yield rest;
}

function refuseOthers(chunk: Buffer): void {
  const start = chunk.subarray(0, 8).toString('latin1');
  if (NOT_CSV.some((mark) => start.startsWith(mark))) throw new RekamError('schedule.notCsv');
  // UTF-16, as a spreadsheet's "Unicode text" is.
  if (start.startsWith('\xff\xfe') || start.startsWith('\xfe\xff')) throw new RekamError('schedule.encoding');
}

async function firstPiece(source: AsyncGenerator<string, void>): Promise<string> {
  const first = await source.next();
  if (first.done === true || first.value.trim() === '') throw new RekamError('schedule.empty');
  return first.value;
}

async function* chained(first: string, rest: AsyncGenerator<string, void>): AsyncGenerator<string, void> {
  yield first;
  yield* rest;
}

/** A spreadsheet set to Indonesian writes `;`, one set to English `,`. */
function delimiterOf(text: string): string {
  const line = /^\s*[^\r\n]*/.exec(text)?.[0] ?? '';
  return [';', '\t', ','].find((one) => line.includes(one)) ?? ',';
}

/** The first record says which column is which. */
function rowsOf(context: ListContext): (told: Told) => Row | null {
  let order: ColumnOrder | null = null;
  return ({ line, record }) => {
    if (order !== null) return isBlank(record) ? null : readRow(line, record, order, context);
    const columns = columnsOf(record);
    if (columns === null) throw new RekamError('schedule.columns');
    order = columns.order;
    return columns.isHeader ? null : readRow(line, record, order, context);
  };
}

/** What a spreadsheet leaves of rows that were cleared: `;;;;`. */
const isBlank = (record: readonly string[]) => record.every((cell) => cell.trim() === '');

function asListError(error: unknown): unknown {
  if (error instanceof RekamError) return error;
  if (error instanceof CsvError) return new RekamError('schedule.notCsv', {}, error);
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ENOENT' || code === 'EIO' || code === 'EACCES' || code === 'EISDIR'
    ? new RekamError('schedule.fileGone', {}, error)
    : error;
}
