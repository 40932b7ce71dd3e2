import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { capacitySchema, type Capacity } from '../../../app/desk/schedule.ts';
import type { ErrorShape } from '../../../app/errors.ts';
import { announce } from '../../components/announcer.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import { queries } from '../../query.ts';
import { answer, station } from '../../station.ts';
import classes from './schedule.module.css';

/** How many a session serves, all desa together. */
export function CapacityForm({ capacity }: { capacity: Capacity }) {
  const { t } = useWords();
  const [pagi, setPagi] = useState(String(capacity.pagi));
  const [siang, setSiang] = useState(String(capacity.siang));
  const [error, setError] = useState<ErrorShape | null>(null);
  const typed = capacitySchema.safeParse({ pagi: Number(pagi), siang: Number(siang) });
  const save = async () => {
    if (!typed.success) return;
    const result = await answer(station.schedule.capacity(typed.data));
    if (!result.ok) return setError(result.error);
    setError(null);
    announce(t('schedule/capacitySaved'));
    await queries.invalidateQueries({ queryKey: ['schedule'] });
  };
  const field = (name: 'pagi' | 'siang', value: string, set: (value: string) => void) => (
    <TextInput
      label={t(`schedule/capacity_${name}`)}
      inputMode="numeric"
      value={value}
      onChange={(event) => set(event.currentTarget.value.replace(/\D/g, '').slice(0, 4))}
    />
  );
  return (
    <section className={classes['card']} aria-labelledby="capacity-title">
      <h2 id="capacity-title">{t('schedule/capacityTitle')}</h2>
      <p className={classes['quiet']}>{t('schedule/capacityLead')}</p>
      <form
        className={classes['fields']}
        aria-labelledby="capacity-title"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {field('pagi', pagi, setPagi)}
        {field('siang', siang, setSiang)}
        <Button type="submit" variant="default" disabled={!typed.success}>
          {t('schedule/capacitySave')}
        </Button>
      </form>
      {!typed.success && <p role="alert">{t('schedule/capacityWrong')}</p>}
      {error !== null && <ErrorNotice error={error} />}
    </section>
  );
}
