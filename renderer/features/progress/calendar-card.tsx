import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type Calendar } from '../../../app/desk/progress.ts';
import type { ErrorShape } from '../../../app/errors.ts';
import { announce } from '../../components/announcer.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import { queries } from '../../query.ts';
import { answer, station } from '../../station.ts';
import classes from './progress.module.css';
import { WeekdayBox } from './weekday-box.tsx';

/** As a week is written here: Monday first. */
const WEEK = [1, 2, 3, 4, 5, 6, 0] as const;

/** On which days the office records; the forecast counts those alone. */
export function CalendarCard({ calendar }: { calendar: Calendar }) {
  const { t, f } = useWords();
  const [weekdays, setWeekdays] = useState<readonly number[]>(calendar.weekdays);
  const [holidays, setHolidays] = useState<readonly string[]>(calendar.holidays);
  const [date, setDate] = useState('');
  const [error, setError] = useState<ErrorShape | null>(null);
  const save = async () => {
    const result = await answer(
      station.progress.calendar({
        weekdays: [...weekdays].sort((a, b) => a - b),
        holidays: [...holidays].sort(),
      }),
    );
    if (!result.ok) return setError(result.error);
    setError(null);
    announce(t('progress/saved'));
    await queries.invalidateQueries({ queryKey: ['progress'] });
  };
  return (
    <section className={classes['card']} aria-labelledby="calendar-title">
      <details>
        <summary id="calendar-title">{t('progress/calendar')}</summary>
        <form
          className={classes['calendar']}
          aria-labelledby="calendar-title"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <p className={classes['quiet']}>{t('progress/calendarLead')}</p>
          <fieldset className={classes['checks']}>
            <legend>{t('progress/weekdays')}</legend>
            {WEEK.map((weekday) => (
              <WeekdayBox
                key={weekday}
                weekday={weekday}
                isChecked={weekdays.includes(weekday)}
                onChange={(isChecked) =>
                  setWeekdays(
                    isChecked ? [...weekdays, weekday] : weekdays.filter((other) => other !== weekday),
                  )
                }
              />
            ))}
          </fieldset>
          <div className={classes['holiday']}>
            <TextInput
              type="date"
              label={t('progress/holiday')}
              value={date}
              onChange={(event) => setDate(event.currentTarget.value)}
            />
            <Button
              variant="default"
              disabled={date === '' || holidays.includes(date)}
              onClick={() => {
                setHolidays([...holidays, date].sort());
                setDate('');
              }}
            >
              {t('progress/addHoliday')}
            </Button>
          </div>
          {holidays.length > 0 && (
            <ul className={classes['holidays']}>
              {holidays.map((holiday) => (
                <li key={holiday}>
                  {f.date(`${holiday}T12:00`)}
                  <Button
                    variant="subtle"
                    onClick={() => setHolidays(holidays.filter((other) => other !== holiday))}
                  >
                    {t('progress/removeHoliday', { date: f.birthDate(holiday) })}
                  </Button>
                </li>
              ))}
            </ul>
          )}
          {weekdays.length === 0 && <p role="alert">{t('progress/oneDay')}</p>}
          {error !== null && <ErrorNotice error={error} />}
          <Button type="submit" disabled={weekdays.length === 0}>
            {t('progress/save')}
          </Button>
        </form>
      </details>
    </section>
  );
}
