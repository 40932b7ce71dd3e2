import { z } from 'zod';
import { checkupFindingSchema } from '../checkup/finding.ts';
import { placeSchema } from '../desk/carry-over.ts';
import { draftSchema } from '../desk/draft.ts';
import { calendarSchema } from '../desk/progress.ts';
import { capacitySchema, summonedGroupSchema } from '../desk/schedule.ts';
import { PASSWORD_MAX } from '../desk/password.ts';
import { settingChangeSchema } from '../desk/settings.ts';
import { sessionOfDaySchema, ticketStateSchema } from '../desk/ticket.ts';
import { biodataSchema } from '../enrollment/biodata.ts';
import { partNameSchema, scanStepSchema, stepSchema } from '../enrollment/biometrics.ts';
import { correctionSchema, partSchema, reasonSchema } from '../enrollment/enrollment.ts';
import { accountIdSchema, instantSchema, kodeDesaSchema, packetIdSchema, stationIdSchema } from '../ids.ts';
import { findingSchema } from '../sync/finding.ts';
import { outcomeSchema } from '../sync/protocol.ts';
import { syncLimitsSchema } from '../sync/limits.ts';
import {
  accountRowSchema,
  auditExportSchema,
  auditFilterSchema,
  auditRowSchema,
  auditVerdictSchema,
  secondPersonSchema,
} from './people.ts';
import { AT_START, type Audience } from './at-start.ts';
import type { Channel, EventName } from './channels.ts';
import { MIRROR_STATES, mirrorStatusSchema } from './mirror.ts';
import {
  exportOutagesRequest,
  outagesAnswerSchema,
  outageSheetRequest,
  outageSheetSchema,
  outagesRequest,
  printOutagesRequest,
} from './outages.ts';
import {
  exportProgressRequest,
  printProgressRequest,
  progressSchema,
  progressSheetSchema,
} from './progress.ts';
import {
  closeRequest,
  comparedSchema,
  dayAnswerSchema,
  dayRequest,
  daySheetSchema,
  printSheetRequest,
  sheetRequest,
} from './day.ts';
import {
  listOrderSchema,
  listPreviewSchema,
  listProblemSchema,
  listProgressSchema,
  listSheetSchema,
  scheduleSchema,
  summonsPersonSchema,
} from './schedule.ts';
import { settingsSchema } from './settings.ts';
import { OUTBOX_FILTERS, outboxRowSchema, packetDetailSchema } from './outbox.ts';
import { REVIEWS_SHOWN, reviewListSchema, reviewRequest, reviewedSchema } from './review.ts';
import {
  foundMirrorSchema,
  kitStatusSchema,
  sheetSchema,
  takeoverReportSchema,
  takeoverStateSchema,
} from './takeover.ts';
import { courierStateSchema, packSummarySchema, receiptsSummarySchema } from './courier.ts';
import { stationStatusSchema, syncSummarySchema } from './status.ts';

const nothing = z.void();
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const PART_MAX = 4 * 1024 * 1024;
const partBytes = bytes.refine((value) => value.length > 0 && value.length <= PART_MAX);

export const residentRowSchema = z.object({
  nik: z.string(),
  nama: z.string(),
  tanggalLahir: z.string(),
  jenisKelamin: z.union([z.literal(1), z.literal(2)]),
  alamat: z.string(),
  rt: z.string(),
  rw: z.string(),
  desa: z.string(),
  desaNama: z.string(),
  /** Where an enrollment of this resident is already known, and since when. */
  recorded: z.enum(['no', 'here', 'center']),
});
export type ResidentRow = z.infer<typeof residentRowSchema>;

/** Where a recording of a resident is known. */
export const recordingSchema = z.object({
  where: z.enum(['here', 'center']),
  at: instantSchema,
  stationId: stationIdSchema.nullable(),
});

export const residentSchema = z.object({
  biodata: biodataSchema,
  /** Today's ticket, where there is one. */
  ticket: z.object({ number: z.int().positive(), state: ticketStateSchema }).nullable(),
  /** Another desk of the office has called the resident or serves them now. */
  elsewhere: z.object({ number: z.int().positive(), state: ticketStateSchema }).nullable(),
  recorded: recordingSchema.nullable(),
  /** ISO date at the desk, by the corrected clock: ages count to it. */
  today: z.iso.date(),
  /** An unfinished draft of this resident at this station. */
  draft: packetIdSchema.nullable(),
  /** A recording of this resident that the center wants amended. */
  task: packetIdSchema.nullable(),
});

export const ticketRowSchema = z.object({
  /** Numbers start anew each day: only with its date does one say whose it is. */
  date: z.iso.date(),
  number: z.int().positive(),
  nik: z.string(),
  nama: z.string(),
  state: ticketStateSchema,
  packetId: packetIdSchema.nullable(),
  calledAt: instantSchema.nullable(),
  /** Given at arrival. */
  arrivedAt: instantSchema,
  /** Why it was put off. */
  reason: z.string().nullable(),
  /** Where who was carried over comes again. */
  carriedTo: placeSchema.nullable(),
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

/** `open`: it lies here. `unknown`: nothing here knows of it, or nothing here can read it. */
export const DRAFT_FATES = ['open', 'recorded', 'dropped', 'unknown'] as const;
export type DraftFate = (typeof DRAFT_FATES)[number];

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

/** What the paper for the resident says; biometrics never stand on it. */
export const slipSchema = z.object({
  packetId: packetIdSchema,
  sequence: z.int().positive(),
  nik: z.string(),
  nama: z.string(),
  recordedAt: instantSchema,
  operator: z.string(),
  stationLabel: z.string(),
  /** How often it was handed over before: 0 is the original, all else is marked a reprint. */
  printed: z.int().min(0),
  training: z.boolean(),
  printers: z.array(z.object({ name: z.string(), label: z.string(), isDefault: z.boolean() })),
});
export type Slip = z.infer<typeof slipSchema>;

export const scannerSchema = z.object({
  id: z.string(),
  kind: z.enum(['finger', 'iris']),
  make: z.string(),
  model: z.string(),
  serialNo: z.string(),
  specVersion: z.string(),
  status: z.enum(['ready', 'busy', 'notReady', 'unregistered']),
  /** Training's drawn fingers, not a device. */
  practice: z.boolean(),
});
export type ScannerRow = z.infer<typeof scannerSchema>;

/** A recording that came back: rejected by the center, a second one of its resident, or returned by the supervisor. */
export const taskRowSchema = z.object({
  packetId: packetIdSchema,
  sequence: z.int().positive(),
  nik: z.string(),
  nama: z.string(),
  recordedAt: instantSchema,
  /** Who recorded it. */
  operator: z.string(),
  verdict: z.enum(['rejected', 'duplicate', 'returned']),
  remedy: outcomeSchema.shape.remedy,
  reasons: outcomeSchema.shape.reasons,
  decidedAt: instantSchema,
  /** Why the supervisor returned it, or the amendment of it; null where none did. */
  returned: z.object({ by: z.string(), reason: z.string() }).nullable(),
  /** What it asks to do again. */
  biodata: z.boolean(),
  parts: z.array(partNameSchema),
  /** Begun already. */
  draft: packetIdSchema.nullable(),
});
export type TaskRow = z.infer<typeof taskRowSchema>;

const personSchema = z.strictObject({ username: z.string().max(60), password: z.string().max(200) });

/** What the last checkup found. */
export const checkupSchema = z.object({ at: instantSchema, findings: z.array(checkupFindingSchema) });
export type Checkup = z.infer<typeof checkupSchema>;

/**
 * The one contract between window and main: channel → request, response, who may call it. Main's wrapper checks
 * frame, session, role and request before a handler runs, and the response before it leaves; the preload exposes
 * exactly these channels, by group. Bytes cross as Uint8Array.
 */
export const CONTRACT = {
  ...AT_START,

  'desk.find': {
    request: z.strictObject({ query: z.string().max(100), limit: z.int().min(1).max(50) }),
    response: z.object({
      rows: z.array(residentRowSchema),
      /** How many names fit, counted to FOUND_COUNTED; null where a NIK, a year or a desa narrows it. */
      total: z.int().nullable(),
    }),
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
      groups: z.array(
        z.object({ session: sessionOfDaySchema, desa: kodeDesaSchema, count: z.int().positive() }),
      ),
    }),
    audience: 'operator',
  },
  /** Those of today's summons of one desa and session who have neither ticket nor recording, by name. */
  'desk.summons': {
    request: z.strictObject({
      session: sessionOfDaySchema,
      desa: kodeDesaSchema,
      offset: z.int().min(0),
      limit: z.int().min(1).max(200),
    }),
    response: z.array(summonsRowSchema),
    audience: 'operator',
  },

  /** A number for a resident who has come; refuses one who is already recorded. The same resident keeps the number. */
  'desk.arrive': {
    request: z.strictObject({ nik: z.string().max(40) }),
    response: ticketRowSchema,
    audience: 'operator',
  },
  /** Call, put off (with a reason), note as not there, back to waiting, or take back a number given by mistake; `ticket.stale` for another day's number. Serving begins with drafts.begin, done with record. */
  'desk.ticket': {
    request: z.discriminatedUnion('state', [
      z.strictObject({
        date: z.iso.date(),
        number: z.int().positive(),
        state: z.literal('deferred'),
        reason: reasonSchema.max(120),
      }),
      z.strictObject({
        date: z.iso.date(),
        number: z.int().positive(),
        state: z.enum(['called', 'absent', 'waiting', 'withdrawn']),
      }),
    ]),
    response: nothing,
    audience: 'operator',
  },

  /** How many come to each session from today on beside those who wait today, and how many a session serves. */
  'desk.places': {
    request: nothing,
    response: z.object({
      taken: z.array(placeSchema.extend({ count: z.int().positive() })),
      capacity: capacitySchema,
    }),
    audience: 'operator',
  },
  /** Everybody with a number of today who was not served gets another place; `request.invalid` for one in the past. */
  'desk.carryOver': {
    request: placeSchema,
    response: z.object({ moved: z.int().min(0) }),
    audience: 'operator',
  },
  /** Takes that back: they wait again. */
  'desk.carryBack': {
    request: nothing,
    response: z.object({ moved: z.int().min(0) }),
    audience: 'operator',
  },

  /**
   * Gives the resident a ticket and a draft; refuses one who is already recorded here or at the center. Without a turn
   * only the biodata are looked at, of somebody who may not be recorded as the register stands: no number is used up.
   */
  'drafts.begin': {
    request: z.strictObject({ nik: z.string().max(40), turn: z.boolean().optional() }),
    response: draftSchema,
    audience: 'operator',
  },
  'drafts.list': { request: nothing, response: z.array(draftRowSchema), audience: 'operator' },
  'drafts.load': {
    request: packetIdSchema,
    response: z.object({
      draft: draftSchema,
      captures: z.array(captureSchema),
      /** The resident was recorded since the draft began: it will be refused, and stays until a person drops it. */
      recorded: recordingSchema.nullable(),
      /** Another draft of this resident could not be gone on with and was set aside. */
      setAside: z.boolean(),
    }),
    audience: 'operator',
  },
  /** What became of drafts of which the window still has a copy: only a known end lets the copy go. */
  'drafts.fates': {
    request: z.strictObject({ packetIds: z.array(packetIdSchema).max(1000) }),
    response: z.array(z.object({ packetId: packetIdSchema, fate: z.enum(DRAFT_FATES) })),
    audience: 'operator',
  },
  /** Takes the window's copy of a draft that the station lacks or cannot read; durable on return. */
  'drafts.restore': {
    request: z.strictObject({ draft: draftSchema, captures: z.array(captureSchema).max(20) }),
    response: z.object({ revision: z.int() }),
    audience: 'operator',
  },
  /** Durable on return. `captures` are the parts that are new or changed since the last commit. */
  'drafts.commit': {
    request: z.strictObject({ draft: draftSchema, captures: z.array(captureSchema).max(20) }),
    response: z.object({ revision: z.int() }),
    audience: 'operator',
  },
  'drafts.drop': {
    request: z.strictObject({ packetId: packetIdSchema, reason: reasonSchema }),
    response: nothing,
    audience: 'operator',
  },

  /**
   * Confirms one change to the register's biodata with the caller's own password (wrong ones count toward the lock).
   * The answer goes into the draft as it is; record refuses a correction that was not confirmed so.
   */
  'drafts.correct': {
    request: z.strictObject({
      packetId: packetIdSchema,
      correction: correctionSchema.omit({ confirmed: true }),
      password: z.string().max(200),
    }),
    response: correctionSchema,
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
  /** The scanners known now; `search` looks for them again first. */
  'devices.list': {
    request: z.strictObject({ search: z.boolean() }),
    response: z.array(scannerSchema),
    audience: 'operator',
  },
  /** Live pictures of the scanner that serves this step, as `devices.frame`, until unwatch, capture or logout. */
  'devices.watch': { request: scanStepSchema, response: nothing, audience: 'operator' },
  'devices.unwatch': { request: nothing, response: nothing, audience: 'operator' },

  /** Records the committed draft at exactly this revision. When this returns, it is on disk (G1). Idempotent by packet id. */
  'intake.record': {
    request: z.strictObject({ packetId: packetIdSchema, revision: z.int() }),
    response: recordedSchema,
    audience: 'operator',
  },

  /** What the slip of a recorded enrollment says, and where it could be printed. */
  'slip.open': { request: packetIdSchema, response: slipSchema, audience: 'operator' },
  /**
   * Prints the slip that stands in the window. `printed` is the count from slip.open: where it has grown meanwhile
   * nothing is printed. Without a printer's name a PDF goes where the operator chooses.
   */
  'slip.print': {
    request: z.strictObject({
      packetId: packetIdSchema,
      printed: z.int().min(0),
      paper: z.enum(['80mm', 'a4']),
      printer: z.string().max(300).nullable(),
    }),
    response: z.object({ to: z.enum(['printer', 'pdf', 'cancelled']), file: z.string().nullable() }),
    audience: 'operator',
  },

  /** What the center or the supervisor sent back to this desk, oldest recording first. */
  'tasks.list': { request: nothing, response: z.array(taskRowSchema), audience: 'operator' },
  /** The small photo that the desk keeps of a recording, to know its resident by. */
  'tasks.photo': { request: packetIdSchema, response: bytes.nullable(), audience: 'operator' },
  /**
   * A draft that mends what came back: an amendment, or a whole new enrollment where that is asked for. The
   * one that was begun already comes back as it is; `packet.state` where there is nothing (left) to mend.
   */
  'tasks.begin': { request: packetIdSchema, response: draftSchema, audience: 'operator' },
  /** A person has seen to a duplicate, or to a recording under a NIK that is nobody's; the reason is kept in the audit log. */
  'tasks.close': {
    request: z.strictObject({ packetId: packetIdSchema, reason: reasonSchema }),
    response: nothing,
    audience: 'operator',
  },

  'outbox.list': {
    request: z.strictObject({
      filter: z.enum(OUTBOX_FILTERS),
      offset: z.int().min(0),
      limit: z.int().min(1).max(200),
      /** Words of a name, or the beginning of a NIK. */
      search: z.string().max(100).optional(),
    }),
    response: z.object({ total: z.int(), rows: z.array(outboxRowSchema) }),
    audience: 'operator',
  },

  /** One packet with its story, for the supervisor. */
  'outbox.packet': { request: packetIdSchema, response: packetDetailSchema, audience: 'supervisor' },
  /** It waits until it is released; what is under way of it ends. */
  'outbox.hold': {
    request: z.strictObject({ packetId: packetIdSchema, reason: reasonSchema.max(120) }),
    response: nothing,
    audience: 'supervisor',
  },
  'outbox.release': { request: packetIdSchema, response: nothing, audience: 'supervisor' },
  /** Now, whatever its backoff, the supervisor's hours or the station's own rest say; not before the center's time. */
  'outbox.retry': { request: packetIdSchema, response: nothing, audience: 'supervisor' },

  /** What waits for a supervisor's look, risky ones first, or what was returned and not recorded anew yet. */
  'review.list': { request: reviewRequest, response: reviewListSchema, audience: 'supervisor' },
  /** Small photo and biodata of one of them, and nothing else of the person; audited. */
  'review.open': { request: packetIdSchema, response: reviewedSchema, audience: 'supervisor' },
  /**
   * They go. All of them or none: `packet.state` where one waits no longer, `review.own` where the caller recorded one,
   * `request.invalid` for several of which one has a risk.
   */
  'review.approve': {
    request: z.strictObject({ packetIds: z.array(packetIdSchema).min(1).max(REVIEWS_SHOWN) }),
    response: nothing,
    audience: 'supervisor',
  },
  /** It does not go: a task at the desk, with the reason. */
  'review.return': {
    request: z.strictObject({ packetId: packetIdSchema, reason: reasonSchema }),
    response: nothing,
    audience: 'supervisor',
  },
  /** One that was returned waits for a look again; `packet.state` once the resident was recorded anew. */
  'review.takeBack': { request: packetIdSchema, response: nothing, audience: 'supervisor' },

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
  'progress.read': { request: nothing, response: progressSchema, audience: 'supervisor' },
  /** On which days the office records; audited. */
  'progress.calendar': { request: calendarSchema, response: nothing, audience: 'supervisor' },
  /** The same as the report for the camat, as the window shows it to the printer. */
  'progress.sheet': { request: nothing, response: progressSheetSchema, audience: 'supervisor' },
  /** Prints the report that stands in the window; without a printer's name a PDF. Audited. */
  'progress.print': {
    request: printProgressRequest,
    response: z.object({ to: z.enum(['printer', 'pdf', 'cancelled']), file: z.string().nullable() }),
    audience: 'supervisor',
  },
  /** The table by desa as a file of the person's choice; null when none was chosen. Audited. */
  'progress.export': {
    request: exportProgressRequest,
    response: z.object({ file: z.string(), rows: z.int() }).nullable(),
    audience: 'supervisor',
  },

  /** One day's count, station against center; today's where no date is given. */
  'day.read': { request: dayRequest, response: dayAnswerSchema, audience: 'supervisor' },
  /** Asks the center now what it holds of this station's packets, whenever it was last asked. */
  'day.compare': { request: nothing, response: comparedSchema, audience: 'supervisor' },
  /** Signs and keeps the day's count sheet; `day.unexplained` where something differs and nobody says why. */
  'day.close': { request: closeRequest, response: sheetRequest, audience: 'supervisor' },
  'day.sheet': { request: sheetRequest, response: daySheetSchema, audience: 'supervisor' },
  /** Prints the sheet that stands in the window, as often as anybody wants it; without a printer's name a PDF. */
  'day.print': {
    request: printSheetRequest,
    response: z.object({ to: z.enum(['printer', 'pdf', 'cancelled']), file: z.string().nullable() }),
    audience: 'supervisor',
  },
  /** Who is called when, from today or another day on. */
  'schedule.read': {
    request: z.strictObject({ from: z.iso.date().nullable() }),
    response: scheduleSchema,
    audience: 'supervisor',
  },
  /** Those of one day, session and desa, by name. */
  'schedule.people': {
    request: summonedGroupSchema.extend({ offset: z.int().min(0), limit: z.int().min(1).max(200) }),
    response: z.object({ total: z.int(), rows: z.array(summonsPersonSchema) }),
    audience: 'supervisor',
  },
  /** How many a session serves; audited. */
  'schedule.capacity': { request: capacitySchema, response: nothing, audience: 'supervisor' },
  /** A list for the desa, as the window shows it to the printer. */
  'schedule.sheet': { request: listOrderSchema, response: listSheetSchema, audience: 'supervisor' },
  /** Prints the list that stands in the window; audited. */
  'schedule.print': {
    request: z.strictObject({ id: z.uuid(), printer: z.string().max(300).nullable() }),
    response: z.object({ to: z.enum(['printer', 'pdf', 'cancelled']), file: z.string().nullable() }),
    audience: 'supervisor',
  },
  /** As a file of the person's choice, or the lines of the list being looked at that ask for a look; null when none was chosen. */
  'schedule.export': {
    request: z.discriminatedUnion('kind', [
      ...listOrderSchema.options,
      z.strictObject({ kind: z.literal('problems'), language: z.enum(['id', 'en']) }),
    ]),
    response: z.object({ file: z.string(), rows: z.int() }).nullable(),
    audience: 'supervisor',
  },
  /** Reads the dinas' list from a file chosen in the system's own dialog; null when none was, or it was called off. */
  'schedule.choose': { request: nothing, response: listPreviewSchema.nullable(), audience: 'supervisor' },
  'schedule.problems': {
    request: z.strictObject({ offset: z.int().min(0), limit: z.int().min(1).max(200) }),
    response: z.array(listProblemSchema),
    audience: 'supervisor',
  },
  /** The list that was read counts, whole; `moved` false leaves who has a place already where they are. */
  'schedule.take': {
    request: z.strictObject({ moved: z.boolean() }),
    response: z.object({ added: z.int(), moved: z.int() }),
    audience: 'supervisor',
  },
  /** Calls off the reading, and forgets what was read. */
  'schedule.drop': { request: nothing, response: nothing, audience: 'supervisor' },

  /** A month's outages of link and power; this month's where none is given. */
  'outages.read': { request: outagesRequest, response: outagesAnswerSchema, audience: 'supervisor' },
  /** The same as the report for the camat, as the window shows it to the printer. */
  'outages.sheet': { request: outageSheetRequest, response: outageSheetSchema, audience: 'supervisor' },
  /** Prints the report that stands in the window; without a printer's name a PDF. Audited. */
  'outages.print': {
    request: printOutagesRequest,
    response: z.object({ to: z.enum(['printer', 'pdf', 'cancelled']), file: z.string().nullable() }),
    audience: 'supervisor',
  },
  /** As a file of the person's choice; null when none was chosen. Audited. */
  'outages.export': {
    request: exportOutagesRequest,
    response: z.object({ file: z.string(), rows: z.int() }).nullable(),
    audience: 'supervisor',
  },

  /** What reconcile found, open ones first. */
  'sync.findings': {
    request: nothing,
    response: z.object({
      /** Day of the last reconcile; null before the first. */
      reconciledOn: z.iso.date().nullable(),
      findings: z.array(findingSchema),
      /** Facts of this station that it cannot read any more. */
      unreadableFacts: z.int(),
      /** Lines of the center's reference data that it could not read and passed over. */
      rejectedLines: z.int(),
    }),
    audience: 'supervisor',
  },
  /** What the office's other stations said of themselves last. */
  'sync.office': {
    request: nothing,
    response: z.array(
      z.object({
        stationId: stationIdSchema,
        label: z.string().nullable(),
        version: z.string().nullable(),
        /** By this station's clock. */
        at: instantSchema,
        recorded: z.object({ date: z.iso.date(), count: z.int() }).nullable(),
        waiting: z.int(),
        oldestMinutes: z.int().nullable(),
        held: z.int(),
        residentsLeft: z.int().nullable(),
        mirror: z.enum(MIRROR_STATES).nullable(),
        power: z.enum(['mains', 'battery']).nullable(),
      }),
    ),
    audience: 'supervisor',
  },
  /** How fast and at which hours packets may go. */
  'sync.limit': { request: syncLimitsSchema, response: nothing, audience: 'supervisor' },

  'settings.read': { request: nothing, response: settingsSchema, audience: 'supervisor' },
  /** One setting of this station's own; `setting.range` for a number that the center's policy does not allow. */
  'settings.change': { request: settingChangeSchema, response: settingsSchema, audience: 'supervisor' },

  /** The accounts of this kecamatan, supervisors first. */
  'accounts.list': { request: nothing, response: z.array(accountRowSchema), audience: 'supervisor' },
  /**
   * A password for one login of an operator, told once and kept nowhere; the supervisor confirms with the own password.
   * It works offline, and reaches the center and the other station by the journal.
   */
  'accounts.reset': {
    request: z.strictObject({ accountId: accountIdSchema, password: z.string().max(PASSWORD_MAX) }),
    response: z.object({ oneTime: z.string() }),
    audience: 'supervisor',
  },

  'audit.list': {
    request: auditFilterSchema.extend({
      offset: z.int().min(0),
      limit: z.int().min(1).max(200),
    }),
    response: z.object({ total: z.int(), rows: z.array(auditRowSchema) }),
    audience: 'supervisor',
  },
  /** Reads the whole chain, and holds the heads in this station's manifests against it. */
  'audit.verify': { request: nothing, response: auditVerdictSchema, audience: 'supervisor' },
  /** Writes the whole log into a folder that the supervisor chooses, with a second person; null when none was chosen. */
  'audit.export': {
    request: z.strictObject({ second: secondPersonSchema }),
    response: auditExportSchema.nullable(),
    audience: 'supervisor',
  },

  /** Looks at everything of the station: seconds, on a large database minutes. The last one's findings come with `last`. */
  'checkup.run': {
    request: z.strictObject({
      last: z.boolean(),
      /** As the window sees them: main cannot. */
      cameras: z.int().min(0).max(1000).optional(),
    }),
    response: checkupSchema.nullable(),
    audience: 'supervisor',
  },
  /** Writes a support bundle without personal data into a folder that the supervisor chooses; null when none was chosen. */
  'checkup.bundle': {
    request: nothing,
    response: z.object({ folder: z.string() }).nullable(),
    audience: 'supervisor',
  },

  'courier.state': { request: nothing, response: courierStateSchema, audience: 'supervisor' },
  /** Copies what waits to a disk that the supervisor chooses in the system's own dialog; null when none was chosen. */
  'courier.pack': { request: nothing, response: packSummarySchema.nullable(), audience: 'supervisor' },
  'courier.cancel': { request: nothing, response: nothing, audience: 'supervisor' },
  /** Takes in the center's receipts from a file that the supervisor chooses likewise. */
  'courier.receipts': {
    request: nothing,
    response: receiptsSummarySchema.nullable(),
    audience: 'supervisor',
  },

  /** The folder of the second copy, chosen in the system's own dialog; null when none was chosen. */
  'mirror.choose': { request: nothing, response: mirrorStatusSchema.nullable(), audience: 'supervisor' },

  /** Which recovery sheet counts. */
  'recovery.status': { request: nothing, response: kitStatusSchema, audience: 'supervisor' },
  /** A new sheet, by the center and the supervisor's own password; the one before it is void. It goes on paper once. */
  'recovery.issue': {
    request: z.strictObject({ password: z.string().max(200) }),
    response: sheetSchema,
    audience: 'supervisor',
  },
  /** Prints the sheet that stands in the window, once. */
  'recovery.print': {
    request: z.strictObject({ id: z.uuid(), printer: z.string().max(300).nullable() }),
    response: z.object({ to: z.enum(['printer', 'pdf', 'cancelled']), file: z.string().nullable() }),
    audience: 'supervisor',
  },
  /** The window shows it no longer. */
  'recovery.drop': { request: z.uuid(), response: nothing, audience: 'supervisor' },

  /**
   * Taking over a dead station: by anyone on a PC that is no station yet, where only the recovery code and two passwords
   * say who may; at a station by its supervisor alone, which the handler checks.
   */
  'takeover.state': { request: nothing, response: takeoverStateSchema, audience: 'anyone' },
  /** The mirror, chosen in the system's own dialog; null when none was chosen. */
  'takeover.choose': { request: nothing, response: foundMirrorSchema.nullable(), audience: 'anyone' },
  'takeover.run': {
    request: z.strictObject({ code: z.string().max(100), persons: z.tuple([personSchema, personSchema]) }),
    response: takeoverReportSchema,
    audience: 'anyone',
  },
  /** Asks the center at once for the activation that still waits. */
  'takeover.retry': { request: nothing, response: nothing, audience: 'anyone' },
} as const satisfies Record<Channel, { request: z.ZodType; response: z.ZodType; audience: Audience }>;

export type { Audience, Channel, EventName };
export type { OutboxRow } from './outbox.ts';
export type Request<C extends Channel> = z.infer<(typeof CONTRACT)[C]['request']>;
export type Response<C extends Channel> = z.infer<(typeof CONTRACT)[C]['response']>;

/** What main tells the window unasked. */
export const EVENTS = {
  'station.statusChanged': stationStatusSchema,
  'devices.frame': z.object({ step: scanStepSchema, jpeg: partBytes }),
  'courier.changed': courierStateSchema,
  /** Null: it has ended. */
  'schedule.changed': listProgressSchema.nullable(),
  'takeover.changed': takeoverStateSchema,
  /** Main ended the session (idle lock): the window shows the login, the draft keeps its place. */
  'session.ended': z.object({ reason: z.enum(['idle', 'logout']) }),
} as const satisfies Record<EventName, z.ZodType>;
export type EventPayload<E extends EventName> = z.infer<(typeof EVENTS)[E]>;
