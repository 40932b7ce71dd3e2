import { reviewModeSchema } from '../../../app/desk/review.ts';
import { calendarSchema, type Calendar } from '../../../app/desk/progress.ts';
import { capacitySchema, type Capacity } from '../../../app/desk/schedule.ts';
import {
  LISTED_SETTINGS,
  ownSettingsSchema,
  readSettingAs,
  settingEntrySchema,
  type ListedSetting,
  type NumberSetting,
} from '../../../app/desk/settings.ts';
import type { Step } from '../../../app/enrollment/biometrics.ts';
import { syncLimitsSchema } from '../../../app/sync/limits.ts';
import { mirrorPlaceSchema } from '../../../app/sync/mirror.ts';
import type { Vocabulary } from '../../i18n/words.ts';
import { limitsText } from '../outbox/limits-line.tsx';

/** As a week is written here: Monday first. */
const WEEK = [1, 2, 3, 4, 5, 6, 0] as const;

export function numberText(key: NumberSetting, value: number, { t, f }: Vocabulary): string {
  return t(`settings/unit_${key}`, { many: f.number(value), count: value });
}

/** Biodata and review are never moved, so they are not named. */
export function orderText(order: readonly Step[], { t }: Vocabulary): string {
  return order
    .filter((step) => step !== 'biodata' && step !== 'review')
    .map((step) => t(`step/${step}`))
    .join(' → ');
}

export function capacityText({ pagi, siang }: Capacity, { t, f }: Vocabulary): string {
  return t('settings/capacityIs', { pagi: f.number(pagi), siang: f.number(siang) });
}

export function calendarText({ weekdays, holidays }: Calendar, { t, f }: Vocabulary): string {
  const open = WEEK.filter((day) => weekdays.includes(day));
  const [first, last] = [open.at(0) ?? 0, open.at(-1) ?? 0];
  const name = (day: (typeof WEEK)[number]) => t(`progress/weekday_${day}`);
  const isRow = open.length > 2 && WEEK.indexOf(last) - WEEK.indexOf(first) === open.length - 1;
  const days = isRow ? `${name(first)}–${name(last)}` : open.map(name).join(', ');
  const closed = t('settings/holidays', { count: holidays.length, many: f.number(holidays.length) });
  return `${days}, ${holidays.length === 0 ? t('settings/holidaysNone') : closed}`;
}

function isListed(key: string): key is ListedSetting {
  return LISTED_SETTINGS.some((known) => known === key);
}

/** A setting by its name, for the audit log too; one that a later version wrote stands as it is. */
export function settingName(key: string, { t }: Pick<Vocabulary, 't'>): string {
  return isListed(key) ? t(`settings/name_${key}`) : key;
}

/** What is stored, in words. Null: nothing, so the default counts. */
function storedText(key: ListedSetting, stored: string | null, vocabulary: Vocabulary): string | null {
  const { t } = vocabulary;
  if (stored === null) return t('settings/byDefault');
  switch (key) {
    case 'stepOrder': {
      const order = readSettingAs(stored, ownSettingsSchema.shape.stepOrder, null);
      return order === null ? null : orderText(order, vocabulary);
    }
    case 'review': {
      const mode = readSettingAs(stored, reviewModeSchema.nullable(), null);
      return mode === null ? null : t(`settings/review_${mode}`);
    }
    case 'syncLimits': {
      const limits = readSettingAs(stored, syncLimitsSchema.nullable(), null);
      return limits === null ? null : (limitsText(limits, vocabulary) ?? t('limits/none'));
    }
    case 'sessionCapacity': {
      const capacity = readSettingAs(stored, capacitySchema.nullable(), null);
      return capacity === null ? null : capacityText(capacity, vocabulary);
    }
    case 'calendar': {
      const calendar = readSettingAs(stored, calendarSchema.nullable(), null);
      return calendar === null ? null : calendarText(calendar, vocabulary);
    }
    case 'mirror':
      return readSettingAs(stored, mirrorPlaceSchema.nullable(), null)?.folder ?? null;
    case 'autostart':
      return t(stored === 'off' ? 'settings/off' : 'settings/on');
    case 'language':
      return t(stored === 'en' ? 'common/languageEn' : 'common/languageId');
    default: {
      const value = readSettingAs(stored, ownSettingsSchema.shape[key], null);
      return value === null ? null : numberText(key, value, vocabulary);
    }
  }
}

/** What an entry of the audit log says was changed; null where it cannot be read, as before the log kept both. */
export function changeText(key: string, detail: string, vocabulary: Vocabulary): string | null {
  const entry = readSettingAs(detail, settingEntrySchema.nullable(), null);
  if (entry === null || !isListed(key)) return null;
  const [before, after] = [entry.before, entry.after].map((stored) => storedText(key, stored, vocabulary));
  return before == null || after == null ? null : vocabulary.t('settings/fromTo', { before, after });
}
