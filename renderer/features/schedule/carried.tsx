import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ErrorShape } from '../../../app/errors.ts';
import type { ListOrder } from '../../../app/ipc/schedule.ts';
import { announce } from '../../components/announcer.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import { answer, station } from '../../station.ts';
import classes from './schedule.module.css';

/** Those who were not served on a day and have another: the list by which the desa tells them. */
export function CarriedCard({ today, onList }: { today: string; onList: (order: ListOrder) => void }) {
  const { t, f } = useWords();
  const [date, setDate] = useState(today);
  const [error, setError] = useState<ErrorShape | null>(null);
  const save = async () => {
    setError(null);
    const result = await answer(station.schedule.export({ kind: 'carried', date }));
    if (!result.ok) return setError(result.error);
    if (result.value === null) return;
    announce(t('schedule/saved', { file: result.value.file, many: f.number(result.value.rows) }));
  };
  return (
    <section className={classes['card']} aria-labelledby="carried-title">
      <h2 id="carried-title">{t('schedule/carried')}</h2>
      <p className={classes['quiet']}>{t('schedule/carriedLead')}</p>
      <div className={classes['fields']}>
        <TextInput
          type="date"
          label={t('schedule/carriedFrom')}
          value={date}
          onChange={(event) => setDate(event.currentTarget.value)}
        />
        <Button variant="default" disabled={date === ''} onClick={() => onList({ kind: 'carried', date })}>
          {t('schedule/print')}
        </Button>
        <Button variant="default" disabled={date === ''} onClick={() => void save()}>
          {t('schedule/csv')}
        </Button>
      </div>
      {error !== null && <ErrorNotice error={error} />}
    </section>
  );
}
