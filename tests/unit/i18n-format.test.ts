import { expect, test } from 'vitest';
import { en } from '../../renderer/i18n/en.ts';
import { createFormat } from '../../renderer/i18n/format.ts';
import { id } from '../../renderer/i18n/id.ts';

const f = createFormat('id', id.unit);
const g = createFormat('en', en.unit);
const noon = new Date(2011, 10, 14, 12, 0).getTime();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test('times, dates and numbers as the office writes them', () => {
  expect(f.time(noon)).toBe('12.00');
  expect(f.time(new Date(2011, 10, 14, 9, 5).toISOString())).toBe('09.05');
  expect(f.date(noon)).toBe('Senin, 14 November 2011');
  expect(g.date(noon)).toBe('Monday, 14 November 2011');
  expect([f.month('2011-11'), g.month('2012-10')]).toEqual(['November 2011', 'October 2012']);
  expect([f.day(noon), g.day(noon)]).toEqual(['Sen, 14 Nov', 'Mon, 14 Nov']);
  expect(f.number(1240)).toBe('1.240');
  expect(g.number(1_240_000)).toBe('1,240,000');
  expect(f.birthDate('1983-02-14')).toBe('14-02-1983');
  expect(f.birthDate('bukan tanggal')).toBe('bukan tanggal');
});

test('a moment says its day only where that is not today, its year where that is not this one', () => {
  expect(f.moment(noon, noon + HOUR)).toBe('12.00');
  expect(f.moment(noon, noon + 24 * HOUR)).toBe('14 Nov 12.00');
  expect(f.moment(noon, new Date(2026, 0, 1).getTime())).toBe('14 Nov 2011 12.00');
});

test.each([
  [-5, 'kurang dari 1 mnt'],
  [59_999, 'kurang dari 1 mnt'],
  [6 * MINUTE, '6 mnt'],
  [2 * HOUR, '2 j'],
  [2 * HOUR + 5 * MINUTE, '2 j 5 mnt'],
  [22 * HOUR + 30 * MINUTE, '22 j 30 mnt'],
  [48 * HOUR, '2 hari'],
  [77 * HOUR, '3 hari 5 j'],
  [1240 * 24 * HOUR, '1.240 hari'],
])('%i ms is %s', (ms, text) => {
  expect(f.duration(ms)).toBe(text);
});

test('the same in English', () => {
  expect(g.duration(2 * HOUR + 5 * MINUTE)).toBe('2 h 5 min');
});

test('sizes and rates', () => {
  expect(f.bytes(960)).toBe('960 B');
  expect(f.bytes(412_000)).toBe('412 KB');
  expect(f.bytes(1_430_000)).toBe('1,4 MB');
  expect(f.bytes(57_200_000)).toBe('57 MB');
  expect(f.bytes(2_500_000_000)).toBe('2,5 GB');
  expect(f.rate(31_000)).toBe('31 KB/d');
  expect(g.rate(31_000)).toBe('31 KB/s');
  expect(g.bytes(1_430_000)).toBe('1.4 MB');
});
