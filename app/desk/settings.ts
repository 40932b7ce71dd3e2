import { z } from 'zod';
import { STEPS, type Step } from '../enrollment/biometrics.ts';
import type { Policy } from '../sync/protocol.ts';
import { reviewModeSchema } from './review.ts';

/**
 * What a supervisor may set for this station where the center's policy leaves room. What the center asks is the safe
 * default; a number may be made stricter and never weaker, whatever the policy becomes later.
 */
export const POLICY_SETTINGS = [
  'stepOrder',
  'fingerThreshold',
  'irisThreshold',
  'maxAttempts',
  'retentionDays',
  'idleLockMinutes',
] as const;
export type PolicySetting = (typeof POLICY_SETTINGS)[number];
export type NumberSetting = Exclude<PolicySetting, 'stepOrder'>;
/** What of the center's policy these settings are laid over. */
export type SettingValues = Pick<Policy, PolicySetting>;

/** Everything on the page; the others keep the place where they are changed. */
export const LISTED_SETTINGS = [
  ...POLICY_SETTINGS,
  'review',
  'syncLimits',
  'sessionCapacity',
  'calendar',
  'mirror',
  'autostart',
  'language',
] as const;
export type ListedSetting = (typeof LISTED_SETTINGS)[number];

/** The way a number becomes stricter, and how far a supervisor may go: past it the desk would stand still. */
const STRICTER: Readonly<Record<NumberSetting, { readonly way: 'up' | 'down'; readonly furthest: number }>> =
  {
    fingerThreshold: { way: 'up', furthest: 90 },
    irisThreshold: { way: 'up', furthest: 90 },
    maxAttempts: { way: 'up', furthest: 10 },
    retentionDays: { way: 'up', furthest: 3650 },
    idleLockMinutes: { way: 'down', furthest: 1 },
  };

/** Both ends included. Where the center already asks for more than the furthest, there is only what it asks. */
export function rangeOf(
  key: NumberSetting,
  center: SettingValues,
): { readonly min: number; readonly max: number } {
  const { way, furthest } = STRICTER[key];
  const asked = center[key];
  return way === 'up'
    ? { min: asked, max: Math.max(asked, furthest) }
    : { min: Math.min(asked, furthest), max: asked };
}

/** Steps whose order an office chooses: biodata is always first, review last. */
export const MOVABLE_STEPS = STEPS.filter(
  (step): step is Exclude<Step, 'biodata' | 'review'> => step !== 'biodata' && step !== 'review',
);
export const stepOrderSchema = z
  .array(z.enum(MOVABLE_STEPS))
  .length(MOVABLE_STEPS.length)
  .refine((steps) => new Set(steps).size === steps.length);

const numberSchema = z.int().min(0).max(3650);

/** What this station has set by itself; null where it follows the center. */
export const ownSettingsSchema = z.strictObject({
  stepOrder: stepOrderSchema.nullable(),
  fingerThreshold: numberSchema.nullable(),
  irisThreshold: numberSchema.nullable(),
  maxAttempts: numberSchema.nullable(),
  retentionDays: numberSchema.nullable(),
  idleLockMinutes: numberSchema.nullable(),
} satisfies Record<PolicySetting, z.ZodType>);
export type OwnSettings = z.infer<typeof ownSettingsSchema>;

/** Back to what the center asks, or to the usual, with null. */
export const settingChangeSchema = z.discriminatedUnion('key', [
  z.strictObject({ key: z.literal('stepOrder'), value: ownSettingsSchema.shape.stepOrder }),
  z.strictObject({
    key: z.enum(['fingerThreshold', 'irisThreshold', 'maxAttempts', 'retentionDays', 'idleLockMinutes']),
    value: numberSchema.nullable(),
  }),
  z.strictObject({ key: z.literal('review'), value: reviewModeSchema.nullable() }),
]);
export type SettingChange = z.infer<typeof settingChangeSchema>;

/** The center's policy with what this station has made stricter; what is weaker meanwhile does not count. */
export function withOwn<P extends SettingValues>(center: P, own: OwnSettings): P {
  const inForce = (key: NumberSetting): number => {
    const { min, max } = rangeOf(key, center);
    return Math.min(max, Math.max(min, own[key] ?? center[key]));
  };
  return {
    ...center,
    stepOrder: own.stepOrder ?? center.stepOrder,
    fingerThreshold: inForce('fingerThreshold'),
    irisThreshold: inForce('irisThreshold'),
    maxAttempts: inForce('maxAttempts'),
    retentionDays: inForce('retentionDays'),
    idleLockMinutes: inForce('idleLockMinutes'),
  };
}

/** A stored setting; the standard where nobody set it, or another version wrote what this one cannot read. */
export function readSettingAs<T>(stored: string | null, schema: z.ZodType<T>, standard: T): T {
  if (stored === null) return standard;
  try {
    const value = schema.safeParse(JSON.parse(stored));
    return value.success ? value.data : standard;
  } catch {
    return standard;
  }
}

/** The audit log's detail of `setting.changed`: what is stored, before and after. Null: nothing was set. */
export const settingEntrySchema = z.strictObject({
  before: z.string().nullable(),
  after: z.string().nullable(),
});
