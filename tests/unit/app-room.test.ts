import { expect, test } from 'vitest';
import { residentsLeft, roughly, ROOM_NEEDED, ROOM_TOLD } from '../../app/desk/room.ts';

const MIB = 1024 * 1024;

test('nobody fits where only the part that is never counted is left', () => {
  const measured = { count: 200, averageBytes: MIB };
  expect(residentsLeft(512 * MIB, measured)).toBe(0);
  expect(residentsLeft(0, measured)).toBe(0);
  expect(residentsLeft(514 * MIB, measured)).toBe(1);
});

test('before enough packets were measured, the largest of the field are expected', () => {
  const free = 10_512 * MIB;
  const small = { count: 19, averageBytes: 600 * 1024 };
  expect(residentsLeft(free, small)).toBe(residentsLeft(free, { count: 0, averageBytes: 0 }));
  expect(residentsLeft(free, { ...small, count: 20 })).toBeGreaterThan(2 * residentsLeft(free, small));
});

test('what it promises fits, with the rows beside the packets', () => {
  for (const averageBytes of [200 * 1024, 700 * 1024, 2 * MIB]) {
    const residents = residentsLeft(20 * 1024 * MIB, { count: 200, averageBytes });
    expect(residents * (averageBytes + 90 * 1024)).toBeLessThan(20 * 1024 * MIB - 512 * MIB);
    expect(residents).toBeGreaterThan(1_000);
  }
});

test('plenty is said in two digits, and what is short to the last one', () => {
  expect([34_412, 34_456, 501, 4_999].map(roughly)).toEqual([34_000, 34_000, 500, 4_900]);
  expect([499, 20, 0].map(roughly)).toEqual([499, 20, 0]);
});

test('the warning comes well before the refusal', () => {
  expect(ROOM_TOLD).toBe(500);
  expect(ROOM_NEEDED).toBe(20);
});
