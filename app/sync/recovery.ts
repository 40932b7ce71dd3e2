import { z } from 'zod';
import { err, ok, type Result } from '../result.ts';
import { accountIdSchema, instantSchema, stationIdSchema } from '../ids.ts';
import { accountSchema, kecamatanSchema, publicKeySchema } from './protocol.ts';
import { formatCode, parseCode } from './typed-code.ts';

/**
 * The recovery kit of a station: all that a new PC needs to take over its queue, wrapped by a recovery code that stands
 * on paper alone. The code is stretched into an X25519 key; whatever is wrapped is sealed (age) to its public half, so
 * neither the station nor the disk ever holds what opens it. A file on the mirror and in the data folder.
 */
export const KIT_FILE = 'pemulihan.json';

/** 120 bits and a check letter: five groups of five. */
export const RECOVERY_BODY_LENGTH = 24;

export type RecoveryCodeError = 'takeover.codeLength' | 'takeover.codeMistyped';

export function formatRecoveryCode(body: string): string {
  return formatCode(body);
}

export function parseRecoveryCode(text: string): Result<string, RecoveryCodeError> {
  const body = parseCode(text, RECOVERY_BODY_LENGTH + 1);
  if (body.ok) return ok(body.value);
  return err(body.error === 'length' ? 'takeover.codeLength' : 'takeover.codeMistyped');
}

/** What an age X25519 identity and recipient look like. */
const identitySchema = z
  .string()
  .max(100)
  .regex(/^AGE-SECRET-KEY-1[0-9A-Z]+$/);
const recipientSchema = z
  .string()
  .max(100)
  .regex(/^age1[0-9a-z]+$/);

/** `POST /v1/recovery`: a supervisor of the caller wants a new kit. The one before it is void from now on. */
export const recoveryRequestSchema = z.strictObject({
  /** Public half of the key that the recovery code makes. */
  recipient: recipientSchema,
  /** Whose password this is: a station alone, stolen with its key, gets nothing. */
  supervisor: accountIdSchema,
  password: z.string().max(200),
});
/** `kitCenterSchema` as JSON in an age file to that recipient: the station passes on what it cannot read. */
export const recoveryAnswerSchema = z.object({ sealed: z.base64().max(64 * 1024) });

/** `POST /v1/takeover`: the caller delivers what a dead station left; that one's key is worth nothing any more. */
export const takeoverRequestSchema = z.strictObject({
  /** The dead one, of the caller's kecamatan. */
  stationId: stationIdSchema,
  /** Secret of the voucher in its kit: proof that the kit was opened. */
  secret: z.string().max(64),
  /** Highest number that its mirror shows; 0 for none. Nothing above is taken from it any more. */
  last: z.int().min(0),
});
/** `last` as the center keeps it: what it holds itself may be higher. */
export const takeoverAnswerSchema = z.object({ last: z.int().min(0) });

/** What the center wraps. */
export const kitCenterSchema = z.object({
  v: z.literal(1),
  station: z.object({ id: stationIdSchema, label: z.string(), key: publicKeySchema }),
  kecamatan: kecamatanSchema,
  /** Opens the desk's rows on the mirrors of this kecamatan. */
  recovery: z.object({ keyId: z.string().max(100), identity: identitySchema }),
  /** An activation code for the PC that takes over. */
  voucher: z.string().max(100),
});
export type KitCenter = z.infer<typeof kitCenterSchema>;

/** What the station adds, and writes anew when accounts change: it keeps the recipient. */
export const kitStationSchema = z.object({
  v: z.literal(1),
  stationId: stationIdSchema,
  centerUrl: z.string().max(300),
  accounts: z.array(accountSchema.omit({ type: true })).max(1000),
});
export type KitStation = z.infer<typeof kitStationSchema>;
export type KitAccount = KitStation['accounts'][number];

export const kitSchema = z.object({
  v: z.literal(1),
  stationId: stationIdSchema,
  /** So that a person sees which paper belongs to it. */
  label: z.string().max(200),
  madeAt: instantSchema,
  /** For the stretching of the code, 16 bytes. */
  salt: z.base64().max(64),
  center: z.base64().max(64 * 1024),
  station: z.base64().max(512 * 1024),
});
export type Kit = z.infer<typeof kitSchema>;
export const KIT_MAX_BYTES = 1024 * 1024;
