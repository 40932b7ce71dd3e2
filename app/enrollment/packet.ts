import { decode, encode } from 'cborg';
import { z } from 'zod';
import type { Sha256 } from '../ids.ts';
import { err, ok, type Result } from '../result.ts';
import type { PartName } from './biometrics.ts';
import { enrollmentSchema, type Enrollment } from './enrollment.ts';

/** A record is 0.4–2 MB; sixteen is far above any honest packet and far below what would hurt either side. */
export const PACKET_MAX_BYTES = 16 * 1024 * 1024;

export type PacketParts = ReadonlyMap<PartName, Uint8Array>;
export type PacketError = 'packet.unreadable' | 'packet.schema' | 'packet.parts';

const envelopeSchema = z.strictObject({
  enrollment: z.unknown(),
  // Not z.record: it drops a key named __proto__ unseen, and nothing may ride along in a packet.
  parts: z.custom<Readonly<Record<string, Uint8Array>>>(isPartMap),
});

/**
 * The enrollment as bytes: one CBOR map (RFC 8949, deterministic encoding) `{enrollment, parts: {name: bytes}}`.
 * The same enrollment always gives the same bytes. Sealing is the caller's.
 */
export function encodePacket(enrollment: Enrollment, parts: PacketParts): Uint8Array {
  return encode({ enrollment, parts: Object.fromEntries(parts) });
}

/**
 * Reads a packet back and checks it whole: schema, each part present once, with its size and hash.
 * @param sha256 lower-case hex SHA-256 (the domain has no crypto of its own)
 */
export function decodePacket(
  bytes: Uint8Array,
  sha256: (bytes: Uint8Array) => Sha256,
): Result<{ enrollment: Enrollment; parts: PacketParts }, PacketError> {
  let raw: unknown;
  try {
    raw = decode(bytes, { rejectDuplicateMapKeys: true });
  } catch {
    return err('packet.unreadable');
  }
  const envelope = envelopeSchema.safeParse(raw);
  if (!envelope.success) return err('packet.schema');
  const enrollment = enrollmentSchema.safeParse(envelope.data.enrollment);
  if (!enrollment.success) return err('packet.schema');

  const parts = new Map<PartName, Uint8Array>();
  for (const part of enrollment.data.parts) {
    const content = envelope.data.parts[part.name];
    if (content === undefined || content.length !== part.size || sha256(content) !== part.sha256) {
      return err('packet.parts');
    }
    parts.set(part.name, content);
  }
  if (Object.keys(envelope.data.parts).length !== parts.size) return err('packet.parts');
  return ok({ enrollment: enrollment.data, parts });
}

function isPartMap(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
    return false;
  return Object.values(value).every((content) => content instanceof Uint8Array);
}
