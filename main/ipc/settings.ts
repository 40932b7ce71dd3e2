import { reviewModeSchema, USUAL_REVIEW, type ReviewMode } from '../../app/desk/review.ts';
import { calendarSchema, OFFICE_WEEK, type Calendar } from '../../app/desk/progress.ts';
import { capacitySchema, USUAL_CAPACITY, type Capacity } from '../../app/desk/schedule.ts';
import { LISTED_SETTINGS, rangeOf, readSettingAs, type SettingChange } from '../../app/desk/settings.ts';
import { RekamError } from '../../app/errors.ts';
import type { SettingsView } from '../../app/ipc/settings.ts';
import { NO_LIMITS, syncLimitsSchema, type SyncLimits } from '../../app/sync/limits.ts';
import type { Remote, StationPolicy, StoreApi } from '../store/api.ts';
import type { Handlers } from './register.ts';

type Store = Remote<Pick<StoreApi, 'station'>>;

interface Needs {
  readonly store: Store;
  readonly now: () => number;
}

type Group = Pick<Handlers, 'settings.read' | 'settings.change'>;

export function settingHandlers({ store, now }: Needs): Group {
  const policyNow = async (): Promise<StationPolicy> => {
    const policy = await store.station.policy();
    if (policy === null) throw new RekamError('request.invalid');
    return policy;
  };
  const read = async (): Promise<SettingsView> => {
    const [{ center, own, inForce }, review, sessionCapacity, calendar, changes] = await Promise.all([
      policyNow(),
      storedReview(store),
      storedCapacity(store),
      storedCalendar(store),
      store.station.lastChanges(LISTED_SETTINGS),
    ]);
    return { center, own, inForce, review, sessionCapacity, calendar, changes: [...changes] };
  };
  return {
    'settings.read': read,
    'settings.change': async (change, caller) => {
      requireRange(change, await policyNow());
      const stored = change.value === null ? null : JSON.stringify(change.value);
      await store.station.setByHand(change.key, stored, caller.accountId, now());
      return read();
    },
  };
}

/** @throws RekamError `setting.range` for a number that is weaker than the center asks, or stricter than a desk can work with */
function requireRange(change: SettingChange, { center }: StationPolicy): void {
  if (change.key === 'stepOrder' || change.key === 'review' || change.value === null) return;
  const { min, max } = rangeOf(change.key, center);
  if (change.value < min || change.value > max) throw new RekamError('setting.range', { min, max });
}

async function storedReview(store: Store): Promise<ReviewMode> {
  return readSettingAs(await store.station.setting('review'), reviewModeSchema, USUAL_REVIEW);
}

export async function storedCapacity(store: Store): Promise<Capacity> {
  return readSettingAs(await store.station.setting('sessionCapacity'), capacitySchema, USUAL_CAPACITY);
}

export async function storedCalendar(store: Store): Promise<Calendar> {
  return readSettingAs(await store.station.setting('calendar'), calendarSchema, OFFICE_WEEK);
}

export async function storedLimits(store: Store): Promise<SyncLimits> {
  return readSettingAs(await store.station.setting('syncLimits'), syncLimitsSchema, NO_LIMITS);
}

/** A training looks like the station; it sets nothing there. */
export function settingHandlersInTraining(): Group {
  const refuse = (): never => {
    throw new RekamError('role.forbidden');
  };
  return { 'settings.read': refuse, 'settings.change': refuse };
}
