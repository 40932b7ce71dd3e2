import { expect, test } from 'vitest';
import { differencesOf } from '../../app/desk/day-close.ts';
import { office } from '../helpers/office.ts';

test('a packet that the center lost is a difference; once it was sent again the day closes clean, and the center is told', async () => {
  const { center, test: store, engine, record, date } = await office();
  const [, lost] = await record(3);
  if (lost === undefined) throw new Error('nothing recorded');
  const differences = () => differencesOf(store.api.days.read(date));
  const close = (reason: string | null) =>
    store.intake.closeDay({ date, reason, by: store.supervisor, now: Date.now() });

  await engine.syncNow();
  expect(await engine.compareNow()).toEqual({ ended: 'done', cause: null });
  expect(store.api.days.read(date).center).toMatchObject({ compared: 3, held: 3 });
  expect(differences()).toEqual([]);

  const { db } = center.running;
  await center.outcomes(3);
  await db.deleteFrom('outcome').where('packet_id', '=', lost).execute();
  await db.deleteFrom('enrolled').where('packet_id', '=', lost).execute();
  await db.deleteFrom('packet').where('packet_id', '=', lost).execute();
  // It goes again by itself; held here, it stays lost for as long as somebody looks.
  engine.limit({ ceiling: null, hours: neverNow() });
  expect(await engine.compareNow()).toMatchObject({ ended: 'done' });
  expect(store.api.days.read(date)).toMatchObject({
    center: { compared: 3, held: 2 },
    found: { missing: 1 },
  });
  expect(differences().map(({ kind }) => kind)).toEqual(['missing', 'waiting']);
  expect(() => close(null)).toThrow('day.unexplained');

  await engine.syncNow();
  expect(await engine.compareNow()).toMatchObject({ ended: 'done' });
  expect(differences()).toEqual([]);
  expect(close(null)).toEqual({ date, number: 1 });
  await engine.syncNow();
  const told = await db.selectFrom('journal').selectAll().execute();
  expect(told.some((row) => JSON.stringify(row).includes('day-close'))).toBe(true);
});

test('offline, it says so, and what the center said before stands', async () => {
  const { center, test: store, engine, record, date } = await office();
  await record(1);
  await engine.syncNow();
  await engine.compareNow();
  const before = store.api.days.read(date).center;
  await center.stop();
  expect(await engine.compareNow()).toMatchObject({ ended: 'offline', cause: expect.any(String) as string });
  expect(store.api.days.read(date).center).toEqual(before);
});

/** Hours that have just passed, as far as a day has room for them. */
function neverNow(): { from: number; to: number } {
  const minute = new Date().getHours() * 60 + new Date().getMinutes();
  return minute >= 720 ? { from: 60, to: 120 } : { from: 1200, to: 1260 };
}
