import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { Sha256 } from '../../app/ids.ts';

/** Milliseconds since the epoch as the instant that schemas, facts and the window speak of. */
export function iso(at: number): string {
  return new Date(at).toISOString();
}

export function isoOrNull(at: number | null): string | null {
  return at === null ? null : iso(at);
}

/** Stored JSON is input like any other: an older version, or a damaged page, wrote it. */
export function parseJson<S extends z.ZodType>(schema: S, text: string): z.infer<S> {
  return schema.parse(JSON.parse(text) as unknown);
}

export function sha256(data: Uint8Array | string): Sha256 {
  return createHash('sha256').update(data).digest('hex') as Sha256;
}

/** SQLite hands out Buffers; everyone else speaks of plain bytes. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
