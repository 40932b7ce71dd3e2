import { z } from 'zod';
import { risksSchema } from '../desk/review.ts';
import { biodataSchema } from '../enrollment/biodata.ts';
import { accountIdSchema, packetIdSchema, sha256Schema, stationIdSchema, type StationId } from '../ids.ts';
import { activateAnswerSchema, jwsSchema } from './protocol.ts';

/**
 * The mirror: a second copy of every packet on another disk. One folder a station, and for each packet two files: the
 * sealed bytes as an upload would send them (`<packet id>.age`) and a signed entry (`<packet id>.jws`), written last:
 * a packet that has an entry is whole. Nothing in it can be read without a key that the disk does not carry.
 */
export function mirrorFolderName(stationId: StationId): string {
  return `rekam-salinan-${stationId.slice(0, 8)}`;
}
/** Says which mirror this is: an empty folder where a disk should be must never pass for it. */
export const MIRROR_MARK_FILE = 'salinan.json';
export const mirrorMarkSchema = z.object({ v: z.literal(1), id: z.uuid(), stationId: stationIdSchema });

/** What a person chose: where, and the id that the mark there must carry. */
export const mirrorPlaceSchema = z.object({ folder: z.string().max(4096), id: z.uuid() });
export type MirrorPlace = z.infer<typeof mirrorPlaceSchema>;

/** What the desk still needs of a recorded enrollment; the sealed packet alone tells nobody here. */
export const deskRowSchema = z.strictObject({
  v: z.literal(1),
  packetId: packetIdSchema,
  biodata: biodataSchema,
  /** JPEG. */
  thumbnail: z.base64().nullable(),
  operator: z.strictObject({ id: accountIdSchema, name: z.string().max(200) }),
  /** ISO date at the desk. */
  date: z.iso.date(),
  /** Milliseconds since the epoch by the station's clock. */
  recordedAt: z.int(),
  clockOffsetMs: z.int().nullable(),
  /** Where a supervisor has to see it before it goes, or returned it: whoever brings it back does not send it either. */
  review: z
    .strictObject({
      risks: risksSchema,
      since: z.int(),
      returned: z
        .strictObject({ at: z.int(), by: z.string().max(200), reason: z.string().max(200) })
        .nullable(),
    })
    .optional(),
});
export type DeskRow = z.infer<typeof deskRowSchema>;

/** Payload of an entry's JWS: by the key of the station that recorded, as `rekam-mirror+jws`. */
export const mirrorEntrySchema = z.strictObject({
  v: z.literal(1),
  stationId: stationIdSchema,
  /** The packet's own, as an upload would carry it: what a takeover delivers it under. */
  manifest: jwsSchema,
  /** The desk's row as JSON in an age file to the kecamatan's recovery key; null until the center has given one. */
  row: z.strictObject({ keyId: z.string().max(100), sealed: z.base64() }).nullable(),
  /** The same JSON for this station alone: nonce, AES-256-GCM, tag. */
  own: z.base64(),
});
export type MirrorEntry = z.infer<typeof mirrorEntrySchema>;
/** A row with its picture, twice, and base64 twice over. */
export const MIRROR_ENTRY_MAX_BYTES = 1024 * 1024;

/**
 * What a station must still know of itself when its database is gone; nothing personal. A file beside the database,
 * signed by the station as `rekam-station+jws`.
 */
export const STATION_CARD_FILE = 'stasiun.jws';
export const stationCardSchema = z.object({
  v: z.literal(1),
  activation: activateAnswerSchema,
  centerUrl: z.string(),
  caPem: z.string().nullable(),
  mirror: mirrorPlaceSchema.nullable(),
  /** The last packet recorded: numbers go on above it, and the next manifest names it. */
  last: z.object({ sequence: z.int().positive(), manifestSha256: sha256Schema }).nullable(),
});
export type StationCard = z.infer<typeof stationCardSchema>;
