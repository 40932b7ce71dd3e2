// The supervisor's forecast for the demo's Losari, beside the same calculation by hand.
import { expect, test } from 'vitest';
import { forecast, leftOf, OFFICE_WEEK, paceOf } from '../../app/desk/progress.ts';
import { office } from '../helpers/office.ts';

const TODAY = '2011-11-14';
const NOON = Date.parse(`${TODAY}T05:00:00Z`);

test('the demo’s Losari: who is left, how many a day, and when it ends', async () => {
  const { test: store } = await office({ residents: 48_000, today: TODAY });
  const { desa, days, deadline } = store.api.progress.read(NOON - 120 * 86_400_000, NOON);
  expect(deadline).toBe('2011-12-31');

  // Ten desa of 4,768 who must have a KTP; Kalirahayu is finished, 1,903 of Losari Lor are recorded.
  // 8 × 4,768 + (4,768 − 1,903) = 38,144 + 2,865 = 41,009.
  expect(desa).toHaveLength(10);
  expect(desa.filter(({ recorded }) => recorded > 0)).toMatchObject([
    { nama: 'Losari Lor', mustHave: 4768, recorded: 1903 },
    { nama: 'Kalirahayu', mustHave: 4768, recorded: 4800 },
  ]);
  const left = desa.reduce((sum, one) => sum + leftOf(one), 0);
  expect(left).toBe(41_009);

  // The four weeks before Monday 14 November: 999, 928, 925 and 1,021, together 3,873 in 20 days.
  const lastFourWeeks = [
    ...[180, 183, 219, 203, 214],
    ...[189, 225, 160, 190, 164],
    ...[161, 162, 178, 229, 195],
    ...[157, 224, 212, 199, 229],
  ];
  expect(days.slice(-20).map(({ recorded }) => recorded)).toEqual(lastFourWeeks);
  // Mean 3,873 / 20 = 193.65. Squares add up to 761,923; (761,923 − 3,873² / 20) / 19 = 11,916.55 / 19 = 627.187,
  // whose root is 25.044.
  const pace = paceOf(days, TODAY, OFFICE_WEEK);
  if (pace === null) throw new Error('no pace');
  expect(pace.mean).toBeCloseTo(193.65, 6);
  expect(pace.deviation).toBeCloseTo(25.044, 3);

  // Likely: 41,009 / 193.65 = 211.8, so the 212th working day. 15 to 18 November are the first four; 41 weeks more end on
  // Friday 31 August 2012, and three days more on Wednesday 5 September.
  // Margin: 1.2816 × 25.044 = 32.096, times √(n + n²/20).
  //   n = 203: 203 × 193.65 = 39,311, √(203 + 2,060.45) = 47.58, + 1,527 = 40,838, too few
  //   n = 204: 204 × 193.65 = 39,505, √(204 + 2,080.80) = 47.80, + 1,534 = 41,039, enough: 8 days earlier, Friday 24 August
  //   n = 220: 220 × 193.65 = 42,603, √(220 + 2,420.00) = 51.38, − 1,649 = 40,954, too few
  //   n = 221: 221 × 193.65 = 42,797, √(221 + 2,442.05) = 51.61, − 1,656 = 41,140, enough: 9 days later, Tuesday 18 September
  expect(forecast(left, pace, TODAY, OFFICE_WEEK)).toEqual({
    earliest: '2012-08-24',
    likely: '2012-09-05',
    latest: '2012-09-18',
  });
});

test('whom the center has accepted, of all desks, is told with the daily comparison', async () => {
  const { test: store, engine, center, record, waiting } = await office();
  const began = Date.now();
  const read = () => store.api.progress.read(began - 120 * 86_400_000, began);
  const { db } = center.running;
  // Nobody was recorded here yet, and what the others recorded counts all the same.
  expect(await engine.compareNow()).toMatchObject({ ended: 'done' });
  expect(read().acceptedAt).not.toBeNull();
  expect(store.api.findings.latest(10)).toEqual([]);
  await record(1);
  await engine.compareNow();
  const before = read();
  // As another desk's packets, looked at meanwhile.
  const niks = waiting.slice(0, 3);
  const at = new Date(began);
  await db
    .insertInto('enrolled')
    .values(niks.map((nik) => ({ nik, packet_id: null, at })))
    .execute();
  expect(read()).toEqual(before);
  expect(await engine.compareNow()).toMatchObject({ ended: 'done' });

  const after = read();
  expect(Date.parse(after.acceptedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(before.acceptedAt ?? ''));
  const more = (kode: string) =>
    store.db
      .all<{ desa: string }>(
        'SELECT desa FROM resident WHERE nik IN (SELECT value FROM json_each(?))',
        JSON.stringify(niks),
      )
      .filter(({ desa }) => desa === kode).length;
  expect(after.desa.map(({ accepted }) => accepted)).toEqual(
    before.desa.map(({ kode, accepted }) => (accepted ?? Number.NaN) + more(kode)),
  );
  const enrolled = await db.selectFrom('enrolled').select('nik').execute();
  expect(after.desa.reduce((sum, { accepted }) => sum + (accepted ?? 0), 0)).toBe(enrolled.length);
});
