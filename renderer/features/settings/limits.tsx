import { Button, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { ErrorShape } from '../../../app/errors.ts';
import type { SettingsView } from '../../../app/ipc/settings.ts';
import { syncLimitsSchema, type SyncLimits } from '../../../app/sync/limits.ts';
import { announce } from '../../components/announcer.tsx';
import { useEscape } from '../../components/keys.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { useNow } from '../../clock.ts';
import { useWords } from '../../i18n/words.ts';
import { answer, station } from '../../station.ts';
import { useStatus } from '../../status.ts';
import { limitsText } from '../outbox/limits-line.tsx';
import { Row } from './row.tsx';
import classes from './settings.module.css';
import { refreshSettings } from './use-settings.ts';

/** As rates are shown: powers of 1,000. */
const KB = 1_000;

const two = (value: number) => String(value).padStart(2, '0');
const toField = (minute: number) => `${two(Math.floor(minute / 60))}.${two(minute % 60)}`;

/** 17.00 as the office writes it, or 17:00, or 17; no number for anything else. */
function toMinute(field: string): number {
  const found = /^(\d{1,2})(?:[.:]([0-5]\d))?$/.exec(field.trim());
  return found === null ? Number.NaN : Number(found[1]) * 60 + Number(found[2] ?? 0);
}

/** What the three fields say; null where they say nothing that can be. */
function read(kb: string, from: string, to: string): SyncLimits | null {
  const hours = from.trim() === '' && to.trim() === '' ? null : { from: toMinute(from), to: toMinute(to) };
  const ceiling = kb.trim() === '' ? null : Number(kb.trim()) * KB;
  const limits = syncLimitsSchema.safeParse({ ceiling, hours });
  return limits.success ? limits.data : null;
}

function Form({ limits, onClose }: { limits: SyncLimits; onClose: () => void }) {
  const { t } = useWords();
  const [kb, setKb] = useState(limits.ceiling === null ? '' : String(limits.ceiling / KB));
  const [from, setFrom] = useState(limits.hours === null ? '' : toField(limits.hours.from));
  const [to, setTo] = useState(limits.hours === null ? '' : toField(limits.hours.to));
  const [wrong, setWrong] = useState(false);
  const [error, setError] = useState<ErrorShape | null>(null);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  useEscape(onClose);
  const save = async () => {
    const next = read(kb, from, to);
    setWrong(next === null);
    if (next === null) return;
    const result = await answer(station.sync.limit(next));
    if (!result.ok) return setError(result.error);
    announce(t('limits/saved'));
    refreshSettings();
    onClose();
  };
  return (
    <form
      className={classes['limits']}
      aria-label={t('settings/name_syncLimits')}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextInput
        ref={first}
        label={t('limits/ceiling')}
        inputMode="numeric"
        value={kb}
        onChange={(event) => setKb(event.currentTarget.value)}
      />
      <TextInput
        label={t('limits/from')}
        value={from}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextInput label={t('limits/to')} value={to} onChange={(event) => setTo(event.currentTarget.value)} />
      <p className={classes['quiet']}>{t('limits/help')}</p>
      {wrong && (
        <p role="alert" className={classes['wrong']}>
          {t('limits/wrong')}
        </p>
      )}
      {error !== null && <ErrorNotice error={error} />}
      <div className={classes['actions']}>
        <Button variant="default" onClick={onClose}>
          {t('common/cancel')}
        </Button>
        <Button type="submit">{t('limits/save')}</Button>
      </div>
    </form>
  );
}

/** How fast and at which hours packets may go. */
export function LimitsRow({ changes }: Pick<SettingsView, 'changes'>) {
  const vocabulary = useWords();
  const { t, f } = vocabulary;
  const now = useNow();
  const limits = useStatus((status) => status?.limits ?? null);
  if (limits === null) return null;
  const { set, opensAt } = limits;
  return (
    <Row
      setting="syncLimits"
      value={[
        limitsText(set, vocabulary) ?? t('limits/none'),
        ...(opensAt === null ? [] : [t('limits/opens', { time: f.moment(opensAt, now) })]),
      ].join(' ')}
      standard={
        limitsText(set, vocabulary) === null ? t('settings/isStandard') : { value: t('settings/noLimits') }
      }
      changes={changes}
      editor={(close) => <Form limits={set} onClose={close} />}
    />
  );
}
