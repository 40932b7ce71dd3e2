import { decode, encode } from 'cborg';
import { z } from 'zod';
import type { Sha256 } from '../ids.ts';
import { err, ok, type Result } from '../result.ts';
import type { PartName } from './biometrics.ts';
import { amendmentSchema, type Amendment } from './amendment.ts';
import { enrollmentSchema, type Enrollment, type Part } from './enrollment.ts';

/** A record is 0.4–2 MB; sixteen is far above any honest packet and far below what would hurt either side. */
export const PACKET_MAX_BYTES = 16 * 1024 * 1024;

export type PacketParts = ReadonlyMap<PartName, Uint8Array>;
export type PacketError = 'packet.unreadable' | 'packet.schema' | 'packet.parts';

// Not z.record: it drops a key named __proto__ unseen, and nothing may ride along in a packet.
const partsSchema = z.custom<Readonly<Record<string, Uint8Array>>>(isPartMap);

/**
 * The enrollment as bytes: one CBOR map (RFC 8949, deterministic encoding) `{enrollment, parts: {name: bytes}}`.
 * The same enrollment always gives the same bytes. Sealing is the caller's.
 */
export function encodePacket(enrollment: Enrollment, parts: PacketParts): Uint8Array {
  return encode({ enrollment, parts: Object.fromEntries(parts) });
}

/** The same for an amendment: `{amendment, parts: {name: bytes}}`. */
export function encodeAmendment(amendment: Amendment, parts: PacketParts): Uint8Array {
  return encode({ amendment, parts: Object.fromEntries(parts) });
}

/**
 * Reads a packet back and checks it whole: schema, each part present once, with its size and hash.
 * @param sha256 lower-case hex SHA-256 (the domain has no crypto of its own)
 */
export function decodePacket(
  bytes: Uint8Array,
  sha256: (bytes: Uint8Array) => Sha256,
): Result<{ enrollment: Enrollment; parts: PacketParts }, PacketError> {
  const read = decodeEnvelope(bytes, 'enrollment', enrollmentSchema, sha256);
  return read.ok ? ok({ enrollment: read.value.content, parts: read.value.parts }) : read;
}

/** The same for an amendment. Which of the two a packet is, its manifest says. */
export function decodeAmendment(
  bytes: Uint8Array,
  sha256: (bytes: Uint8Array) => Sha256,
): Result<{ amendment: Amendment; parts: PacketParts }, PacketError> {
  const read = decodeEnvelope(bytes, 'amendment', amendmentSchema, sha256);
  return read.ok ? ok({ amendment: read.value.content, parts: read.value.parts }) : read;
}

function decodeEnvelope<T extends { readonly parts: readonly Part[] }>(
  bytes: Uint8Array,
  key: 'enrollment' | 'amendment',
  schema: z.ZodType<T>,
  sha256: (bytes: Uint8Array) => Sha256,
): Result<{ content: T; parts: PacketParts }, PacketError> {
  let raw: unknown;
  try {
    raw = decode(bytes, { rejectDuplicateMapKeys: true });
  } catch {
    return err('packet.unreadable');
  }
  const envelope = z.strictObject({ [key]: schema, parts: partsSchema }).safeParse(raw);
  if (!envelope.success) return err('packet.schema');
  const content = envelope.data[key] as T;
  const carried = envelope.data.parts as Readonly<Record<string, Uint8Array>>;

  const parts = new Map<PartName, Uint8Array>();
  for (const part of content.parts) {
    const its = carried[part.name];
    if (its === undefined || its.length !== part.size || sha256(its) !== part.sha256) {
      return err('packet.parts');
    }
    parts.set(part.name, its);
  }
  if (Object.keys(carried).length !== parts.size) return err('packet.parts');
  return ok({ content, parts });
}

function isPartMap(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
    return false;
  return Object.values(value).every((content) => content instanceof Uint8Array);
}
