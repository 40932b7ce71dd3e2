import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Nik } from '../../app/enrollment/nik.ts';
import { nikSchema } from '../../app/enrollment/nik.ts';
import { kodeDesaSchema } from '../../app/ids.ts';
import type { Fact } from '../../app/sync/protocol.ts';
import {
  completeDraft,
  openTestStore,
  recordDraft,
  recordResident,
  TEST_DATE,
  TEST_NOW,
  type TestStore,
} from '../helpers/store.ts';

const TOMORROW = { date: '2011-11-15', session: 'pagi' } as const;
const LATER = { date: '2011-11-21', session: 'siang' } as const;
const DESA = kodeDesaSchema.parse('32.09.03.2005');

let store: TestStore;
let niks: Nik[];
beforeEach(async () => {
  store = await openTestStore({ residents: 12 });
  niks = store.niks.map((nik) => nikSchema.parse(nik));
});
afterEach(() => store.destroy());

const by = () => store.supervisor.accountId;
const nik = (index: number): Nik => niks[index] as Nik;
const carry = (to: { date: string; session: 'pagi' | 'siang' } = TOMORROW, who: Nik[] | null = null) =>
  store.api.desk.carryOver({ from: TEST_DATE, to, niks: who, by: by(), now: TEST_NOW });
const back = () => store.api.desk.carryBack({ date: TEST_DATE, session: 'siang', by: by(), now: TEST_NOW });
const arrive = (...who: Nik[]) => who.map((one) => store.api.desk.arrive(TEST_DATE, one, by(), TEST_NOW));
const summon = (one: Nik, date: string, session: 'pagi' | 'siang' = 'pagi') =>
  store.api.reference.apply(
    [{ type: 'summons', change: 'added', summons: { nik: one, desa: DESA, date, session } }],
    null,
    TEST_NOW,
  );
const places = (one: Nik) =>
  store.db.all('SELECT date, session FROM summons WHERE nik = ? ORDER BY date', one);
const states = () => store.api.desk.today(TEST_DATE, 50).tickets.map(({ state }) => state);
const facts = (): Fact[] =>
  store.api.journal.pending(500).flatMap(({ fact }) => (fact.type === 'carry-over' ? [fact] : []));

describe('carry-over', () => {
  test('moves all who wait, are called, put off or not there, and nobody else', async () => {
    await recordResident(store, nik(0));
    await completeDraft(store, nik(1));
    arrive(...niks.slice(2, 6));
    store.api.desk.setTicket(TEST_DATE, 4, 'called', null, by(), TEST_NOW);
    store.api.desk.setTicket(TEST_DATE, 5, 'deferred', 'sakit', by(), TEST_NOW);
    store.api.desk.setTicket(TEST_DATE, 6, 'called', null, by(), TEST_NOW);
    store.api.desk.setTicket(TEST_DATE, 6, 'absent', null, by(), TEST_NOW);
    expect(carry()).toEqual({ moved: 4 });
    expect(states()).toEqual(['done', 'serving', 'carried', 'carried', 'carried', 'carried']);
    for (const one of niks.slice(2, 6)) expect(places(one)).toEqual([TOMORROW]);
    for (const one of niks.slice(0, 2)) expect(places(one)).toEqual([]);
    expect(store.api.desk.today(TEST_DATE, 50).tickets[2]?.carriedTo).toEqual(TOMORROW);
    // On that day they are expected, walk-ins too, with the names by which they are called.
    const { summons } = store.api.desk.today(TOMORROW.date, 50);
    expect(summons.map((row) => row.nik).sort()).toEqual(niks.slice(2, 6).sort());
    expect(store.api.audit.verify()).toBeNull();
  });

  test('a session is as full as others come to it: not who waits today, and not who is recorded', async () => {
    for (const one of niks.slice(0, 5)) summon(one, TOMORROW.date);
    summon(nik(5), TOMORROW.date, 'siang');
    summon(nik(6), '2011-12-31');
    const taken = () => store.api.desk.places(TEST_DATE, '2011-12-12');
    expect(taken()).toEqual([
      { ...TOMORROW, count: 5 },
      { ...TOMORROW, session: 'siang', count: 1 },
    ]);
    // Came a day early: one waits, one is served.
    await recordResident(store, nik(0));
    arrive(nik(1), nik(7), nik(8));
    expect(taken()[0]).toEqual({ ...TOMORROW, count: 3 });
    store.api.desk.setTicket(TEST_DATE, 4, 'withdrawn', null, by(), TEST_NOW);
    carry();
    // The one who had that place already, and one more.
    expect(taken()[0]).toEqual({ ...TOMORROW, count: 5 });
    back();
    expect(taken()[0]).toEqual({ ...TOMORROW, count: 3 });
  });

  test('leaves a number that was taken back, and moves its resident by name', () => {
    arrive(nik(2), nik(3));
    store.api.desk.setTicket(TEST_DATE, 1, 'withdrawn', null, by(), TEST_NOW);
    expect(carry()).toEqual({ moved: 1 });
    expect(places(nik(2))).toEqual([]);
    expect(carry(TOMORROW, [nik(2)])).toEqual({ moved: 1 });
    expect(places(nik(2))).toEqual([TOMORROW]);
    expect(store.db.all('SELECT state FROM ticket WHERE number = 1')).toEqual([{ state: 'withdrawn' }]);
  });

  test('tells the center one fact each, in the same transaction', () => {
    arrive(nik(2), nik(3));
    expect(facts()).toEqual([]);
    carry();
    expect(facts()).toEqual(
      [nik(2), nik(3)].map((one) => ({
        ...{ type: 'carry-over', nik: one, from: TEST_DATE },
        ...{ to: TOMORROW.date, session: TOMORROW.session },
      })),
    );
  });

  test('twice is once', () => {
    arrive(nik(2), nik(3));
    expect(carry()).toEqual({ moved: 2 });
    const before = store.api.journal.pending(500).length;
    expect(carry()).toEqual({ moved: 0 });
    expect(carry(TOMORROW, [nik(2), nik(3)])).toEqual({ moved: 0 });
    expect(store.api.journal.pending(500)).toHaveLength(before);
  });

  test('never leaves two places, whatever was open', () => {
    summon(nik(2), TEST_DATE);
    summon(nik(2), '2011-11-30', 'siang');
    arrive(nik(2));
    carry();
    expect(places(nik(2))).toEqual([TOMORROW]);
    // And moved once more, from the list of who was moved.
    expect(carry(LATER, [nik(2)])).toEqual({ moved: 1 });
    expect(places(nik(2))).toEqual([LATER]);
  });

  test('what the center sends meanwhile does not bring the old place back', () => {
    summon(nik(2), TEST_DATE);
    arrive(nik(2));
    carry();
    carry(LATER, [nik(2)]);
    summon(nik(2), TEST_DATE);
    expect(places(nik(2))).toEqual([LATER]);
  });

  test('from the morning to the afternoon of the same day', () => {
    summon(nik(2), TEST_DATE);
    arrive(nik(2));
    expect(carry({ date: TEST_DATE, session: 'siang' })).toEqual({ moved: 1 });
    expect(places(nik(2))).toEqual([{ date: TEST_DATE, session: 'siang' }]);
    store.api.desk.arrive(TEST_DATE, nik(2), by(), TEST_NOW);
    expect(states()).toEqual(['waiting']);
  });

  test('who is only summoned is moved by name, who was recorded is not', async () => {
    for (const one of [nik(2), nik(3)]) summon(one, TEST_DATE);
    await recordResident(store, nik(3), { date: '2011-11-11' });
    expect(carry(TOMORROW, [nik(2), nik(3)])).toEqual({ moved: 1 });
    expect(places(nik(2))).toEqual([TOMORROW]);
    expect(places(nik(3))).toEqual([{ date: TEST_DATE, session: 'pagi' }]);
  });

  test('nobody is left without a place: whom the register no longer knows keeps the number', () => {
    arrive(nik(2), nik(3));
    store.api.reference.apply([{ type: 'resident-gone', nik: nik(2) }], null, TEST_NOW);
    expect(carry()).toEqual({ moved: 1 });
    expect(states()).toEqual(['waiting', 'carried']);
  });

  test('who is called after all is served, and the other place is no second recording', async () => {
    arrive(nik(2));
    carry();
    store.api.desk.setTicket(TEST_DATE, 1, 'called', null, by(), TEST_NOW);
    expect(states()).toEqual(['called']);
    await recordDraft(store, await completeDraft(store, nik(2)));
    expect(states()).toEqual(['done']);
    expect(store.api.desk.today(TOMORROW.date, 50).summons).toEqual([]);
  });

  test('is taken back whole: they wait again, and the other place is free', () => {
    summon(nik(2), TEST_DATE);
    arrive(nik(2), nik(3));
    carry();
    expect(back()).toEqual({ moved: 2 });
    expect(states()).toEqual(['waiting', 'waiting']);
    for (const one of [nik(2), nik(3)]) expect(places(one)).toEqual([{ date: TEST_DATE, session: 'siang' }]);
    expect(back()).toEqual({ moved: 0 });
    expect(carry()).toEqual({ moved: 2 });
    expect(store.api.audit.verify()).toBeNull();
  });

  test('a peer’s word about the same resident leaves one place too', () => {
    summon(nik(2), TEST_DATE);
    const entry = {
      ...{ v: 1, stationId: '0198b6a0-0000-7000-8000-000000000001', sequence: 1, clockOffsetMs: 0 },
      at: new Date(TEST_NOW).toISOString(),
      fact: { type: 'carry-over', nik: nik(2), from: TEST_DATE, to: LATER.date, session: LATER.session },
    } as never;
    carry(TOMORROW, [nik(2)]);
    store.api.journal.acknowledge(1_000);
    store.api.reference.apply([{ type: 'journal', entry }], null, TEST_NOW);
    expect(places(nik(2))).toEqual([LATER]);
  });
});
