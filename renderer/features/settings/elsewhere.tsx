import { useQuery } from '@tanstack/react-query';
import { OFFICE_WEEK } from '../../../app/desk/progress.ts';
import { USUAL_CAPACITY } from '../../../app/desk/schedule.ts';
import type { SettingsView } from '../../../app/ipc/settings.ts';
import { go } from '../../app-state.ts';
import { useWords } from '../../i18n/words.ts';
import { ask, station } from '../../station.ts';
import { useStatus } from '../../status.ts';
import { Row } from './row.tsx';
import { calendarText, capacityText } from './words.ts';

type Changes = Pick<SettingsView, 'changes'>;

// Each of these has its own page, and is changed there alone.

export function MirrorRow({ changes }: Changes) {
  const { t } = useWords();
  const folder = useStatus((status) => status?.mirror.folder ?? null);
  return (
    <Row
      setting="mirror"
      value={folder === null ? t('settings/mirrorNone') : t('mirror/folder', { folder })}
      standard={t('settings/mirrorAdvice')}
      changes={changes}
      action={{ label: t('settings/toSync'), run: () => go('supervisor') }}
    />
  );
}

export function CalendarRow({ calendar, changes }: Pick<SettingsView, 'calendar'> & Changes) {
  const vocabulary = useWords();
  const { t } = vocabulary;
  return (
    <Row
      setting="calendar"
      value={calendarText(calendar, vocabulary)}
      standard={{ value: calendarText(OFFICE_WEEK, vocabulary) }}
      changes={changes}
      action={{ label: t('settings/toProgress'), run: () => go('progress') }}
    />
  );
}

export function CapacityRow({ sessionCapacity, changes }: Pick<SettingsView, 'sessionCapacity'> & Changes) {
  const vocabulary = useWords();
  const { t } = vocabulary;
  return (
    <Row
      setting="sessionCapacity"
      value={capacityText(sessionCapacity, vocabulary)}
      standard={{ value: capacityText(USUAL_CAPACITY, vocabulary) }}
      changes={changes}
      action={{ label: t('settings/toSchedule'), run: () => go('schedule') }}
    />
  );
}

/** Everybody's to change, by the name on top of the window. */
export function LanguageRow({ changes }: Changes) {
  const { t, language } = useWords();
  return (
    <Row
      setting="language"
      value={t(language === 'en' ? 'common/languageEn' : 'common/languageId')}
      standard={{ value: t('common/languageId') }}
      changes={changes}
    />
  );
}

export function AccountsRow() {
  const { t, f } = useWords();
  const { data } = useQuery({
    queryKey: ['accounts'],
    queryFn: () => ask(station.accounts.list(undefined)),
  });
  const many = data?.length ?? 0;
  const locked = data?.filter(({ lockedSeconds }) => lockedSeconds > 0).length ?? 0;
  return (
    <Row
      setting="accounts"
      value={
        data === undefined ? t('common/loading') : t('settings/people', { count: many, many: f.number(many) })
      }
      warning={locked === 0 ? null : t('settings/locked', { count: locked, many: f.number(locked) })}
      standard={t('settings/accountsBy')}
      changes={[]}
      action={{ label: t('settings/toAccounts'), run: () => go('accounts') }}
    />
  );
}
