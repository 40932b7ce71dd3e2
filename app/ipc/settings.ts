import { z } from 'zod';
import { calendarSchema } from '../desk/progress.ts';
import { capacitySchema } from '../desk/schedule.ts';
import { reviewModeSchema } from '../desk/review.ts';
import { LISTED_SETTINGS, ownSettingsSchema } from '../desk/settings.ts';
import { instantSchema } from '../ids.ts';
import { policySchema } from '../sync/protocol.ts';

const valuesSchema = policySchema.pick({
  stepOrder: true,
  fingerThreshold: true,
  irisThreshold: true,
  maxAttempts: true,
  retentionDays: true,
  idleLockMinutes: true,
});

export const settingsSchema = z.object({
  /** What the center asks: the default, and the bound. */
  center: valuesSchema,
  /** What this station set by itself; null follows the center. */
  own: ownSettingsSchema,
  inForce: valuesSchema,
  /** Which packets wait for a supervisor before they go. */
  review: reviewModeSchema,
  /** Changed on pages of their own. */
  sessionCapacity: capacitySchema,
  calendar: calendarSchema,
  /** The last one of each that was ever changed, as far as the audit log reaches back. */
  changes: z.array(
    z.object({
      key: z.enum(LISTED_SETTINGS),
      at: instantSchema,
      /** Name of the account, its id where the center has taken it away. */
      by: z.string(),
    }),
  ),
});
export type SettingsView = z.infer<typeof settingsSchema>;
