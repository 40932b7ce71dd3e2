import { describe, expect, test } from 'vitest';
import { progressLines } from '../../app/desk/progress-words.ts';
import {
  calendarSchema,
  changedPace,
  dateAfter,
  forecast,
  isOpen,
  leftOf,
  OFFICE_WEEK,
  paceOf,
  type Calendar,
  type DayCount,
} from '../../app/desk/progress.ts';

// A Monday.
const TODAY = '2011-11-14';

/** The last open days before today, newest first. */
function history(counts: readonly number[], calendar: Calendar = OFFICE_WEEK): DayCount[] {
  const days: DayCount[] = [];
  for (let date = dateAfter(TODAY, -1); days.length < counts.length; date = dateAfter(date, -1))
    if (isOpen(date, calendar)) days.push({ date, recorded: counts[days.length] ?? 0 });
  return days;
}
const steady = (perDay: number, days = 20) => history(Array.from({ length: days }, () => perDay));
function paceIn(counts: readonly DayCount[], calendar = OFFICE_WEEK) {
  const pace = paceOf(counts, TODAY, calendar);
  if (pace === null) throw new Error('no pace');
  return pace;
}

describe('the pace', () => {
  test('of steady days is theirs, no more even than chance', () => {
    expect(paceIn(steady(100))).toEqual({ days: 20, mean: 100, deviation: 10 });
  });

  test('is of the last 20 open days alone, and not of today', () => {
    const counts = history([...Array.from({ length: 20 }, () => 100), 900, 900]);
    expect(paceIn([...counts, { date: TODAY, recorded: 3 }])).toEqual({ days: 20, mean: 100, deviation: 10 });
  });

  test('keeps a day of outage in, and leaves a holiday out', () => {
    const counts = steady(100).filter(({ date }) => date !== '2011-11-10');
    expect(paceIn(counts).mean).toBe(95);
    const calendar = { ...OFFICE_WEEK, holidays: ['2011-11-10'] };
    expect(paceIn(counts, calendar)).toMatchObject({ days: 19, mean: 100 });
  });

  test('does not count the days before the first recording', () => {
    expect(paceIn(steady(100, 7))).toMatchObject({ days: 7, mean: 100 });
  });

  test('cannot be told from fewer than five days', () => {
    expect(paceOf(steady(100, 4), TODAY, OFFICE_WEEK)).toBeNull();
    expect(paceOf([], TODAY, OFFICE_WEEK)).toBeNull();
    // A recording of today alone has no day behind it.
    expect(paceOf([{ date: TODAY, recorded: 50 }], TODAY, OFFICE_WEEK)).toBeNull();
  });
});

describe('the forecast', () => {
  const pace = paceIn(steady(100));

  test('counts open days from tomorrow', () => {
    expect(forecast(1, pace, TODAY, OFFICE_WEEK).likely).toBe('2011-11-15');
    // 400 are four days, Tuesday to Friday; one more resident is Monday's.
    expect(forecast(400, pace, TODAY, OFFICE_WEEK).likely).toBe('2011-11-18');
    expect(forecast(401, pace, TODAY, OFFICE_WEEK).likely).toBe('2011-11-21');
  });

  test('passes over holidays', () => {
    const calendar = { ...OFFICE_WEEK, holidays: ['2011-11-16', '2011-11-17'] };
    expect(forecast(400, pace, TODAY, calendar).likely).toBe('2011-11-22');
  });

  test('has a range that widens with how the days differ and how few they are', () => {
    // 40 days: 4,000 ± 1.2816 · 10 · √(40 + 80) = ± 140, so 39 and 42 days.
    expect(forecast(4_000, pace, TODAY, OFFICE_WEEK)).toEqual({
      earliest: '2012-01-06',
      likely: '2012-01-09',
      latest: '2012-01-11',
    });
    const uneven = paceIn(history(Array.from({ length: 20 }, (_, day) => (day % 2) * 200)));
    expect(uneven.mean).toBe(100);
    const wide = forecast(4_000, uneven, TODAY, OFFICE_WEEK);
    expect(wide.likely).toBe('2012-01-09');
    expect([wide.earliest ?? '', '2012-01-09', wide.latest ?? ''].toSorted()).toEqual([
      wide.earliest,
      '2012-01-09',
      wide.latest,
    ]);
    expect((wide.earliest ?? '') < '2012-01-06').toBe(true);
    expect((wide.latest ?? '') > '2012-01-11').toBe(true);
  });

  test('has no latest day where the days behind differ too much, and none where nothing is recorded', () => {
    const wild = paceIn(history([0, 0, 0, 0, 400]));
    expect(forecast(4_000, wild, TODAY, OFFICE_WEEK)).toMatchObject({ latest: null });
    const none = paceIn([...history([0, 0, 0, 0, 0, 0]), { date: '2011-10-31', recorded: 0 }]);
    expect(forecast(1, none, TODAY, OFFICE_WEEK)).toEqual({ earliest: null, likely: null, latest: null });
  });

  test('what more hours, sets or weekends change', () => {
    expect(changedPace(pace, { hours: 8 / 4, sets: 3 / 2 })).toEqual({ days: 20, mean: 300, deviation: 30 });
    const withSaturday = { ...OFFICE_WEEK, weekdays: [1, 2, 3, 4, 5, 6] };
    expect(forecast(500, pace, TODAY, withSaturday).likely).toBe('2011-11-19');
    expect(forecast(500, pace, TODAY, OFFICE_WEEK).likely).toBe('2011-11-21');
  });
});

test('nobody is left in a desa that has more than it must have', () => {
  expect(leftOf({ mustHave: 100, recorded: 104 })).toBe(0);
  expect(leftOf({ mustHave: 100, recorded: 40 })).toBe(60);
});

test.each([
  [{ weekdays: [], holidays: [] }],
  [{ weekdays: [1, 1], holidays: [] }],
  [{ weekdays: [7], holidays: [] }],
  [{ weekdays: [1], holidays: ['2011-02-30'] }],
])('a calendar that cannot be is refused: %o', (calendar) => {
  expect(calendarSchema.safeParse(calendar).success).toBe(false);
});

test('the file has a line for each desa, in either language, and nothing where nobody knows', () => {
  const one = { kode: '32.09.03.2005', nama: 'Losari Lor', mustHave: 4768, recorded: 1903 };
  const lines = progressLines(
    [
      { ...one, waiting: 12, examining: null, accepted: null, rejected: 3 },
      { ...one, mustHave: 0, waiting: 0, examining: 3, accepted: 1900, rejected: 0 },
    ],
    'id',
  );
  expect(lines[0]?.slice(0, 3)).toEqual(['kode', 'desa', 'wajib KTP']);
  expect(lines.slice(1)).toEqual([
    ['32.09.03.2005', 'Losari Lor', '4768', '1903', '12', '', '', '3', '2865'],
    ['32.09.03.2005', 'Losari Lor', '', '1903', '0', '3', '1900', '0', '0'],
  ]);
  expect(progressLines([], 'en')[0]).toHaveLength(lines[0]?.length ?? 0);
});
