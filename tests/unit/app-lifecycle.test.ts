import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isPending,
  isReceived,
  mayPurge,
  PACKET_STATES,
  type PacketEvent,
  type PacketState,
  transition,
} from '../../app/enrollment/lifecycle.ts';

/** The whole table, written down apart from the code: a change there must be meant. `-` is a refusal. */
const TABLE: Record<PacketEvent, Record<PacketState, PacketState | '-'>> = {
  attempt: row({ recorded: 'sending', sending: 'sending' }, '-'),
  failed: row({ sending: 'recorded' }),
  hold: row({ recorded: 'held', sending: 'held', held: 'held' }, '-'),
  release: row({ held: 'recorded' }),
  review: row({ recorded: 'review', review: 'review', returned: 'review' }, '-'),
  approve: row({ review: 'recorded', returned: '-' }),
  return: row({ review: 'returned', returned: 'returned' }, '-'),
  receipt: row({
    ...{ recorded: 'received', review: 'received', returned: 'received', sending: 'received' },
    held: 'received',
  }),
  accepted: row(verdict('accepted'), '-'),
  rejected: row(verdict('rejected'), '-'),
  duplicate: row(verdict('duplicate'), '-'),
  superseded: row(
    {
      ...{ held: 'superseded', returned: 'superseded', received: 'superseded' },
      ...{ rejected: 'superseded', superseded: 'superseded' },
    },
    '-',
  ),
  missing: row({
    ...{ received: 'recorded', accepted: 'recorded', rejected: 'recorded', duplicate: 'recorded' },
    superseded: 'recorded',
  }),
};

/** What is not named stays as it is, or is refused. */
function row(
  named: Partial<Record<PacketState, PacketState | '-'>>,
  others: 'same' | '-' = 'same',
): Record<PacketState, PacketState | '-'> {
  return Object.fromEntries(
    PACKET_STATES.map((state) => [state, named[state] ?? (others === 'same' ? state : '-')]),
  ) as Record<PacketState, PacketState | '-'>;
}

function verdict(to: PacketState): Partial<Record<PacketState, PacketState>> {
  return { received: to, accepted: to, rejected: to, duplicate: to, superseded: 'superseded' };
}

const EVENTS = Object.keys(TABLE) as PacketEvent[];
/** As a caller applies it: a refusal changes nothing. */
const apply = (state: PacketState, event: PacketEvent): PacketState => {
  const next = transition(state, event);
  return next.ok ? next.value : state;
};
const anyState = fc.constantFrom(...PACKET_STATES);
const history = fc.array(fc.constantFrom(...EVENTS), { maxLength: 60 });

describe('transition', () => {
  test.each(EVENTS)('%s', (event) => {
    for (const state of PACKET_STATES) {
      const next = transition(state, event);
      const expected = TABLE[event][state];
      expect([state, next]).toEqual([
        state,
        expected === '-' ? { ok: false, error: 'lifecycle.illegal' } : { ok: true, value: expected },
      ]);
    }
  });

  test('only a receipt, its own or its replacement’s, ends our care; only the center missing it brings it back', () => {
    fc.assert(
      fc.property(history, (events) => {
        let state: PacketState = 'recorded';
        let received = false;
        for (const event of events) {
          const replaced = event === 'superseded' && (state === 'held' || state === 'returned');
          if (event === 'receipt' || replaced) received = true;
          if (event === 'missing') received = false;
          state = apply(state, event);
          expect(isReceived(state)).toBe(received);
          expect(isPending(state)).toBe(!received);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('no history ends where a packet can no longer be delivered and judged', () => {
    fc.assert(
      fc.property(history, (events) => {
        const state = events.reduce<PacketState>(apply, 'recorded');
        expect(isReceived(apply(state, 'receipt'))).toBe(true);
        const delivered = apply(apply(apply(state, 'release'), 'attempt'), 'receipt');
        expect(delivered).toBe(isPending(state) ? 'received' : state);
      }),
    );
  });

  test('nothing goes past a supervisor: from review only an approval leads to an attempt', () => {
    // Missing is what was received before, so was let go before.
    const without = EVENTS.filter(
      (event) => event !== 'approve' && event !== 'receipt' && event !== 'missing',
    );
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...without), { maxLength: 60 }), (events) => {
        let state: PacketState = 'review';
        for (const event of events) {
          state = apply(state, event);
          // Superseded: another packet of this resident went in its place.
          expect(['review', 'returned', 'superseded']).toContain(state);
        }
        expect(apply(apply('review', 'approve'), 'attempt')).toBe('sending');
      }),
    );
  });

  test('a message that arrives twice, or a late one, changes nothing more', () => {
    fc.assert(
      fc.property(anyState, fc.constantFrom(...EVENTS), (state, event) => {
        const once = apply(state, event);
        expect(apply(once, event)).toBe(once);
      }),
    );
    fc.assert(
      fc.property(history, (events) => {
        const state = apply(events.reduce<PacketState>(apply, 'recorded'), 'receipt');
        for (const late of [
          'receipt',
          'attempt',
          'failed',
          'hold',
          'release',
          'approve',
          'return',
        ] as const) {
          expect(apply(state, late)).toBe(state);
        }
      }),
    );
  });

  test('the last verdict stands, until the packet is superseded', () => {
    const verdict = fc.constantFrom('accepted' as const, 'rejected' as const, 'duplicate' as const);
    fc.assert(
      fc.property(fc.array(verdict, { minLength: 1 }), (verdicts) => {
        const judged = verdicts.reduce<PacketState>(apply, 'received');
        expect(judged).toBe(verdicts.at(-1));
        const superseded = apply('rejected', 'superseded');
        expect(verdicts.reduce<PacketState>(apply, superseded)).toBe('superseded');
      }),
    );
  });

  test('every state can be reached', () => {
    const reached = new Set<PacketState>(['recorded']);
    for (const state of reached) for (const event of EVENTS) reached.add(apply(state, event));
    expect([...reached].sort()).toEqual([...PACKET_STATES].sort());
  });
});

describe('mayPurge', () => {
  const FINAL: PacketState[] = ['accepted', 'duplicate', 'superseded'];

  test.each(PACKET_STATES)('of a packet that is %s', (state) => {
    const final = FINAL.includes(state);
    expect(mayPurge(state, 1_000, 500, 1_499)).toBe(false);
    expect(mayPurge(state, 1_000, 500, 1_500)).toBe(final);
    expect(mayPurge(state, 1_000, 0, 1_000)).toBe(final);
    expect(mayPurge(state, null, 0, Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  test('needs receipt, final outcome and retention time together', () => {
    const time = fc.integer({ min: -1e13, max: 1e13 });
    fc.assert(
      fc.property(anyState, fc.option(time), fc.nat(), time, (state, receivedAt, retention, now) => {
        if (!mayPurge(state, receivedAt, retention, now)) return;
        expect(FINAL).toContain(state);
        expect(receivedAt).not.toBeNull();
        expect(now).toBeGreaterThanOrEqual((receivedAt ?? Number.NaN) + retention);
      }),
      { numRuns: 500 },
    );
  });

  test('keeps the bytes where a time is not a number', () => {
    for (const state of PACKET_STATES) {
      expect(mayPurge(state, Number.NaN, 0, 1)).toBe(false);
      expect(mayPurge(state, 0, Number.NaN, 1)).toBe(false);
      expect(mayPurge(state, 0, 0, Number.NaN)).toBe(false);
    }
  });
});
