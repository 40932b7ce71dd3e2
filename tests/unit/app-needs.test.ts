import { describe, expect, test } from 'vitest';
import { CLOCK_OFF_MS, DESK_QUIET_MS, LINK_LONG_MS, needsOf, type Facts } from '../../app/desk/needs.ts';

const NOW = Date.parse('2011-11-14T09:00:00.000Z');
const ago = (ms: number) => new Date(NOW - ms).toISOString();
const SINCE = ago(60_000);

type Status = Facts['status'];
const mirror: Status['mirror'] = {
  ...{ state: 'ok', behind: 0, folder: '/media/salinan', since: null, copiedAt: SINCE },
  ...{ sameDisk: false, recoverable: true },
};
const outbox: Status['outbox'] = {
  ...{ waiting: 0, review: 0, held: 0, rejected: 0, received: 7, waitingBytes: 0, oldestAt: null, tasks: 0 },
};
const status: Status = {
  ...{ mirror, outbox, storeDamaged: false, clockOffsetMs: 0 },
  disk: { residentsLeft: 1240 },
  power: { source: 'mains', percent: null, residentsLeft: null },
  link: { state: 'online', cause: null, since: SINCE },
  centerKeys: { followedAt: SINCE, refusedAt: null },
};
const well: Facts = {
  ...{ now: NOW, status, auditBrokenAt: null, findings: 0, office: [], unclosed: null, hasKit: true },
};
const having = (change: Partial<Status>, rest: Partial<Facts> = {}): Facts => ({
  ...well,
  ...rest,
  status: { ...status, ...change },
});
const lost = { ...mirror, state: 'lost', behind: 4, since: SINCE } as const;
const desk = (quietMs: number) => [{ stationId: '0194f6a1-0000', label: 'Meja 2', at: ago(quietMs) }];
const offline = (ms: number) => ({ state: 'offline', cause: 'timeout', since: ago(ms) }) as const;
const battery = (residentsLeft: number | null) =>
  ({ source: 'battery', percent: 20, residentsLeft }) as const;
const kinds = (facts: Facts) => needsOf(facts).map(({ kind }) => kind);

describe('nobody is needed', () => {
  test.each<[string, Facts]>([
    ['where all is well', well],
    ['while nothing but the status is read', { ...well, findings: null, office: null, hasKit: null }],
    ['while the second copy catches up', having({ mirror: { ...mirror, state: 'behind', behind: 3 } })],
    ['with room for 500', having({ disk: { residentsLeft: 500 } })],
    ['for a clock that is off by a little', having({ clockOffsetMs: 1 - CLOCK_OFF_MS })],
    ['for a battery that serves three', having({ power: battery(3) })],
    ['for a battery of which nothing is known', having({ power: battery(null) })],
    [
      'for a link that is down for less than an office day',
      having({ link: offline(LINK_LONG_MS - 1), outbox: { ...outbox, waiting: 9 } }),
    ],
    ['for a link over which nothing waits', having({ link: offline(LINK_LONG_MS) })],
    ['for a desk that spoke within the hour and a half', { ...well, office: desk(DESK_QUIET_MS) }],
    [
      'for a desk of which this one can hear nothing',
      having({ link: offline(60_000) }, { office: desk(DESK_QUIET_MS + 1) }),
    ],
    ['for a desk that was taken away', { ...well, office: desk(8 * 24 * 60 * 60_000) }],
    ['for packets that wait', having({ outbox: { ...outbox, waiting: 40 } })],
  ])('%s', (_, facts) => {
    expect(kinds(facts)).toEqual([]);
  });
});

describe('one thing', () => {
  test.each<[string, Facts, object]>([
    ['mirrorLost', having({ mirror: lost }), { place: 'mirror', tone: 'act', count: 4, at: SINCE }],
    ['mirrorFailing', having({ mirror: { ...lost, state: 'failing' } }), { place: 'mirror', count: 4 }],
    ['mirrorFull', having({ mirror: { ...lost, state: 'full' } }), { place: 'mirror', count: 4 }],
    ['mirrorSame', having({ mirror: { ...mirror, sameDisk: true } }), { place: 'mirror' }],
    ['mirrorNone', having({ mirror: { ...mirror, state: 'none', folder: null } }), { place: 'mirror' }],
    ['damaged', having({ storeDamaged: true }), { place: 'desk', tone: 'now' }],
    ['diskStops', having({ disk: { residentsLeft: 19 } }), { place: 'checkup', tone: 'now', count: 19 }],
    ['diskLow', having({ disk: { residentsLeft: 20 } }), { place: 'checkup', tone: 'act', count: 20 }],
    ['battery', having({ power: battery(2) }), { place: 'desk', tone: 'now', count: 2 }],
    [
      'notAllowed',
      having({ link: { ...offline(LINK_LONG_MS), cause: 'notAllowed' }, outbox: { ...outbox, waiting: 1 } }),
      { place: 'checkup' },
    ],
    ['held', having({ outbox: { ...outbox, held: 2 } }), { place: 'held', count: 2 }],
    ['review', having({ outbox: { ...outbox, review: 4 } }), { place: 'review', count: 4 }],
    ['tasks', having({ outbox: { ...outbox, rejected: 5, tasks: 3 } }), { place: 'tasks', count: 3 }],
    ['findings', { ...well, findings: 1 }, { place: 'findings', count: 1 }],
    ['clock', having({ clockOffsetMs: -CLOCK_OFF_MS }), { place: 'checkup' }],
    ['clock', having({ clockOffsetMs: null, link: { ...offline(0), cause: 'clock' } }), { place: 'checkup' }],
    ['audit', { ...well, auditBrokenAt: 12 }, { place: 'audit', count: 12 }],
    [
      'keysRefused',
      having({ centerKeys: { followedAt: null, refusedAt: SINCE } }),
      { place: 'audit', at: SINCE },
    ],
    ['office', { ...well, office: desk(DESK_QUIET_MS + 1) }, { place: 'office', desk: 'Meja 2' }],
    ['unclosed', { ...well, unclosed: '2011-11-11' }, { place: 'day', at: '2011-11-11' }],
    [
      'link',
      having({ link: offline(LINK_LONG_MS), outbox: { ...outbox, waiting: 37 } }),
      { place: 'courier', count: 37, at: ago(LINK_LONG_MS) },
    ],
    ['kit', { ...well, hasKit: false }, { place: 'recovery' }],
  ])('%s', (kind, facts, expected) => {
    expect(needsOf(facts)).toEqual([expect.objectContaining({ kind, ...expected })]);
  });
});

test('the worst comes first', () => {
  const bad = having(
    {
      ...{ mirror: lost, storeDamaged: true, power: battery(0), disk: { residentsLeft: 3 } },
      ...{ clockOffsetMs: 9e9, outbox: { ...outbox, held: 1, tasks: 1, review: 1, waiting: 1 } },
      ...{ link: offline(LINK_LONG_MS), centerKeys: { followedAt: null, refusedAt: SINCE } },
    },
    { auditBrokenAt: 1, findings: 1, unclosed: '2011-11-11', hasKit: false },
  );
  expect(kinds(bad)).toEqual([
    ...['mirrorLost', 'damaged', 'diskStops', 'battery', 'held', 'findings', 'tasks'],
    ...['review', 'clock', 'audit', 'keysRefused', 'unclosed', 'link', 'kit'],
  ]);
  // What the data is about to be built anew from cannot wait.
  expect(needsOf(bad)[0]?.tone).toBe('now');
});

test('every desk that is quiet is named, one without a name by its number', () => {
  const office = [
    ...desk(DESK_QUIET_MS * 2),
    { ...desk(DESK_QUIET_MS * 3)[0], label: null },
  ] as Facts['office'];
  expect(needsOf({ ...well, office }).map((need) => need.desk)).toEqual(['Meja 2', '0194f6a1']);
});
