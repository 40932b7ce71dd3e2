import { describe, expect, test } from 'vitest';
import { HOLD_REASONS, PACKET_STATES } from '../../app/enrollment/lifecycle.ts';
import type { PacketDetail } from '../../app/ipc/outbox.ts';
import { diagnose, problemKind, type Surroundings } from '../../app/sync/diagnosis.ts';
import { LINK_CAUSES } from '../../app/sync/link.ts';
import { PROBLEM_NAMES, PROBLEMS } from '../../app/sync/problems.ts';
import { newPacketId, TEST_NOW } from '../helpers/store.ts';

const around: Surroundings = { link: 'online', cause: null, isClosed: false, now: TEST_NOW };
const row = (over: Partial<PacketDetail['row']>): PacketDetail['row'] => ({
  ...{ packetId: newPacketId(), sequence: 1, origin: null, nik: '', nama: '', recordedAt: '' },
  ...{ state: 'recorded', isErased: false },
  ...{ holdReason: null, attempts: 0, nextAttemptAt: null, offset: 0, size: 1, lastProblem: null },
  ...{ receivedAt: null, outcome: null, task: false },
  ...over,
});
const told = (
  over: Partial<PacketDetail['row']>,
  given: Partial<Surroundings> = {},
  successor: number | null = null,
) => Object.values(diagnose({ row: row(over), successor }, { ...around, ...given }));

describe('a packet that waits', () => {
  const later = new Date(TEST_NOW + 60_000).toISOString();
  test.each([
    [{}, {}, ['queued', 'byItself']],
    [{ attempts: 2, nextAttemptAt: later }, {}, ['failed', 'atAttempt']],
    [{ attempts: 2 }, {}, ['failed', 'byItself']],
    [{ attempts: 2, nextAttemptAt: later }, { link: 'offline', cause: 'dns' }, ['linkDown', 'whenLinked']],
    [{}, { cause: 'paused' }, ['paused', 'whenAllowed']],
    [{}, { isClosed: true }, ['closed', 'atHours']],
    [{ state: 'sending' }, {}, ['sending', 'byItself']],
  ] as const)('%j with %j is told as %j', (over, given, expected) => {
    expect(told(over, given)).toEqual(expected);
  });
});

describe('a packet that does not', () => {
  test.each(HOLD_REASONS)('held as %s it has a next action of a person', (holdReason) => {
    expect(['decide', 'callCenter', 'recordAnew']).toContain(told({ state: 'held', holdReason })[1]);
  });
  test('unreadable, or rejected, and recorded anew, nothing is left to do', () => {
    expect(told({ state: 'held', holdReason: 'unreadable' }, {}, 5)).toEqual(['replaced', 'nothing']);
    expect(told({ state: 'rejected' }, {}, 5)).toEqual(['replaced', 'nothing']);
    expect(told({ state: 'rejected' })).toEqual(['rejected', 'amend']);
  });
  test('under review a supervisor is to look at it; returned, the resident comes again', () => {
    expect(told({ state: 'review' })).toEqual(['review', 'look']);
    expect(told({ state: 'returned', task: true })).toEqual(['returned', 'recordAnew']);
    // An amendment: its task is that of what it amends.
    expect(told({ state: 'returned' })).toEqual(['returned', 'amend']);
    expect(told({ state: 'returned' }, {}, 5)).toEqual(['replaced', 'nothing']);
  });
  test('a second recording of somebody is over only once a person has seen to it', () => {
    expect(told({ state: 'duplicate', task: true })).toEqual(['duplicate', 'match']);
    expect(told({ state: 'duplicate' })).toEqual(['over', 'nothing']);
  });
  test.each(PACKET_STATES)('%s is told', (state) => {
    expect(told({ state }).every((word) => typeof word === 'string')).toBe(true);
  });
});

describe('a problem', () => {
  test('of the list has words of its own', () => {
    const noPackets = ['activation-invalid', 'activation-used', 'password-wrong', 'takeover-refused'];
    const others = ['rate-limited', 'overloaded', 'storage-full', ...noPackets];
    const vague = PROBLEM_NAMES.filter((name) => !others.includes(name) && problemKind(name) === 'other');
    expect(vague).toEqual([]);
    expect(PROBLEMS['packet-hash'].does).toBe('retry');
  });
  test.each([...LINK_CAUSES])('%s of the link is itself', (cause) => {
    expect(problemKind(cause)).toBe(cause);
  });
  test.each([
    ['http-302', 'captivePortal'],
    ['http-511', 'captivePortal'],
    ['http-500', 'centerError'],
    ['http-404', 'centerError'],
    ['new-kind', 'other'],
  ])('%s is %s', (problem, kind) => {
    expect(problemKind(problem)).toBe(kind);
  });
});
