import { z } from 'zod';
import {
  instantSchema,
  packetIdSchema,
  sha256Schema,
  stationIdSchema,
  type PacketId,
  type StationId,
} from '../ids.ts';
import type { ProblemName } from './problems.ts';
import { jwsSchema } from './protocol.ts';

/**
 * The courier pack: packets on a disk that a person carries where the link does not reach. One folder a station, with
 * the sealed packets, one signed list of them, and, on the way back, the center's receipts. Nothing in it is personal.
 */
export const PACK_FILE = 'paket.jws';
/** What the center answers, beside the list. A name that people look for. */
export const RECEIPTS_FILE = 'tanda-terima.jsonl';

const SEALED = '.age';
/** A station's own folder on the disk, the same each time, so that a copy that was cut goes on where it was. */
export function packFolderName(stationId: StationId): string {
  return `rekam-kurir-${stationId.slice(0, 8)}`;
}
export function packetFileName(packetId: PacketId): string {
  return `${packetId}${SEALED}`;
}
/** The packet whose file this would be; null for every other name. */
export function packetOfFile(name: string): PacketId | null {
  if (!name.endsWith(SEALED)) return null;
  const parsed = packetIdSchema.safeParse(name.slice(0, -SEALED.length));
  return parsed.success ? parsed.data : null;
}

/** Both files are read whole; a list of ten thousand packets has 20 MB. */
export const COURIER_FILE_MAX_BYTES = 64 * 1024 * 1024;

const listedSchema = z
  .strictObject({
    packetId: packetIdSchema,
    sequence: z.int().positive(),
    sha256: sha256Schema,
    size: z.int().positive(),
    /** The packet's own, as an upload would carry it. */
    manifest: jwsSchema,
    file: z.string(),
  })
  // A name from a disk never becomes a path of its own.
  .refine(({ file, packetId }) => file === packetFileName(packetId), 'not the name of its packet');
export type ListedPacket = z.infer<typeof listedSchema>;

/** Payload of the pack's JWS: by the key of the station that made it, as `rekam-courier+jws`. */
export const packSchema = z.strictObject({
  v: z.literal(1),
  stationId: stationIdSchema,
  madeAt: instantSchema,
  /** Oldest first, each once. */
  packets: z
    .array(listedSchema)
    .min(1)
    .max(20_000)
    .refine((all) => new Set(all.map(({ packetId }) => packetId)).size === all.length, 'listed twice'),
});
export type CourierPack = z.infer<typeof packSchema>;

/** A compact JWS as large as a list may be. */
export const packJwsSchema = z
  .string()
  .max(COURIER_FILE_MAX_BYTES)
  .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/);

/** Of an upload's problems those that a disk can meet, and two of its own. */
export const COURIER_PROBLEMS = [
  'packet-hash',
  'packet-too-large',
  'manifest-invalid',
  'manifest-conflict',
  'manifest-late',
  'recipient-unknown',
  'upload-locked',
  'storage-full',
  'station-unknown',
  'station-revoked',
  /** Its file is not on the disk, or cannot be read there. */
  'packet-missing',
  /** The list is cut off, changed or none. */
  'pack-invalid',
] as const satisfies readonly (ProblemName | 'packet-missing' | 'pack-invalid')[];
export type CourierProblem = (typeof COURIER_PROBLEMS)[number];
const problemSchema = z.enum(COURIER_PROBLEMS);

/**
 * One line of the receipts file, JSON. A receipt proves itself; the rest is not signed and changes nothing at the
 * station: it only tells people what to look at.
 */
export const receiptsLineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('receipt'), receipt: jwsSchema }),
  z.object({ type: z.literal('refused'), packetId: packetIdSchema, problem: problemSchema }),
  /** The center has other keys, as a pulse would tell. */
  z.object({ type: z.literal('keys'), announcement: jwsSchema }),
  /** Nothing of the pack could be taken in. */
  z.object({ type: z.literal('pack-refused'), problem: problemSchema }),
]);
export type ReceiptsLine = z.infer<typeof receiptsLineSchema>;
