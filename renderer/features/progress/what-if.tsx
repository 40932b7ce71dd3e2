import { NumberInput } from '@mantine/core';
import { useState } from 'react';
import { changedPace, forecast, paceOf } from '../../../app/desk/progress.ts';
import type { ProgressAnswer } from '../../../app/ipc/progress.ts';
import { useWords } from '../../i18n/words.ts';
import classes from './progress.module.css';
import { WeekdayBox } from './weekday-box.tsx';

/** As an office is when nobody says otherwise: hours of service a day, and the sets that each kecamatan was given. */
const NOW = { hours: 7, sets: 2 };
const MOST = { hours: 24, sets: 20 };
const WEEKEND = [6, 0] as const;

/** What more hours, another set or weekends would change. Nothing of it is kept. */
export function WhatIf({ data, left }: { data: ProgressAnswer; left: number }) {
  const { t, f } = useWords();
  const [now, setNow] = useState(NOW);
  const [then, setThen] = useState(NOW);
  const [extra, setExtra] = useState<readonly number[]>([]);
  const { today, calendar } = data;
  const pace = paceOf(data.days, today, calendar);
  if (left === 0 || pace === null) return null;
  const offered = WEEKEND.filter((day) => !calendar.weekdays.includes(day));
  const isSame = now.hours === then.hours && now.sets === then.sets && extra.length === 0;
  const result = forecast(
    left,
    changedPace(pace, { hours: then.hours / now.hours, sets: then.sets / now.sets }),
    today,
    { ...calendar, weekdays: [...calendar.weekdays, ...extra] },
  );
  const day = (date: string | null) => (date === null ? t('common/empty') : f.date(`${date}T12:00`));
  const field = (name: 'hours' | 'sets', which: 'nowIs' | 'wouldBe') => {
    const [value, set] = which === 'nowIs' ? [now, setNow] : [then, setThen];
    return (
      <NumberInput
        label={t(`progress/${which}`)}
        min={1}
        max={MOST[name]}
        clampBehavior="strict"
        allowDecimal={name === 'hours'}
        value={value[name]}
        onChange={(typed) => {
          const number = Number(typed);
          if (number >= 1 && number <= MOST[name]) set({ ...value, [name]: number });
        }}
      />
    );
  };
  return (
    <section className={classes['card']} aria-labelledby="what-if-title">
      <h2 id="what-if-title">{t('progress/whatIf')}</h2>
      <div className={classes['pairs']}>
        {(['hours', 'sets'] as const).map((name) => (
          <fieldset key={name} className={classes['pair']}>
            <legend>{t(`progress/${name}`)}</legend>
            {field(name, 'nowIs')}
            {field(name, 'wouldBe')}
          </fieldset>
        ))}
      </div>
      {offered.length > 0 && (
        <fieldset className={classes['checks']}>
          <legend>{t('progress/alsoOn')}</legend>
          {offered.map((weekday) => (
            <WeekdayBox
              key={weekday}
              weekday={weekday}
              isChecked={extra.includes(weekday)}
              onChange={(isChecked) =>
                setExtra(isChecked ? [...extra, weekday] : extra.filter((other) => other !== weekday))
              }
            />
          ))}
        </fieldset>
      )}
      <output className={classes['says']}>
        {isSame
          ? t('progress/whatIfSame')
          : result.likely === null
            ? t('progress/whatIfNone')
            : t('progress/whatIfSays', {
                date: day(result.likely),
                earliest: day(result.earliest),
                latest: day(result.latest),
              })}
      </output>
    </section>
  );
}
