import { z } from 'zod';
import { kecamatanSchema, policySchema } from '../sync/protocol.ts';
import { LINK_CAUSES, LINK_STATES } from '../sync/link.ts';
import { HOLD_REASONS } from '../enrollment/lifecycle.ts';
import { instantSchema, packetIdSchema } from '../ids.ts';
import { mirrorStatusSchema, recoverySchema } from './mirror.ts';
import { syncLimitsSchema } from '../sync/limits.ts';

/** A sync by hand, or what the engine is doing by itself. */
export const syncProgressSchema = z.object({
  manual: z.boolean(),
  startedAt: instantSchema,
  phase: z.enum(['link', 'news', 'packets', 'reference', 'reconcile']),
  items: z.object({ done: z.int(), total: z.int() }),
  bytes: z.object({ done: z.int(), total: z.int() }),
  /** Null until enough has been sent to say something true. */
  bytesPerSecond: z.number().nullable(),
  secondsLeft: z.int().nullable(),
});
export type SyncProgress = z.infer<typeof syncProgressSchema>;

export const syncSummarySchema = z.object({
  startedAt: instantSchema,
  endedAt: instantSchema,
  received: z.int(),
  held: z.int(),
  failed: z.int(),
  /** Still waiting after it. */
  remaining: z.int(),
  /** Not sent, since a supervisor has to see them first. */
  review: z.int(),
  receivedBytes: z.int(),
  /** Some of those that were held or failed in it, and why. */
  stuck: z.array(
    z.object({
      packetId: packetIdSchema,
      sequence: z.int().positive(),
      holdReason: z.enum(HOLD_REASONS).nullable(),
      problem: z.string().nullable(),
    }),
  ),
  ended: z.enum(['done', 'cancelled', 'offline', 'paused']),
  cause: z.enum(LINK_CAUSES).nullable(),
});
export type SyncSummary = z.infer<typeof syncSummarySchema>;

/** Everything on the status bar, pushed by main once a second at most and whenever something changes. */
export const stationStatusSchema = z.object({
  now: instantSchema,
  /** ISO date at the desk. */
  today: z.iso.date(),
  clockOffsetMs: z.int().nullable(),
  link: z.object({
    state: z.enum(LINK_STATES),
    cause: z.enum(LINK_CAUSES).nullable(),
    since: instantSchema.nullable(),
  }),
  /** The last outage that ended today, or the one that lasts. */
  outage: z
    .object({ startedAt: instantSchema, endedAt: instantSchema.nullable(), recordedMeanwhile: z.int() })
    .nullable(),
  outbox: z.object({
    /** recorded + sending */
    waiting: z.int(),
    /** A supervisor has to see them before they go. */
    review: z.int(),
    held: z.int(),
    rejected: z.int(),
    /** Received by the center, ever. */
    received: z.int(),
    waitingBytes: z.int(),
    oldestAt: instantSchema.nullable(),
    /** Sent back by the center, or returned by the supervisor, and not seen to yet. */
    tasks: z.int(),
  }),
  recordedToday: z.int(),
  lastReceiptAt: instantSchema.nullable(),
  mirror: mirrorStatusSchema,
  /** A check found the database damaged: the next start sets it aside and builds it anew. */
  storeDamaged: z.boolean(),
  /** The database was found damaged and built anew; null when that never was. What comes back is added as it comes. */
  recovery: recoverySchema.nullable(),
  disk: z.object({ residentsLeft: z.int(), freeBytes: z.int() }),
  power: z.object({
    source: z.enum(['mains', 'battery']),
    /** Of the charge, where the PC tells it. */
    percent: z.int().min(0).max(100).nullable(),
    /** How many residents the battery may still serve; null on mains, and where nothing is known of it. */
    residentsLeft: z.int().min(0).nullable(),
  }),
  /** `cursor` moves with whatever has come from the center. */
  reference: z.object({ residents: z.int(), loading: z.boolean(), cursor: z.string().nullable() }),
  sync: syncProgressSchema.nullable(),
  /** What a supervisor set, and when packets may go again where the hours forbid it now. */
  limits: z.object({ set: syncLimitsSchema, opensAt: instantSchema.nullable() }),
  lastManualSync: syncSummarySchema.nullable(),
  /** True where the keys lie in a file and not in the OS keystore: a stolen PC is then readable. */
  keysInFile: z.boolean(),
  /** The center's keys: when they last changed, and when an announcement that it did not sign was refused since. */
  centerKeys: z.object({ followedAt: instantSchema.nullable(), refusedAt: instantSchema.nullable() }),
});
export type StationStatus = z.infer<typeof stationStatusSchema>;

export const themeSchema = z.enum(['light', 'dark', 'auto']);

export const stationInfoSchema = z.object({
  version: z.string(),
  language: z.enum(['id', 'en']),
  theme: themeSchema,
  activated: z.boolean(),
  kecamatan: kecamatanSchema.nullable(),
  policy: policySchema.nullable(),
  centerUrl: z.string().nullable(),
  /** Filled by the demo's start script alone. */
  demo: z
    .object({
      activationCode: z.string().nullable(),
      accounts: z.array(z.object({ username: z.string(), password: z.string(), role: z.string() })),
    })
    .nullable(),
  /** Development runtime in use: shown small, never in a release. */
  developmentRuntime: z.boolean(),
  /** The previous run did not end by itself (power cut, kill): when it was last known alive. */
  uncleanStop: z.object({ lastAliveAt: instantSchema, drafts: z.int() }).nullable(),
  /** The first entry at the end of the audit log that did not fit at this start; null where all did. */
  auditBrokenAt: z.int().positive().nullable(),
  /** Whether the station starts with the system, and whether it can: only an installed one does. */
  autostart: z.object({ isOn: z.boolean(), isPossible: z.boolean() }),
});
export type StationInfo = z.infer<typeof stationInfoSchema>;
