// Two desks of one office: each hears of the other's tickets with the reference data, or not at all while the link is down.
import { v4 as uuidv4 } from 'uuid';
import { expect, onTestFinished, test } from 'vitest';
import { numbersOf, type TicketState } from '../../app/desk/ticket.ts';
import { nikSchema } from '../../app/enrollment/nik.ts';
import { stationIdSchema } from '../../app/ids.ts';
import type { JournalEntry, ReferenceLine } from '../../app/sync/protocol.ts';
import { newPacketId, openTestStore, TEST_DATE, TEST_NOW as NOW, type TestStore } from '../helpers/store.ts';

const peer = stationIdSchema.parse(uuidv4());
const DAY = 24 * 60 * 60_000;

async function desk(number = 1): Promise<TestStore> {
  const store = await openTestStore({ residents: 4, inMemory: true, activation: { desk: number } });
  onTestFinished(() => store.destroy());
  return store;
}

const nik = (store: TestStore, index: number) => nikSchema.parse(store.niks[index]);
const arrive = (store: TestStore, index: number) =>
  store.api.desk.arrive(TEST_DATE, nik(store, index), store.operator.accountId, NOW);
const begin = (store: TestStore, index: number) =>
  store.api.drafts.begin({
    ...{ packetId: newPacketId(), nik: nik(store, index), date: TEST_DATE },
    ...{ by: store.operator.accountId, now: NOW },
  });
const today = (store: TestStore) => store.api.desk.today(TEST_DATE, 10);
const apply = (store: TestStore, ...lines: ReferenceLine[]) => store.api.reference.apply(lines, null, NOW);

/** What the other desk tells of one resident. */
function told(
  store: TestStore,
  index: number,
  number: number,
  state: TicketState,
  sequence: number,
  at = NOW,
) {
  const fact = {
    type: 'ticket',
    date: TEST_DATE,
    number,
    nik: nik(store, index),
    state,
    reason: null,
  } as const;
  const entry = {
    v: 1,
    stationId: peer,
    sequence,
    at: new Date(at).toISOString(),
    clockOffsetMs: null,
  } as const;
  apply(store, { type: 'journal', entry: { ...entry, fact } satisfies JournalEntry });
}

function summon(store: TestStore): void {
  const place = { desa: '32.09.03.2005', date: TEST_DATE, session: 'pagi' } as const;
  const lines = [0, 1, 2].map(
    (index): ReferenceLine => ({
      type: 'summons',
      change: 'added',
      summons: { ...place, nik: nik(store, index) },
    }),
  );
  apply(store, ...lines);
}

test('no two desks give the same number, though neither hears of the other', async () => {
  const [one, two] = [await desk(1), await desk(2)];
  expect([arrive(one, 0).number, arrive(one, 1).number]).toEqual([1, 2]);
  expect([arrive(two, 2).number, arrive(two, 3).number]).toEqual([501, 502]);
  expect(numbersOf(1).last).toBeLessThan(numbersOf(2).first);
});

test('stations that do not know which desk they are number on above what they hear', async () => {
  const store = await desk();
  told(store, 0, 7, 'waiting', 1);
  expect(arrive(store, 1).number).toBe(8);
});

test('whoever is at another desk stands in no summons here, and is not given a second number', async () => {
  const store = await desk(2);
  summon(store);
  told(store, 0, 1, 'serving', 1);
  told(store, 1, 2, 'deferred', 2);
  const summoned = today(store).summons.map((row) => row.nik);
  expect(summoned.toSorted()).toEqual([nik(store, 1), nik(store, 2)].toSorted());
  expect(today(store).summonsTotal).toBe(2);
  expect(store.api.desk.elsewhere(TEST_DATE, nik(store, 0))).toEqual({ number: 1, state: 'serving' });
  expect(() => arrive(store, 0)).toThrow('ticket.elsewhere');
  // Put off there, they may come to either desk, with the number that they have.
  expect(arrive(store, 1)).toMatchObject({ number: 2, state: 'waiting' });
  expect(arrive(store, 2)).toMatchObject({ number: 501 });
});

test('who waits here and is served there goes from this queue, and comes back when that desk lets them go', async () => {
  const store = await desk();
  arrive(store, 0);
  arrive(store, 1);
  told(store, 0, 501, 'serving', 5);
  expect(today(store).tickets.map((row) => row.nik)).toEqual([nik(store, 1)]);
  // What comes late says nothing new.
  told(store, 0, 501, 'waiting', 4);
  expect(today(store).tickets).toHaveLength(1);
  told(store, 0, 501, 'deferred', 6);
  expect(today(store).tickets).toHaveLength(2);
});

test('a desk that cannot go on holds nobody up: they can be served here, under their number', async () => {
  const store = await desk(2);
  told(store, 0, 1, 'serving', 1);
  expect(begin(store, 0).ticket).toBe(1);
  expect(store.api.desk.elsewhere(TEST_DATE, nik(store, 0))).toBeNull();
  expect(today(store).tickets).toMatchObject([{ number: 1, state: 'serving' }]);
});

test('who is served at another desk, or was recorded there, is not sent home by this one’s list', async () => {
  const store = await desk();
  for (const index of [0, 1, 2]) arrive(store, index);
  told(store, 0, 501, 'serving', 1);
  const entry = { v: 1, stationId: peer, at: new Date(NOW).toISOString(), clockOffsetMs: null } as const;
  const recorded = { type: 'recorded', nik: nik(store, 1), packetId: newPacketId() } as const;
  apply(store, { type: 'journal', entry: { ...entry, sequence: 2, fact: recorded } });
  const to = { date: '2011-11-15', session: 'pagi' } as const;
  const by = store.operator.accountId;
  expect(store.api.desk.carryOver({ from: TEST_DATE, to, niks: null, by, now: NOW })).toEqual({ moved: 1 });
  expect(store.db.all('SELECT nik FROM summons WHERE date = ?', to.date)).toEqual([{ nik: nik(store, 2) }]);
});

test('what other desks told goes after two weeks', async () => {
  const store = await desk();
  told(store, 0, 501, 'done', 1, NOW - 15 * DAY);
  told(store, 1, 502, 'done', 2);
  const count = () => store.db.get<{ n: number }>('SELECT count(*) AS n FROM peer_fact')?.n;
  expect(store.api.reference.prune(NOW)).toBe(1);
  expect(count()).toBe(1);
  expect(store.api.reference.prune(NOW + 30 * DAY)).toBe(3);
  expect(count()).toBe(0);
});

test('another desk’s last word about itself stays; an older one that comes late, or a clock that runs ahead there, changes nothing', async () => {
  const store = await desk();
  const state = (sequence: number, waiting: number, at = NOW, clockOffsetMs = -2000) => {
    const fact = {
      type: 'state',
      ...{ label: 'Meja 2', version: '0.1.0', recorded: { date: TEST_DATE, count: 3 } },
      ...{ waiting, oldestMinutes: 4, held: 1, diskFreeBytes: 5e9, residentsLeft: 900 },
      ...{ mirror: 'ok', power: 'battery' },
    } as const;
    const entry = {
      v: 1,
      stationId: peer,
      sequence,
      at: new Date(at).toISOString(),
      clockOffsetMs,
    } as const;
    apply(store, { type: 'journal', entry: { ...entry, fact } });
    return fact;
  };
  const fact = state(4, 12);
  state(3, 99);
  expect(store.api.reference.peers()).toEqual([{ stationId: peer, at: NOW - 2000, fact }]);
  state(5, 13, NOW + 30 * DAY, Number.MAX_SAFE_INTEGER);
  expect(store.api.reference.peers()).toMatchObject([{ at: NOW, fact: { waiting: 13 } }]);
  expect(store.api.reference.prune(NOW + 15 * DAY)).toBeGreaterThan(0);
  expect(store.api.reference.peers()).toEqual([]);
});
