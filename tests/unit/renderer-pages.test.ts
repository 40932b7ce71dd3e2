import { expect, test } from 'vitest';
import { pagesOf } from '../../renderer/features/slip/pages.ts';

const ROOM = { alone: 2, first: 4, next: 3 };
const counts = (rows: number) =>
  pagesOf(
    Array.from({ length: rows }, (_, index) => index),
    ROOM,
  ).map(({ from, rows: of }) => [from, of.length]);

test('a table fills its pages, and who signs signs below rows', () => {
  expect(counts(0)).toEqual([[0, 0]]);
  expect(counts(2)).toEqual([[0, 2]]);
  // Three fit below the head, but not with the end of the letter.
  expect(counts(3)).toEqual([
    [0, 2],
    [2, 1],
  ]);
  expect(counts(8)).toEqual([
    [0, 4],
    [4, 3],
    [7, 1],
  ]);
});
