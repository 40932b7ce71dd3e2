import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mayCarryTo, nextPlace } from '../../app/desk/carry-over.ts';
import { minutesLeft, minutesPerResident, residentsOnBattery } from '../../app/desk/power.ts';

const MINUTE = 60_000;
const NOW = Date.parse('2011-11-14T03:00:00Z');

/** Records so many minutes apart, newest first. */
const apart = (...minutes: number[]): number[] =>
  minutes.reduce<number[]>((times, gap) => [...times, (times.at(-1) ?? NOW) - gap * MINUTE], [NOW]);

test.each([
  [{ level: 0.5, minutesLeft: 65 }, 5, 12],
  // Unsaid: half of an old battery.
  [{ level: 0.5, minutesLeft: null }, 5, 5],
  [{ level: 1, minutesLeft: null }, 4, 13],
  [{ level: 0.04, minutesLeft: 4 }, 2, 0],
  [{ level: 0, minutesLeft: null }, 4, 0],
])('a battery %j at %d minutes each lasts for %d residents', (battery, each, residents) => {
  expect(residentsOnBattery(battery, each)).toBe(residents);
});

test('a resident takes as long as today’s did, and as planned while too few came', () => {
  expect(minutesPerResident([])).toBe(4);
  expect(minutesPerResident(apart(9, 9, 9, 9))).toBe(4);
  expect(minutesPerResident(apart(9, 9, 9, 9, 9))).toBe(9);
  // Noon is no resident, and a clock that was set back makes none faster.
  expect(minutesPerResident(apart(6, 7, 75, 8, 7, 7, -500))).toBe(7);
  expect(minutesPerResident(apart(0.5, 0.5, 0.5, 0.5, 0.5, 0.5))).toBe(2);
});

test('it never promises more than the battery, nor less than nobody', () => {
  const battery = fc.record({
    level: fc.double({ min: 0, max: 1, noNaN: true }),
    minutesLeft: fc.option(fc.integer({ min: 0, max: 2_000 })),
  });
  fc.assert(
    fc.property(battery, fc.array(fc.integer({ min: 0, max: 1e13 })), (given, times) => {
      const residents = residentsOnBattery(given, minutesPerResident(times));
      expect(residents).toBeGreaterThanOrEqual(0);
      expect(Number.isInteger(residents)).toBe(true);
      expect(residents * 2).toBeLessThanOrEqual(given.minutesLeft ?? 60);
      expect(minutesLeft(given)).toBeLessThanOrEqual(given.minutesLeft ?? 60);
    }),
  );
});

test.each([
  ['2011-11-14', 'siang', true],
  ['2011-11-14', 'pagi', false],
  ['2011-11-13', 'siang', false],
  ['2011-11-15', 'pagi', true],
  ['2012-03-13', 'pagi', true],
  ['2012-03-14', 'pagi', false],
] as const)('carried over from 14 November to %s %s: %s', (date, session, may) => {
  expect(mayCarryTo({ date, session }, '2011-11-14')).toBe(may);
});

test('the morning of the next day on which offices are open is proposed', () => {
  expect(nextPlace('2011-11-14')).toEqual({ date: '2011-11-15', session: 'pagi' });
  expect(nextPlace('2011-11-18')).toEqual({ date: '2011-11-21', session: 'pagi' });
  expect(nextPlace('2011-12-31')).toEqual({ date: '2012-01-02', session: 'pagi' });
});
