import { z } from 'zod';
import { biodataSchema } from '../enrollment/biodata.ts';
import { stepSchema } from '../enrollment/biometrics.ts';
import { nikSchema } from '../enrollment/nik.ts';
import { sessionOfDaySchema, summonsSchema, ticketStateSchema } from '../desk/ticket.ts';
import {
  accountIdSchema,
  instantSchema,
  kodeDesaSchema,
  kodeKecamatanSchema,
  packetIdSchema,
  sha256Schema,
  stationIdSchema,
} from '../ids.ts';

/**
 * The contract between station and center, v1: every body, header and signed statement that crosses the link.
 * `docs/center-api.yaml` is generated from these schemas. Times are ISO 8601 UTC, sizes bytes, hashes lower-case hex.
 */
export const API = '/v1';
export const PATHS = {
  activate: `${API}/stations/activate`,
  pulse: `${API}/pulse`,
  packets: `${API}/packets`,
  outcomes: `${API}/outcomes`,
  reconcile: `${API}/reconcile`,
  journal: `${API}/journal`,
  reference: `${API}/reference`,
  recovery: `${API}/recovery`,
  takeover: `${API}/takeover`,
} as const;

export const TUS_VERSION = '1.0.0';
/** On the completing answer of an upload and on HEAD of a finished one. */
export const RECEIPT_HEADER = 'rekam-receipt';
/** RFC 9421: what a station signs, in this order. JSON bodies are covered by content-digest (RFC 9530), uploads by the manifest. */
export const SIGNED_COMPONENTS = ['@method', '@path', '@query'] as const;
export const SIGNATURE_LABEL = 'rekam';
/** A request signed further than this from the center's time is refused. */
export const SIGNATURE_WINDOW_MS = 5 * 60_000;

/** Compact JWS (RFC 7515) with Ed25519 (RFC 8037). */
export const jwsSchema = z
  .string()
  .max(16_384)
  .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/);
/** `typ` of each signed statement, so that one can never be taken for another. */
export const JWS_TYPES = {
  manifest: 'rekam-manifest+jws',
  receipt: 'rekam-receipt+jws',
  pulse: 'rekam-pulse+jws',
  fact: 'rekam-fact+jws',
  courier: 'rekam-courier+jws',
  mirror: 'rekam-mirror+jws',
  station: 'rekam-station+jws',
  audit: 'rekam-audit+jws',
  keys: 'rekam-keys+jws',
  dayClose: 'rekam-day-close+jws',
} as const;

/** Ed25519 public key: 32 bytes, base64url. */
export const publicKeySchema = z.string().regex(/^[\w-]{43}$/);

/** What the station signs about a packet; signed over the ciphertext, so nobody needs a key to check it. */
export const manifestSchema = z.strictObject({
  v: z.literal(1),
  packetId: packetIdSchema,
  stationId: stationIdSchema,
  /** From 1, without gaps: the center sees what never arrived. */
  sequence: z.int().positive(),
  /** SHA-256 of the station's last manifest (its compact JWS, ASCII); null for the first. */
  previous: sha256Schema.nullable(),
  kind: z.enum(['enrollment', 'amendment']),
  amends: packetIdSchema.optional(),
  replaces: packetIdSchema.optional(),
  /** Id of the center's sealing recipient. */
  recipientKeyId: z.string().max(100),
  /** SHA-256 of the sealed bytes. */
  sha256: sha256Schema,
  /** Size of the sealed bytes. */
  size: z.int().positive(),
  recordedAt: instantSchema,
  clockOffsetMs: z.int().nullable(),
  /** Head of the station's audit chain before this record's own entry. */
  auditHead: sha256Schema,
});
export type Manifest = z.infer<typeof manifestSchema>;

/** The center's word that this packet is durable there. */
export const receiptSchema = z.object({
  v: z.literal(1),
  packetId: packetIdSchema,
  stationId: stationIdSchema,
  sequence: z.int().positive(),
  /** SHA-256 of the manifest's compact JWS. */
  manifestSha256: sha256Schema,
  sha256: sha256Schema,
  size: z.int().positive(),
  receivedAt: instantSchema,
});
export type Receipt = z.infer<typeof receiptSchema>;
export const receiptAnswerSchema = z.object({ receipt: jwsSchema });

export const paceSchema = z.object({
  /** Concurrent uploads a station may have under way. */
  maxConcurrent: z.int().min(1).max(64),
  /** Not before this many milliseconds from now; 0 when free. Drawn at random by the center over its backlog. */
  retryAfterMs: z.int().min(0),
});
export type Pace = z.infer<typeof paceSchema>;

export const pulseSchema = z.object({
  v: z.literal(1),
  nonce: z.string().min(16).max(100),
  time: instantSchema,
  accepting: z.boolean(),
  pace: paceSchema,
});
export type Pulse = z.infer<typeof pulseSchema>;
const keyIdSchema = z.string().max(100);
export const sealingSchema = z.object({ keyId: keyIdSchema, recipient: z.string().startsWith('age1') });
export const receiptKeySchema = z.object({ kid: keyIdSchema, x: publicKeySchema });

/**
 * The center has other keys: payload of a JWS by the receipt key that was valid until then, so that a station follows
 * from the one that it has, one change after the other. What is sealed to the former recipient stays welcome.
 */
export const keyChangeSchema = z.strictObject({
  v: z.literal(1),
  /** What is left behind; each change leads on from exactly one other. */
  replaces: z.strictObject({ keyId: keyIdSchema, kid: keyIdSchema, x: publicKeySchema }),
  sealing: sealingSchema,
  receiptKey: receiptKeySchema,
  /** By the center's time. The former receipt key speaks for receipts given until then. */
  at: instantSchema,
});
export type KeyChange = z.infer<typeof keyChangeSchema>;

/** With the ids of the keys that the station has, the answer brings what followed them. */
export const pulseQuerySchema = z.object({
  nonce: z.string().min(16).max(100),
  keyId: keyIdSchema.optional(),
  kid: keyIdSchema.optional(),
});
export const pulseAnswerSchema = z.object({
  /** Signed by the newest receipt key. */
  pulse: jwsSchema,
  /** All changes of keys, the first first, where the station has not the newest. */
  keys: z.array(jwsSchema).max(50).default([]),
});

export const kecamatanSchema = z.object({
  kode: kodeKecamatanSchema,
  nama: z.string(),
  kabupaten: z.string(),
  provinsi: z.string(),
  desa: z.array(z.object({ kode: kodeDesaSchema, nama: z.string() })),
});
export type Kecamatan = z.infer<typeof kecamatanSchema>;

export const policySchema = z.object({
  stepOrder: z.array(stepSchema),
  /** 0–100; a capture below is taken again up to maxAttempts, then the best is kept. */
  fingerThreshold: z.int().min(0).max(100),
  irisThreshold: z.int().min(0).max(100),
  maxAttempts: z.int().min(1).max(20),
  /** X.509 certificates (DER, base64) under which a device's signatures are believed; none believes no device. */
  deviceAnchors: z.array(z.string().max(8192)).max(50).default([]),
  /** Sealed bytes stay this long after the receipt, even with a final outcome. */
  retentionDays: z.int().min(0).max(3650),
  /** The kecamatan's recovery key: what a mirror says of people is sealed to it. Null: none was made yet. */
  recovery: z
    .object({ keyId: z.string().max(100), recipient: z.string().max(100).startsWith('age1') })
    .nullable()
    .default(null),
  idleLockMinutes: z.int().min(1).max(240),
});
export type Policy = z.infer<typeof policySchema>;

export const activateRequestSchema = z.strictObject({
  /** The secret part of the activation code. */
  secret: z.string().max(64),
  stationKey: publicKeySchema,
  label: z.string().max(80),
  appVersion: z.string().max(40),
});
/** Sent again with the same key (a lost answer), the same code gives the same answer. */
export const activateAnswerSchema = z.object({
  stationId: stationIdSchema,
  label: z.string(),
  /** Which of the kecamatan's stations this is, from 1: each gives ticket numbers of its own. */
  desk: z.int().positive().default(1),
  kecamatan: kecamatanSchema,
  sealing: sealingSchema,
  receiptKey: receiptKeySchema,
  /** Receipts that were given until then are by these. */
  formerReceiptKeys: z
    .array(receiptKeySchema.extend({ until: instantSchema }))
    .max(50)
    .default([]),
  policy: policySchema,
});
export type Activation = z.infer<typeof activateAnswerSchema>;

export const outcomeSchema = z.object({
  packetId: packetIdSchema,
  verdict: z.enum(['accepted', 'rejected', 'duplicate']),
  /** With `rejected`: what mends it. */
  remedy: z.enum(['amend', 'recapture']).nullable(),
  /** From OUTCOME_REASONS; the field or part it speaks of. */
  reasons: z.array(z.object({ code: z.string().max(60), at: z.string().max(60).nullable() })).max(40),
  decidedAt: instantSchema,
});
export type Outcome = z.infer<typeof outcomeSchema>;
export const OUTCOME_REASONS = [
  'packet.unreadable',
  'packet.schema',
  'packet.parts',
  'biodata',
  'nik.unknown',
  'nik.recorded',
  'part.format',
  /** What it amends never came, or nobody can say what became of it. */
  'amends.unknown',
  'amends.accepted',
  'other',
] as const;
/** Whatever the center means by it; it comes back in a query as it was. */
const cursorSchema = z
  .string()
  .max(100)
  .regex(/^[\x20-\x7e]*$/);
export const outcomesAnswerSchema = z.object({
  outcomes: z.array(outcomeSchema),
  cursor: cursorSchema,
  more: z.boolean(),
});

export const cursorQuerySchema = z.object({ after: cursorSchema.optional() });

export const reconcileRequestSchema = z.strictObject({
  /** A station that the caller took over, whose sequence this is; the caller's own without it. */
  stationId: stationIdSchema.optional(),
  from: z.int().positive(),
  to: z.int().positive(),
  packets: z
    .array(
      z.strictObject({
        sequence: z.int().positive(),
        packetId: packetIdSchema,
        manifestSha256: sha256Schema,
      }),
    )
    .max(5000),
  /** Asks for `accepted` too. */
  accepted: z.boolean().optional(),
});
export const reconcileAnswerSchema = z.object({
  /** Listed by the station, not held by the center: send again. */
  missing: z.array(packetIdSchema),
  /** Held by the center in this range, not listed by the station. */
  unknown: z.array(z.object({ sequence: z.int().positive(), packetId: packetIdSchema })),
  /** Held under another manifest. */
  mismatched: z.array(packetIdSchema),
  /** Sequences in the range that neither side accounts for. */
  gaps: z.array(z.object({ from: z.int().positive(), to: z.int().positive() })),
  /** Residents of the kecamatan with an accepted enrollment, of any station; a desa without any is missing. */
  accepted: z.array(z.object({ desa: kodeDesaSchema, count: z.int().min(0) })).optional(),
});
export type ReconcileAnswer = z.infer<typeof reconcileAnswerSchema>;

/**
 * What is received is tolerant of fields that a later version adds: they are passed over. What a side makes itself
 * (manifest, requests, drafts) is strict.
 */
const receivedSummons = z.object(summonsSchema.shape);

/** So many in one entry: some 6 kB signed, a third of the largest that is taken. */
export const SUMMONS_LIST_MAX = 200;

/** A fact of the station, for the center and the kecamatan's other station. */
export const factSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ticket'),
    date: z.iso.date(),
    number: z.int().positive(),
    nik: nikSchema,
    state: ticketStateSchema,
    reason: z.string().max(120).nullable(),
  }),
  z.object({
    type: z.literal('carry-over'),
    nik: nikSchema,
    from: z.iso.date(),
    to: z.iso.date(),
    session: sessionOfDaySchema,
  }),
  z.object({
    type: z.literal('summons'),
    change: z.enum(['added', 'removed']),
    summons: receivedSummons,
  }),
  /**
   * Many summons in one entry: each of these has this place, and no other from the day `from` on. One fact each would be
   * ten times the bytes.
   */
  z.object({
    type: z.literal('summons-list'),
    from: z.iso.date(),
    date: z.iso.date(),
    session: sessionOfDaySchema,
    desa: kodeDesaSchema,
    niks: z.array(nikSchema).min(1).max(SUMMONS_LIST_MAX),
  }),
  /** Another password: its owner's choice, or a supervisor's for one login, after which the owner must choose. */
  z.object({
    type: z.literal('account-reset'),
    accountId: accountIdSchema,
    by: accountIdSchema,
    hash: z.string().max(200),
    mustChange: z.boolean().default(false),
  }),
  z.object({
    type: z.literal('day-close'),
    date: z.iso.date(),
    recorded: z.int(),
    received: z.int(),
    reason: z.string().max(400).nullable(),
    /** Which of the day's count sheets, and SHA-256 of its JWS; null where an older version told it. */
    number: z.int().positive().default(1),
    sheetSha256: sha256Schema.nullable().default(null),
  }),
  z.object({
    type: z.literal('outage'),
    startedAt: instantSchema,
    endedAt: instantSchema.nullable(),
    cause: z.string().max(40),
    recordedMeanwhile: z.int().min(0),
  }),
  /** The register's status of a resident changed here: recorded at this station. */
  z.object({ type: z.literal('recorded'), nik: nikSchema, packetId: packetIdSchema }),
  /** How the station stood. The last one counts. */
  z.object({
    type: z.literal('state'),
    waiting: z.int().min(0),
    held: z.int().min(0),
    diskFreeBytes: z.int().min(0),
    /** What people call the station, and its version of Rekam. Null here and below: an older version told it. */
    label: z.string().max(80).nullable().default(null),
    version: z.string().max(40).nullable().default(null),
    /** How many it has recorded on that day, by the date at the desk. */
    recorded: z
      .object({ date: z.iso.date(), count: z.int().min(0) })
      .nullable()
      .default(null),
    /** How long the oldest packet had waited then; null where none waited. */
    oldestMinutes: z.int().min(0).nullable().default(null),
    /** How many residents the disk still takes. */
    residentsLeft: z.int().min(0).nullable().default(null),
    /** Of the second copy and the power, as the station itself says them. */
    mirror: z.string().max(20).nullable().default(null),
    power: z.string().max(20).nullable().default(null),
  }),
  /** The station cannot read this fact any more; its number is told, so that the journal has no gap. */
  z.object({ type: z.literal('unreadable') }),
]);
export type Fact = z.infer<typeof factSchema>;

/** Payload of a journal entry's JWS. */
export const journalEntrySchema = z.object({
  v: z.literal(1),
  stationId: stationIdSchema,
  sequence: z.int().positive(),
  at: instantSchema,
  clockOffsetMs: z.int().nullable(),
  fact: factSchema,
});
export type JournalEntry = z.infer<typeof journalEntrySchema>;
/** Without entries it only asks how far the center holds the journal: a station whose database was lost must know. */
export const journalRequestSchema = z.strictObject({ entries: z.array(jwsSchema).max(500) });
/** Highest sequence up to which the center holds the journal without a gap. */
export const journalAnswerSchema = z.object({ acknowledged: z.int().min(0) });

export const accountSchema = z.object({
  type: z.literal('account'),
  id: accountIdSchema,
  username: z.string().max(60),
  name: z.string().max(80),
  role: z.enum(['operator', 'supervisor']),
  /** argon2id, PHC string. */
  hash: z.string().max(200),
  /** The password was given by somebody else: the station asks for another at the next login. */
  mustChange: z.boolean().default(false),
  active: z.boolean(),
});

/** One line of the reference delta (NDJSON). A `cursor` line says: everything above is complete up to here. */
export const referenceLineSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('resident'),
    biodata: z.object(biodataSchema.shape),
    /** Known recorded at the center: by whom, so that nobody is recorded twice. */
    recorded: z
      .object({
        at: instantSchema,
        stationId: stationIdSchema.nullable(),
        packetId: packetIdSchema.nullable(),
      })
      .nullable(),
  }),
  z.object({ type: z.literal('resident-gone'), nik: nikSchema }),
  z.object({ type: z.literal('summons'), change: z.enum(['added', 'removed']), summons: receivedSummons }),
  accountSchema,
  z.object({
    type: z.literal('target'),
    desa: kodeDesaSchema,
    mustHave: z.int().min(0),
    deadline: z.iso.date(),
  }),
  z.object({ type: z.literal('policy'), policy: policySchema }),
  z.object({ type: z.literal('journal'), entry: journalEntrySchema }),
  z.object({ type: z.literal('cursor'), cursor: cursorSchema, more: z.boolean() }),
]);
export type ReferenceLine = z.infer<typeof referenceLineSchema>;
