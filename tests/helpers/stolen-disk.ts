// What somebody finds who has a disk and looks at every byte of it: as it lies there, as text is also written, and inside of
// what is merely packed.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { constants, gunzipSync, inflateSync } from 'node:zlib';

export interface Secret {
  /** For the message. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export function secretText(name: string, text: string): Secret {
  return { name, bytes: Buffer.from(text, 'utf8') };
}

const MOST_UNPACKED = 8 * 1024 * 1024;
/** Shorter ones turn up by chance. */
const SHORTEST = 6;

interface Needle {
  readonly name: string;
  readonly how: string;
  readonly bytes: Buffer;
}

/** Every file of these folders, at any depth. @returns one line for each secret and form that was found */
export function findSecrets(folders: readonly string[], secrets: readonly Secret[]): string[] {
  const search = searcher(secrets.flatMap(formsOf));
  const found = new Set<string>();
  for (const folder of folders)
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      const content = readFileSync(file);
      for (const [packing, bytes] of layers(content))
        for (const { name, how } of search(bytes)) found.add(`${name} as ${how}${packing} in ${file}`);
    }
  return [...found];
}

function formsOf({ name, bytes }: Secret): Needle[] {
  const raw = Buffer.from(bytes);
  if (raw.length < SHORTEST) throw new Error(`too short to be looked for: ${name}`);
  const text = raw.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(raw) && !text.includes('\0');
  const forms: [how: string, bytes: Buffer][] = [
    ['it is', raw],
    ['hex', Buffer.from(raw.toString('hex'))],
    ['hex', Buffer.from(raw.toString('hex').toUpperCase())],
    ...[0, 1, 2].flatMap((shift): [string, Buffer][] => {
      // Letters at both ends depend on what stands beside.
      const inner = Buffer.concat([Buffer.alloc(shift), raw])
        .toString('base64')
        .replaceAll('=', '')
        .slice(shift === 0 ? 0 : shift + 1, -2);
      return [
        ['base64', Buffer.from(inner)],
        ['base64', Buffer.from(inner.replaceAll('+', '-').replaceAll('/', '_'))],
      ];
    }),
  ];
  if (isText) {
    const wide = Buffer.from(text, 'utf16le');
    forms.push(['UTF-16', wide], ['UTF-16', Buffer.from(wide).swap16()]);
  }
  return forms.map(([how, form]) => ({ name, how, bytes: form }));
}

/** All needles in one pass: thousands of them over a hundred megabytes. */
function searcher(needles: readonly Needle[]): (bytes: Buffer) => Needle[] {
  const byStart = new Map<number, Needle[]>();
  const seen = new Uint8Array(1 << 24);
  for (const needle of needles) {
    const start = needle.bytes.readUInt32LE(0);
    byStart.set(start, [...(byStart.get(start) ?? []), needle]);
    seen[start & 0xffffff] = 1;
  }
  return (bytes) => {
    const found: Needle[] = [];
    const last = bytes.length - 4;
    for (let at = 0; at <= last; at += 1) {
      // The next is compared only where three bytes fit.
      if (seen[(bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)] === 0) continue;
      for (const needle of byStart.get(bytes.readUInt32LE(at)) ?? [])
        if (bytes.subarray(at, at + needle.bytes.length).equals(needle.bytes)) found.push(needle);
    }
    return found;
  };
}

function* layers(content: Buffer): Generator<[packing: string, bytes: Buffer]> {
  yield ['', content];
  for (const unpacked of streams(content)) yield [' in a packed stream', unpacked];
  for (const block of tableBlocks(content)) yield [' in a LevelDB table', block];
  const records = logRecords(content);
  if (records !== null) yield [' over LevelDB records', records];
}

/** Whatever begins like gzip or zlib, as far as it can be unpacked. */
function* streams(content: Buffer): Generator<Buffer> {
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MOST_UNPACKED };
  for (let at = 0; at < content.length - 2; at += 1) {
    const [first, second] = [content[at] ?? 0, content[at + 1] ?? 0];
    const isGzip = first === 0x1f && second === 0x8b && content[at + 2] === 8;
    const isZlib =
      (first & 0x0f) === 8 &&
      first >> 4 <= 7 &&
      ((first << 8) | second) % 31 === 0 &&
      (second & 0x20) === 0 &&
      first === 0x78;
    if (!isGzip && !isZlib) continue;
    try {
      const unpacked = (isGzip ? gunzipSync : inflateSync)(content.subarray(at), options);
      if (unpacked.length > 0) yield unpacked;
    } catch {
      // It only began like one.
    }
  }
}

const TABLE_MAGIC = Buffer.from('57fb808b247547db', 'hex');
const FOOTER_BYTES = 48;

/** The blocks of a LevelDB table, snappy or plain. */
function tableBlocks(content: Buffer): Buffer[] {
  if (content.length < FOOTER_BYTES || !content.subarray(-8).equals(TABLE_MAGIC)) return [];
  try {
    const footer = content.subarray(-FOOTER_BYTES);
    const meta = handleAt(footer, 0);
    const index = blockAt(content, handleAt(footer, meta.end));
    const blocks = [index];
    for (const value of valuesOf(index)) blocks.push(blockAt(content, handleAt(value, 0)));
    return blocks;
  } catch {
    return [];
  }
}

function handleAt(bytes: Buffer, at: number): { offset: number; size: number; end: number } {
  const [offset, next] = varint(bytes, at);
  const [size, end] = varint(bytes, next);
  return { offset, size, end };
}

function blockAt(content: Buffer, { offset, size }: { offset: number; size: number }): Buffer {
  const block = content.subarray(offset, offset + size);
  return content[offset + size] === 1 ? unsnap(block) : block;
}

function valuesOf(block: Buffer): Buffer[] {
  const restarts = block.readUInt32LE(block.length - 4);
  const end = block.length - 4 - 4 * restarts;
  const values: Buffer[] = [];
  for (let at = 0; at < end; ) {
    const [, unsharedAt] = varint(block, at);
    const [unshared, sizeAt] = varint(block, unsharedAt);
    const [size, keyAt] = varint(block, sizeAt);
    values.push(block.subarray(keyAt + unshared, keyAt + unshared + size));
    at = keyAt + unshared + size;
  }
  return values;
}

function varint(bytes: Buffer, from: number): [value: number, next: number] {
  let value = 0;
  for (let at = from, scale = 1; at < bytes.length; at += 1, scale *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return [value, at + 1];
  }
  throw new Error('cut');
}

/** Snappy's raw format: literals and copies of what came before. */
export function unsnap(packed: Buffer): Buffer {
  const [length, start] = varint(packed, 0);
  if (length > MOST_UNPACKED) throw new Error('too long');
  const out = Buffer.alloc(length);
  let to = 0;
  for (let at = start; at < packed.length && to < length; ) {
    const tag = packed[at] ?? 0;
    if ((tag & 3) === 0) {
      const extra = Math.max(0, (tag >> 2) - 59);
      const size = extra === 0 ? (tag >> 2) + 1 : packed.readUIntLE(at + 1, extra) + 1;
      packed.copy(out, to, at + 1 + extra, at + 1 + extra + size);
      at += 1 + extra + size;
      to += size;
      continue;
    }
    const bytes = (tag & 3) === 3 ? 4 : tag & 3;
    const size = (tag & 3) === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const offset =
      (tag & 3) === 1 ? ((tag >> 5) << 8) | (packed[at + 1] ?? 0) : packed.readUIntLE(at + 1, bytes);
    if (offset === 0 || offset > to) throw new Error('no such place');
    // One by one: a copy may run into what it writes.
    for (let n = 0; n < size && to < length; n += 1, to += 1) out[to] = out[to - offset] ?? 0;
    at += 1 + bytes;
  }
  return out;
}

const LOG_BLOCK = 32 * 1024;
const LOG_HEAD = 7;

/** The records of a LevelDB log without the heads between their pieces; null where it is none. */
function logRecords(content: Buffer): Buffer | null {
  const pieces: Buffer[] = [];
  for (let block = 0; block < content.length; block += LOG_BLOCK) {
    const end = Math.min(block + LOG_BLOCK, content.length);
    for (let at = block; at + LOG_HEAD <= end; ) {
      const size = content.readUInt16LE(at + 4);
      const kind = content[at + 6] ?? 0;
      if (kind > 4 || at + LOG_HEAD + size > end) return pieces.length === 0 ? null : Buffer.concat(pieces);
      if (kind === 0 && size === 0) break;
      pieces.push(content.subarray(at + LOG_HEAD, at + LOG_HEAD + size));
      at += LOG_HEAD + size;
    }
  }
  return pieces.length === 0 ? null : Buffer.concat(pieces);
}

/** For the control: a table of one snappy block in which this text does not stand in one piece. */
export function packedTable(text: string): Buffer {
  const bytes = Buffer.from(text);
  const half = bytes.length >> 1;
  // The second half first; then the text, whose end is a copy of it.
  const out = Buffer.concat([bytes.subarray(half), bytes]);
  const literal = Buffer.concat([bytes.subarray(half), bytes.subarray(0, half)]);
  const snapped = Buffer.concat([
    Buffer.from([out.length, ((literal.length - 1) << 2) | 0]),
    literal,
    Buffer.from([((bytes.length - half - 1) << 2) | 2, literal.length, 0]),
  ]);
  const entry = (value: Buffer) =>
    Buffer.concat([Buffer.from([0, 1, value.length]), Buffer.from('k'), value]);
  const end = Buffer.from([0, 0, 0, 0, 1, 0, 0, 0]);
  const trailer = (kind: number) => Buffer.from([kind, 0, 0, 0, 0]);
  const index = Buffer.concat([entry(Buffer.from([0, snapped.length])), end]);
  const footer = Buffer.alloc(FOOTER_BYTES);
  footer[2] = snapped.length + 5;
  footer[3] = index.length;
  TABLE_MAGIC.copy(footer, FOOTER_BYTES - 8);
  return Buffer.concat([snapped, trailer(1), index, trailer(0), footer]);
}
