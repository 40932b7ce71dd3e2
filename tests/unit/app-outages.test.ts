import { describe, expect, test } from 'vitest';
import { OUTAGE_WORDS, reportLines } from '../../app/desk/outage-words.ts';
import {
  daysOf,
  edgesOf,
  monthAfter,
  OUTAGE_CAUSES,
  reportOf,
  type Outage,
  type Turn,
} from '../../app/desk/outages.ts';

const HOUR = 3_600_000;
/** At the desk, whatever time zone the computer has. */
const at = (day: number, hour: number, minute = 0, month = 11) =>
  new Date(2011, month - 1, day, hour, minute).getTime();
const turns = (date: string, ...numbers: number[]): Turn[] =>
  numbers.map((number) => ({ date, who: String(number) }));
const outage = (startedAt: number, endedAt: number | null, over: Partial<Outage> = {}): Outage => ({
  ...{ cause: 'timeout', startedAt, endedAt, recorded: [], waiting: [] },
  ...over,
});
const NOW = at(30, 9, 0, 12);
const november = (...outages: Outage[]) => reportOf(outages, '2011-11', NOW);

describe('a month of outages', () => {
  test('of the day that this was built for: 22.5 hours over midnight, and nobody sent home', () => {
    const recorded = [...turns('2011-11-14', 1, 2, 3), ...turns('2011-11-15', 1, 2)];
    const report = november(outage(at(14, 12), at(15, 10, 30), { recorded }));
    expect(report).toMatchObject({
      link: { count: 1, lastedMs: 22.5 * HOUR, unknown: 0 },
      power: { count: 0, lastedMs: 0, unknown: 0 },
      ...{ lastedMs: 22.5 * HOUR, recorded: 5, sentHome: 5, isOpen: false },
    });
    const days = daysOf(report);
    expect(days.map(({ date }) => date)).toEqual(['2011-11-14', '2011-11-15']);
    expect(days[0]?.parts.link).toMatchObject([{ at: 0.5, share: 0.5, toMidnight: true }]);
    expect(days[1]?.parts.link).toMatchObject([{ at: 0, share: 10.5 / 24, toMidnight: false }]);
  });

  test('link and power at once count once together, and each resident once a day', () => {
    const report = november(
      outage(at(14, 12), at(14, 16), { recorded: turns('2011-11-14', 1, 2, 3) }),
      // 2 and 3 waited when the power went; they were recorded later, still without the link.
      outage(at(14, 13), at(14, 14), { cause: 'stop', waiting: turns('2011-11-14', 2, 3, 4) }),
      outage(at(14, 15, 30), at(14, 17), { cause: 'battery', recorded: turns('2011-11-14', 3, 9) }),
    );
    expect(report).toMatchObject({
      link: { count: 1, lastedMs: 4 * HOUR },
      power: { count: 2, lastedMs: 2.5 * HOUR },
      ...{ lastedMs: 5 * HOUR, recorded: 4, sentHome: 5 },
    });
    expect(report.rows.map(({ recorded, sentHome }) => [recorded, sentHome])).toEqual([
      [3, 3],
      [0, 1],
      [2, 1],
    ]);
  });

  test('the same number on another day is another turn', () => {
    const report = november(
      outage(at(14, 9), at(14, 10), { cause: 'stop', waiting: turns('2011-11-14', 7) }),
      outage(at(15, 9), at(15, 10), { cause: 'stop', waiting: turns('2011-11-15', 7) }),
    );
    expect(report.sentHome).toBe(2);
  });

  test("what runs over the month's edge counts in each month as far as it lies in it", () => {
    const long = outage(at(29, 12), at(2, 6, 0, 12), {
      recorded: [...turns('2011-11-30', 1, 2), ...turns('2011-12-01', 1, 2, 3)],
    });
    const before = november(long);
    const after = reportOf([long], '2011-12', NOW);
    expect([before.link.lastedMs, after.link.lastedMs]).toEqual([36 * HOUR, 30 * HOUR]);
    expect([before.recorded, after.recorded]).toEqual([2, 3]);
    expect(before.rows[0]).toMatchObject({
      startedAt: new Date(at(29, 12)).toISOString(),
      endedAt: new Date(at(2, 6, 0, 12)).toISOString(),
      until: new Date(edgesOf('2011-11').until).toISOString(),
    });
    expect(reportOf([long], '2011-10', NOW).rows).toEqual([]);
    expect(reportOf([long], '2012-01', NOW).rows).toEqual([]);
  });

  test('one that ends with the month is not in the next', () => {
    const { until } = edgesOf('2011-11');
    expect(reportOf([outage(at(30, 20), until)], '2011-12', NOW).rows).toEqual([]);
    expect(reportOf([outage(until, until + HOUR)], '2011-11', NOW).rows).toEqual([]);
  });

  test('one that still lasts goes to now, and to the end of a month that is over', () => {
    const open = outage(at(30, 12), null, { recorded: turns('2011-12-30', 1) });
    expect(november(open).link).toMatchObject({ count: 1, lastedMs: 12 * HOUR });
    const now = reportOf([open], '2011-12', NOW);
    expect(now).toMatchObject({ isOpen: true, link: { lastedMs: 29 * 24 * HOUR + 9 * HOUR }, recorded: 1 });
    expect(now.rows[0]?.endedAt).toBeNull();
  });

  test('a clock that was set back makes no figure of time, and loses nobody', () => {
    const report = november(
      outage(at(14, 12), at(14, 9), { recorded: turns('2011-11-14', 1, 2) }),
      outage(at(16, 12), at(16, 13)),
    );
    expect(report.link).toEqual({ count: 2, lastedMs: HOUR, unknown: 1 });
    expect(report.rows[0]).toMatchObject({ lastedMs: null, recorded: 2, sentHome: 2 });
    expect(daysOf(report)[0]?.parts.link).toMatchObject([{ at: 0.5, share: 0 }]);
    // One that lasts, by a clock that stands before its beginning.
    expect(reportOf([outage(at(14, 12), null)], '2011-11', at(3, 8)).link).toMatchObject({ unknown: 1 });
  });

  test('a moment without length is a row all the same', () => {
    expect(november(outage(at(14, 12), at(14, 12))).link).toEqual({ count: 1, lastedMs: 0, unknown: 0 });
  });

  test('nothing is nothing', () => {
    expect(november()).toMatchObject({ rows: [], lastedMs: 0, recorded: 0, sentHome: 0 });
    expect(daysOf(november())).toEqual([]);
  });
});

test('months follow each other over the year', () => {
  expect([monthAfter('2011-12', 1), monthAfter('2012-01', -1), monthAfter('2012-01', -13)]).toEqual([
    '2012-01',
    '2011-12',
    '2010-12',
  ]);
});

test('the file has a line an outage, and leaves empty what is not known', () => {
  const report = november(
    outage(at(14, 12), at(15, 10, 30), { recorded: turns('2011-11-14', 1) }),
    outage(at(20, 8, 5), at(20, 8), { cause: 'stop', waiting: turns('2011-11-20', 4, 5) }),
  );
  expect(reportLines(report, 'id')).toEqual([
    ['jenis', 'mulai', 'selesai', 'menit di bulan ini', 'sebab', 'direkam', 'akan dipulangkan'],
    ['Jaringan', '2011-11-14 12:00', '2011-11-15 10:30', '1350', 'Pusat tidak menjawab', '1', '1'],
    ['Listrik/PC', '2011-11-20 08:05', '', '', OUTAGE_WORDS.stop.id, '0', '2'],
  ]);
  const open = reportOf([outage(at(30, 12), null)], '2011-11', NOW);
  expect(reportLines(open, 'en')[1]?.slice(0, 3)).toEqual(['Link', '2011-11-30 12:00', '']);
});

test('every cause has words in both languages', () => {
  const texts = OUTAGE_CAUSES.flatMap((cause) => [OUTAGE_WORDS[cause].id, OUTAGE_WORDS[cause].en]);
  expect(texts.filter((text) => text.length < 5)).toEqual([]);
});
