import { z } from 'zod';
import { draftSchema } from '../desk/draft.ts';
import { sessionOfDaySchema, ticketStateSchema } from '../desk/ticket.ts';
import { biodataSchema } from '../enrollment/biodata.ts';
import { partNameSchema, scanStepSchema, stepSchema } from '../enrollment/biometrics.ts';
import { partSchema } from '../enrollment/enrollment.ts';
import { HOLD_REASONS, PACKET_STATES } from '../enrollment/lifecycle.ts';
import { accountIdSchema, instantSchema, packetIdSchema, stationIdSchema } from '../ids.ts';
import { outcomeSchema } from '../sync/protocol.ts';
import type { Channel, EventName } from './channels.ts';
import { stationInfoSchema, stationStatusSchema, syncSummarySchema } from './status.ts';

/**
 * The one contract between window and main: channel → request, response, who may call it. Main's wrapper checks
 * frame, session, role and request before a handler runs, and the response before it leaves; the preload exposes
 * exactly these channels, by group. Bytes cross as Uint8Array.
 */
export type Audience = 'anyone' | 'operator' | 'supervisor';

const nothing = z.void();
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const PART_MAX = 4 * 1024 * 1024;
const partBytes = bytes.refine((value) => value.length > 0 && value.length <= PART_MAX);

export const sessionSchema = z.object({
  accountId: accountIdSchema,
  name: z.string(),
  username: z.string(),
  role: z.enum(['operator', 'supervisor']),
  /** AES-256-GCM key for the drafts in the window's Dexie, raw 32 bytes. Lives in memory only. */
  draftKey: bytes,
});

export const residentRowSchema = z.object({
  nik: z.string(),
  nama: z.string(),
  tanggalLahir: z.string(),
  jenisKelamin: z.union([z.literal(1), z.literal(2)]),
  alamat: z.string(),
  desa: z.string(),
  desaNama: z.string(),
  /** Where an enrollment of this resident is already known, and since when. */
  recorded: z.enum(['no', 'here', 'center']),
});
export type ResidentRow = z.infer<typeof residentRowSchema>;

export const residentSchema = z.object({
  biodata: biodataSchema,
  recorded: z
    .object({ where: z.enum(['here', 'center']), at: instantSchema, stationId: stationIdSchema.nullable() })
    .nullable(),
  /** An unfinished draft of this resident at this station. */
  draft: packetIdSchema.nullable(),
});

export const ticketRowSchema = z.object({
  number: z.int().positive(),
  nik: z.string(),
  nama: z.string(),
  state: ticketStateSchema,
  packetId: packetIdSchema.nullable(),
  calledAt: instantSchema.nullable(),
});
export type TicketRow = z.infer<typeof ticketRowSchema>;

export const summonsRowSchema = z.object({
  nik: z.string(),
  nama: z.string(),
  desa: z.string(),
  session: sessionOfDaySchema,
  recorded: z.boolean(),
});

export const draftRowSchema = z.object({
  packetId: packetIdSchema,
  nik: z.string(),
  nama: z.string(),
  step: stepSchema,
  revision: z.int(),
  updatedAt: instantSchema,
});

/** A part with its bytes, as scanner and draft hand it over. `preview` is a PNG or JPEG for the screen. */
export const captureSchema = z.object({ part: partSchema, bytes: partBytes, preview: partBytes.nullable() });
export type Capture = z.infer<typeof captureSchema>;

export const recordedSchema = z.object({
  packetId: packetIdSchema,
  sequence: z.int().positive(),
  nik: z.string(),
  nama: z.string(),
  recordedAt: instantSchema,
});

export const outboxRowSchema = z.object({
  packetId: packetIdSchema,
  sequence: z.int().positive(),
  nik: z.string(),
  nama: z.string(),
  recordedAt: instantSchema,
  state: z.enum(PACKET_STATES),
  holdReason: z.enum(HOLD_REASONS).nullable(),
  attempts: z.int(),
  nextAttemptAt: instantSchema.nullable(),
  /** Bytes the center confirmed so far, of `size`. */
  offset: z.int(),
  size: z.int(),
  /** Name of the last problem, for the telephone. */
  lastProblem: z.string().nullable(),
  receivedAt: instantSchema.nullable(),
  outcome: outcomeSchema.nullable(),
});
export type OutboxRow = z.infer<typeof outboxRowSchema>;

export const CONTRACT = {
  'station.info': { request: nothing, response: stationInfoSchema, audience: 'anyone' },
  'station.status': { request: nothing, response: stationStatusSchema, audience: 'anyone' },
  'station.activate': {
    request: z.strictObject({ centerUrl: z.string().max(300), code: z.string().max(100) }),
    response: stationInfoSchema,
    audience: 'anyone',
  },
  'station.setLanguage': { request: z.enum(['id', 'en']), response: nothing, audience: 'anyone' },

  'session.login': {
    request: z.strictObject({ username: z.string().max(60), password: z.string().max(200) }),
    response: sessionSchema,
    audience: 'anyone',
  },
  'session.current': { request: nothing, response: sessionSchema.nullable(), audience: 'anyone' },
  'session.logout': { request: nothing, response: nothing, audience: 'operator' },

  'desk.find': {
    request: z.strictObject({ query: z.string().max(100), limit: z.int().min(1).max(50) }),
    response: z.array(residentRowSchema),
    audience: 'operator',
  },
  'desk.resident': { request: z.string().max(40), response: residentSchema, audience: 'operator' },
  'desk.today': {
    request: nothing,
    response: z.object({
      date: z.iso.date(),
      tickets: z.array(ticketRowSchema),
      /** The next ones summoned for today that have neither ticket nor recording; `summonsTotal` counts them all. */
      summons: z.array(summonsRowSchema),
      summonsTotal: z.int(),
    }),
    audience: 'operator',
  },

  /** Gives the resident a ticket and a draft; refuses one who is already recorded here or at the center. */
  'drafts.begin': {
    request: z.strictObject({ nik: z.string().max(40) }),
    response: draftSchema,
    audience: 'operator',
  },
  'drafts.list': { request: nothing, response: z.array(draftRowSchema), audience: 'operator' },
  'drafts.load': {
    request: packetIdSchema,
    response: z.object({ draft: draftSchema, captures: z.array(captureSchema) }),
    audience: 'operator',
  },
  /** Durable on return. `captures` are the parts that are new or changed since the last commit. */
  'drafts.commit': {
    request: z.strictObject({ draft: draftSchema, captures: z.array(captureSchema).max(20) }),
    response: z.object({ revision: z.int() }),
    audience: 'operator',
  },
  'drafts.drop': {
    request: z.strictObject({ packetId: packetIdSchema, reason: z.string().trim().min(3).max(200) }),
    response: nothing,
    audience: 'operator',
  },

  /** One capture by a scanner: the best of what the device gave, one entry a finger or eye that is not excepted. */
  'devices.capture': {
    request: z.strictObject({
      packetId: packetIdSchema,
      step: scanStepSchema,
      excepted: z.array(partNameSchema).max(12),
      attempt: z.int().positive(),
    }),
    response: z.array(captureSchema),
    audience: 'operator',
  },
  'devices.list': {
    request: nothing,
    response: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(['finger', 'iris']),
        make: z.string(),
        model: z.string(),
        simulated: z.boolean(),
      }),
    ),
    audience: 'operator',
  },

  /** Records the committed draft at exactly this revision. When this returns, it is on disk (G1). Idempotent by packet id. */
  'intake.record': {
    request: z.strictObject({ packetId: packetIdSchema, revision: z.int() }),
    response: recordedSchema,
    audience: 'operator',
  },

  'outbox.list': {
    request: z.strictObject({
      filter: z.enum(['all', 'pending', 'held', 'received', 'rejected']),
      offset: z.int().min(0),
      limit: z.int().min(1).max(200),
    }),
    response: z.object({ total: z.int(), rows: z.array(outboxRowSchema) }),
    audience: 'operator',
  },

  'sync.now': { request: nothing, response: syncSummarySchema, audience: 'supervisor' },
  'sync.cancel': { request: nothing, response: nothing, audience: 'supervisor' },
  'sync.outages': {
    request: nothing,
    response: z.array(
      z.object({
        startedAt: instantSchema,
        endedAt: instantSchema.nullable(),
        cause: z.string(),
        recordedMeanwhile: z.int(),
      }),
    ),
    audience: 'supervisor',
  },
} as const satisfies Record<Channel, { request: z.ZodType; response: z.ZodType; audience: Audience }>;

export type { Channel, EventName };
export type Request<C extends Channel> = z.infer<(typeof CONTRACT)[C]['request']>;
export type Response<C extends Channel> = z.infer<(typeof CONTRACT)[C]['response']>;

/** What main tells the window unasked. */
export const EVENTS = {
  'station.statusChanged': stationStatusSchema,
  /** Main ended the session (idle lock): the window shows the login, the draft keeps its place. */
  'session.ended': z.object({ reason: z.enum(['idle', 'logout']) }),
} as const satisfies Record<EventName, z.ZodType>;
export type EventPayload<E extends EventName> = z.infer<(typeof EVENTS)[E]>;
