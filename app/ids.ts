import { z } from 'zod';

/** UUIDv7 (RFC 9562): made when the draft begins, kept for ever, the upload's id at the center too. */
export const packetIdSchema = z.uuidv7().brand<'PacketId'>();
export type PacketId = z.infer<typeof packetIdSchema>;

export const stationIdSchema = z.uuid().brand<'StationId'>();
export type StationId = z.infer<typeof stationIdSchema>;

export const accountIdSchema = z.uuid().brand<'AccountId'>();
export type AccountId = z.infer<typeof accountIdSchema>;

/** SHA-256 as 64 lower-case hex digits. */
export const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<'Sha256'>();
export type Sha256 = z.infer<typeof sha256Schema>;

/** A moment as ISO 8601 in UTC with milliseconds, from the station's own clock unless said otherwise. */
export const instantSchema = z.iso.datetime({ precision: 3 });

/** Kemendagri code of a kecamatan, e.g. 32.09.03. BPS codes differ and are never mixed in. */
export const kodeKecamatanSchema = z.string().regex(/^\d{2}\.\d{2}\.\d{2}$/);

/** Kemendagri code of a desa or kelurahan, e.g. 32.09.03.2005. */
export const kodeDesaSchema = z.string().regex(/^\d{2}\.\d{2}\.\d{2}\.\d{4}$/);
