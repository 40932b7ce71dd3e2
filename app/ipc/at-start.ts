import { z } from 'zod';
import { PASSWORD_MAX } from '../desk/password.ts';
import { accountIdSchema } from '../ids.ts';
import type { Channel } from './channels.ts';
import { stationInfoSchema, stationStatusSchema, themeSchema } from './status.ts';

/** `person`: whoever is logged in, even with a first password that must be changed before anything else. */
export type Audience = 'anyone' | 'person' | 'operator' | 'supervisor';

const nothing = z.void();
const WEEK_SECONDS = 7 * 24 * 60 * 60;

export const sessionSchema = z.object({
  accountId: accountIdSchema,
  name: z.string(),
  username: z.string(),
  role: z.enum(['operator', 'supervisor']),
  /** Training: invented residents, a queue of its own, nothing that could reach the real one. */
  training: z.boolean(),
  /** Somebody else chose the password: the person must choose another before anything else. */
  mustChange: z.boolean(),
  /** AES-256-GCM key for the drafts in the window's Dexie, raw 32 bytes. Lives in memory only; training has its own. */
  draftKey: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
});

/**
 * The part of the contract that the login needs, apart from the rest: a start waits for these schemas alone, and the
 * others are loaded while the login stands. The same on both sides of training.
 */
export const AT_START = {
  'station.info': { request: nothing, response: stationInfoSchema, audience: 'anyone' },
  'station.status': { request: nothing, response: stationStatusSchema, audience: 'anyone' },
  'station.activate': {
    request: z.strictObject({ centerUrl: z.string().max(300), code: z.string().max(100) }),
    response: stationInfoSchema,
    audience: 'anyone',
  },
  'station.setLanguage': { request: z.enum(['id', 'en']), response: nothing, audience: 'anyone' },

  'station.setTheme': { request: themeSchema, response: nothing, audience: 'anyone' },

  /** What the page's own look at the battery says: main has none without native code. */
  'station.battery': {
    request: z.strictObject({
      level: z.number().min(0).max(1),
      charging: z.boolean(),
      /** Null where the PC does not know. */
      secondsLeft: z.number().min(0).max(WEEK_SECONDS).nullable(),
    }),
    response: nothing,
    audience: 'anyone',
  },
  /** Whether the station starts with the system. */
  'station.setAutostart': { request: z.boolean(), response: stationInfoSchema, audience: 'supervisor' },

  /** The window has drawn its first picture: what main still has to load no longer delays it. */
  'station.shown': { request: nothing, response: nothing, audience: 'anyone' },

  'session.login': {
    request: z.strictObject({ username: z.string().max(60), password: z.string().max(200) }),
    response: sessionSchema,
    audience: 'anyone',
  },
  'session.current': { request: nothing, response: sessionSchema.nullable(), audience: 'anyone' },
  'session.logout': { request: nothing, response: nothing, audience: 'person' },
  /**
   * Another password for the caller; the answer is the session as it is from now on. `current` may be null only where
   * the caller has just logged in with a password that must be changed.
   */
  'session.changePassword': {
    request: z.strictObject({
      current: z.string().max(PASSWORD_MAX).nullable(),
      password: z.string().max(PASSWORD_MAX),
    }),
    response: sessionSchema,
    audience: 'person',
  },
  /** Into training or back to work; the answer is the session as it is from now on. */
  'session.train': { request: z.boolean(), response: sessionSchema, audience: 'operator' },
} as const satisfies Partial<
  Record<Channel, { request: z.ZodType; response: z.ZodType; audience: Audience }>
>;

export type StartChannel = keyof typeof AT_START;
