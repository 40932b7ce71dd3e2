import { describe, expect, test } from 'vitest';
import { DIFFERENCES, dayReasonSchema, differencesOf, type DayCount } from '../../app/desk/day-close.ts';
import { factSchema } from '../../app/sync/protocol.ts';

const packets = {
  ...{ recorded: 3, amendments: 1, sent: 4, received: 4 },
  ...{
    accepted: 2,
    rejected: 1,
    superseded: 0,
    examining: 0,
    duplicate: 1,
    waiting: 0,
    review: 0,
    returned: 0,
    held: 0,
  },
};
const clean: DayCount = {
  ...{ date: '2011-11-14', packets, drafts: 0, minutesEach: 4, operators: [], others: [] },
  tickets: { given: 5, served: 3, deferred: 1, absent: 1, carried: 0, open: 0 },
  center: { comparedAt: '2011-11-14T08:00:00.000Z', compared: 4, held: 4 },
  found: { missing: 0, unknown: 0, mismatched: 0, gap: 0 },
};

describe('what differs', () => {
  test('is nothing on a day on which everything arrived and nobody waits', () => {
    expect(differencesOf(clean)).toEqual([]);
  });

  test.each([
    ['missing', { found: { ...clean.found, missing: 2 } }, 2],
    ['mismatched', { found: { ...clean.found, mismatched: 1 } }, 1],
    ['gap', { found: { ...clean.found, gap: 3 } }, 3],
    ['unknown', { found: { ...clean.found, unknown: 1 } }, 1],
    ['held', { packets: { ...packets, held: 1 } }, 1],
    ['waiting', { packets: { ...packets, waiting: 2 } }, 2],
    ['uncompared', { center: { ...clean.center, compared: 1 } }, 3],
    ['tickets', { tickets: { ...clean.tickets, open: 2 } }, 2],
    ['drafts', { drafts: 1 }, 1],
  ] as const)('%s alone', (kind, change, count) => {
    expect(differencesOf({ ...clean, ...change })).toEqual([{ kind, count }]);
  });

  test('comes the gravest first', () => {
    const all = differencesOf({
      ...clean,
      packets: { ...packets, held: 1, waiting: 1 },
      tickets: { ...clean.tickets, open: 1 },
      drafts: 1,
      center: { comparedAt: null, compared: 0, held: 0 },
      found: { missing: 1, unknown: 1, mismatched: 1, gap: 1 },
    });
    expect(all.map(({ kind }) => kind)).toEqual(DIFFERENCES);
  });
});

test('a reason has three letters at least and 400 at most', () => {
  expect(dayReasonSchema.safeParse(' ok ').success).toBe(false);
  expect(dayReasonSchema.safeParse('x'.repeat(401)).success).toBe(false);
  expect(dayReasonSchema.parse(` ${'x'.repeat(400)} `)).toHaveLength(400);
});

test('a closed day as an older version told it is read like any other', () => {
  const old = { type: 'day-close', date: '2011-11-14', recorded: 3, received: 2, reason: null };
  expect(factSchema.parse(old)).toEqual({ ...old, number: 1, sheetSha256: null });
});
