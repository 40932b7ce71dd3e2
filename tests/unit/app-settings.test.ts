import { describe, expect, test } from 'vitest';
import {
  MOVABLE_STEPS,
  POLICY_SETTINGS,
  rangeOf,
  readSettingAs,
  settingChangeSchema,
  stepOrderSchema,
  withOwn,
  type NumberSetting,
  type OwnSettings,
  type SettingValues,
} from '../../app/desk/settings.ts';
import { policySchema } from '../../app/sync/protocol.ts';

const CENTER: SettingValues = {
  stepOrder: ['biodata', 'photo', 'signature', 'right4', 'left4', 'thumbs', 'irises', 'review'],
  ...{ fingerThreshold: 60, irisThreshold: 50, maxAttempts: 3, retentionDays: 30, idleLockMinutes: 10 },
};
const NOTHING: OwnSettings = {
  ...{ stepOrder: null, fingerThreshold: null, irisThreshold: null },
  ...{ maxAttempts: null, retentionDays: null, idleLockMinutes: null },
};
const NUMBERS = POLICY_SETTINGS.filter((key): key is NumberSetting => key !== 'stepOrder');

test('who is reviewed is one of three, or as usual, and nothing else', () => {
  const takes = (value: unknown) => settingChangeSchema.safeParse({ key: 'review', value }).success;
  expect(['off', 'sample', 'all', null].map(takes)).toEqual([true, true, true, true]);
  expect(['some', '', 1, true, undefined].map(takes)).toEqual([false, false, false, false, false]);
});

describe('what a station sets over the center’s policy', () => {
  test('nothing leaves the policy as it is, whatever else stands in it', () => {
    const policy = policySchema.parse({ ...CENTER, deviceAnchors: ['x'] });
    expect(withOwn(policy, NOTHING)).toEqual(policy);
  });

  test.each([
    ['fingerThreshold', 75, 59],
    ['irisThreshold', 60, 49],
    ['maxAttempts', 5, 2],
    ['retentionDays', 90, 29],
    ['idleLockMinutes', 5, 11],
  ] as const)('%s counts where it is stricter and never where it is weaker', (key, stricter, weaker) => {
    expect(withOwn(CENTER, { ...NOTHING, [key]: stricter })[key]).toBe(stricter);
    expect(withOwn(CENTER, { ...NOTHING, [key]: weaker })[key]).toBe(CENTER[key]);
    const { min, max } = rangeOf(key, CENTER);
    expect(stricter >= min && stricter <= max).toBe(true);
    expect(weaker >= min && weaker <= max).toBe(false);
  });

  test.each(NUMBERS)('%s is never weaker than any policy that comes later', (key) => {
    for (let asked = 0; asked <= 240; asked += 1)
      for (const own of [0, 1, 5, 60, 90, 240, 3650]) {
        const center = { ...CENTER, [key]: asked };
        const counts = withOwn(center, { ...NOTHING, [key]: own })[key];
        expect(key === 'idleLockMinutes' ? counts > asked : counts < asked).toBe(false);
      }
  });

  test('a number past which the desk stands still is out of range, unless the center asks for it', () => {
    expect(rangeOf('fingerThreshold', CENTER)).toEqual({ min: 60, max: 90 });
    expect(rangeOf('fingerThreshold', { ...CENTER, fingerThreshold: 95 })).toEqual({ min: 95, max: 95 });
    expect(rangeOf('idleLockMinutes', CENTER)).toEqual({ min: 1, max: 10 });
  });

  test('the order of the steps is the station’s own, and takes each step once', () => {
    const order = [...MOVABLE_STEPS].reverse();
    expect(withOwn(CENTER, { ...NOTHING, stepOrder: order }).stepOrder).toEqual(order);
    expect(stepOrderSchema.safeParse(order.slice(1)).success).toBe(false);
    expect(stepOrderSchema.safeParse([...order.slice(1), order[1]]).success).toBe(false);
    expect(stepOrderSchema.safeParse(['biodata', ...order.slice(1)]).success).toBe(false);
  });
});

test('a change names one known setting and a value of its kind', () => {
  expect(settingChangeSchema.safeParse({ key: 'irisThreshold', value: null }).success).toBe(true);
  for (const wrong of [
    { key: 'irisThreshold', value: '60' },
    { key: 'irisThreshold', value: 60.5 },
    { key: 'stepOrder', value: 3 },
    { key: 'deviceAnchors', value: null },
    { key: 'retentionDays' },
  ])
    expect(settingChangeSchema.safeParse(wrong).success).toBe(false);
});

test('what another version wrote is the standard, never an error', () => {
  const { shape } = policySchema;
  for (const stored of [null, '', 'off', '"60"', '{', '101'])
    expect(readSettingAs<number | null>(stored, shape.fingerThreshold, null)).toBeNull();
  expect(readSettingAs<number | null>('70', shape.fingerThreshold, null)).toBe(70);
});
