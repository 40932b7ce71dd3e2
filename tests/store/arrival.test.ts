import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nikSchema } from '../../app/enrollment/nik.ts';
import { BY_HAND, TICKET_STATES, ticketAfter, type StateByHand } from '../../app/desk/ticket.ts';
import type { Outcome } from '../../app/sync/protocol.ts';
import { migrate, MIGRATIONS } from '../../main/store/migrate.ts';
import { openDatabase } from '../../main/store/database.ts';
import { createDeskStore } from '../../main/store/desk.ts';
import { freshStore } from '../helpers/fresh-store.ts';
import {
  completeDraft,
  newPacketId,
  recordDraft,
  recordResident,
  testBiodata,
  TEST_DATE,
  TEST_NOW,
} from '../helpers/store.ts';

const store = freshStore({ residents: 40 });

const MINUTE = 60_000;
const nik = (index: number) => nikSchema.parse(store.niks[index]);
const by = () => store.operator.accountId;
const arrive = (index: number, now = TEST_NOW) => store.store.desk.arrive(TEST_DATE, nik(index), by(), now);
const set = (number: number, state: StateByHand, reason: string | null = null, now = TEST_NOW) =>
  store.store.desk.setTicket(TEST_DATE, number, state, reason, by(), now);
const tickets = () => store.api.desk.today(TEST_DATE, 50).tickets;
const facts = () =>
  store.api.journal
    .pending(50)
    .map(({ fact }) => fact)
    .filter((fact) => fact.type === 'ticket');
const audited = () =>
  store.db
    .all<{ what: string }>("SELECT what FROM audit WHERE what LIKE 'ticket.%' ORDER BY sequence")
    .map(({ what }) => what);
const begin = (index: number, now = TEST_NOW) =>
  store.store.drafts.begin({ packetId: newPacketId(), nik: nik(index), date: TEST_DATE, by: by(), now });
const at = (now: number) => new Date(now).toISOString();

describe('who arrives', () => {
  test('waits with the next number and no draft; the center and the audit hear of it', async () => {
    expect(await arrive(0)).toEqual({
      carriedTo: null,
      date: TEST_DATE,
      number: 1,
      nik: nik(0),
      nama: testBiodata(0).nama,
      state: 'waiting',
      packetId: null,
      calledAt: null,
      arrivedAt: at(TEST_NOW),
      reason: null,
    });
    expect((await arrive(1)).number).toBe(2);
    expect(store.api.drafts.list()).toEqual([]);
    expect(facts()).toMatchObject([
      { number: 1, nik: nik(0), state: 'waiting', reason: null },
      { number: 2, nik: nik(1), state: 'waiting', reason: null },
    ]);
    expect(audited()).toEqual(['ticket.waiting', 'ticket.waiting']);
    expect(store.api.desk.ticketOf(TEST_DATE, nik(1))).toEqual({ number: 2, state: 'waiting' });
    expect(store.api.desk.ticketOf('2011-11-15', nik(1))).toBeNull();
  });

  test('keeps the number, and says nothing new by coming twice', async () => {
    await arrive(0);
    expect(await arrive(0, TEST_NOW + MINUTE)).toMatchObject({ number: 1, arrivedAt: at(TEST_NOW) });
    expect(facts()).toHaveLength(1);
  });

  test.each(['deferred', 'absent'] as const)('waits again, from now on, after %s', async (state) => {
    await arrive(0);
    await set(1, 'called');
    await set(1, state, state === 'deferred' ? 'ke sawah' : null);
    const back = TEST_NOW + 90 * MINUTE;
    expect(await arrive(0, back)).toMatchObject({
      number: 1,
      state: 'waiting',
      arrivedAt: at(back),
      reason: null,
    });
  });

  test('is refused when already recorded here or at the center, or not in the register', async () => {
    await recordResident(store, nik(0));
    await expect(arrive(0)).rejects.toMatchObject({ code: 'resident.recordedHere' });
    const recorded = { at: at(TEST_NOW), stationId: store.activation.stationId, packetId: newPacketId() };
    store.api.reference.apply([{ type: 'resident', biodata: testBiodata(1), recorded }], null, TEST_NOW);
    await expect(arrive(1)).rejects.toMatchObject({ code: 'resident.recordedElsewhere' });
    const unknown = store.store.desk.arrive(TEST_DATE, nikSchema.parse('3209031402830007'), by(), TEST_NOW);
    await expect(unknown).rejects.toMatchObject({ code: 'resident.unknown' });
    expect(tickets().map(({ state }) => state)).toEqual(['done']);
  });

  test('leaves the summons, and only then', async () => {
    const line = (index: number, session: 'pagi' | 'siang', desa: string) =>
      ({
        type: 'summons',
        change: 'added',
        summons: { nik: nik(index), desa, date: TEST_DATE, session },
      }) as const;
    const lor = '32.09.03.2005';
    const kidul = '32.09.03.2003';
    const lines = [line(3, 'pagi', lor), line(0, 'pagi', lor), line(1, 'siang', lor), line(2, 'pagi', kidul)];
    store.api.reference.apply(lines, null, TEST_NOW);
    const today = () => store.api.desk.today(TEST_DATE, 1);
    const groups = [
      { session: 'pagi', desa: kidul, count: 1 },
      { session: 'pagi', desa: lor, count: 2 },
      { session: 'siang', desa: lor, count: 1 },
    ];
    expect(today()).toMatchObject({ groups, summonsTotal: 4 });
    const page = (offset: number) =>
      store.api.desk
        .summons(TEST_DATE, { session: 'pagi', desa: lor, offset, limit: 1 })
        .map(({ nama }) => nama);
    // By name: Asep before Siti, whatever their NIKs are.
    expect([page(0), page(1), page(2)]).toEqual([[testBiodata(3).nama], [testBiodata(0).nama], []]);
    await arrive(2);
    await set(1, 'deferred', 'ke sawah');
    expect(today().groups).toEqual(groups.slice(1));
    expect(today().summonsTotal).toBe(3);
  });
});

describe('a ticket by hand', () => {
  test('is called, not there, back, called, put off: each told, with its times and reason', async () => {
    await arrive(0);
    await set(1, 'called', null, TEST_NOW + MINUTE);
    expect(tickets()[0]).toMatchObject({ state: 'called', calledAt: at(TEST_NOW + MINUTE) });
    await set(1, 'absent');
    await set(1, 'waiting', null, TEST_NOW + 5 * MINUTE);
    expect(tickets()[0]).toMatchObject({ state: 'waiting', arrivedAt: at(TEST_NOW + 5 * MINUTE) });
    await set(1, 'called', null, TEST_NOW + 6 * MINUTE);
    await set(1, 'deferred', 'KK tertinggal');
    expect(tickets()[0]).toMatchObject({
      state: 'deferred',
      reason: 'KK tertinggal',
      calledAt: at(TEST_NOW + 6 * MINUTE),
    });
    const states = ['waiting', 'called', 'absent', 'waiting', 'called', 'deferred'];
    expect(facts().map(({ state }) => state)).toEqual(states);
    expect(facts().at(-1)).toMatchObject({ reason: 'KK tertinggal' });
    expect(audited()).toEqual(states.map((state) => `ticket.${state}`));
  });

  const everyStep = TICKET_STATES.flatMap((from) =>
    (Object.keys(BY_HAND) as StateByHand[]).map((to) => [from, to] as const),
  );
  test.each(everyStep)('from %s to %s goes as the rules say', async (from, to) => {
    await arrive(0);
    store.db.write((tx) => tx.run('UPDATE ticket SET state = ?', from));
    const told = facts().length;
    const after = ticketAfter(from, BY_HAND[to]);
    const change = set(1, to, to === 'deferred' ? 'ke sawah' : null);
    const answer = await change.then(
      () => 'done',
      (error: { code?: string }) => error.code,
    );
    expect(answer).toBe(after === null ? 'request.invalid' : 'done');
    const [now] = store.db.all<{ state: string }>('SELECT state FROM ticket');
    expect(now?.state).toBe(after ?? from);
    expect(facts().length - told).toBe(after === null || (after === from && to !== 'deferred') ? 0 : 1);
  });

  test('a number given by mistake is nobody’s turn, stays used up, and is the same again when its resident comes', async () => {
    await arrive(0);
    await set(1, 'withdrawn');
    expect(tickets()).toEqual([]);
    expect(facts().at(-1)).toMatchObject({ number: 1, state: 'withdrawn' });
    await arrive(1);
    expect(tickets().map(({ number }) => number)).toEqual([2]);
    await arrive(0);
    expect(tickets().map(({ number }) => number)).toEqual([1, 2]);
  });

  test('a number that nobody has is refused', async () => {
    await expect(set(7, 'called')).rejects.toMatchObject({ code: 'request.invalid' });
  });
});

describe('a ticket and its draft', () => {
  test('serving after the call keeps the time of the call; without one it is the call', async () => {
    await arrive(0);
    await arrive(1);
    await set(1, 'called', null, TEST_NOW + MINUTE);
    await begin(0, TEST_NOW + 3 * MINUTE);
    await begin(1, TEST_NOW + 9 * MINUTE);
    expect(tickets().map(({ state, calledAt, arrivedAt }) => [state, calledAt, arrivedAt])).toEqual([
      ['serving', at(TEST_NOW + MINUTE), at(TEST_NOW)],
      ['serving', at(TEST_NOW + 9 * MINUTE), at(TEST_NOW)],
    ]);
  });

  test.each(['deferred', 'absent'] as const)('one that is %s goes on where it was', async (state) => {
    const draft = await completeDraft(store, nik(0));
    await set(1, 'called');
    await set(1, state, state === 'deferred' ? 'pulang mengambil KK' : null);
    const again = await begin(0, TEST_NOW + MINUTE);
    expect(again).toEqual(draft);
    expect(tickets()).toMatchObject([
      { number: 1, state: 'serving', packetId: draft.packetId, reason: null },
    ]);
    await recordDraft(store, again, TEST_NOW + 2 * MINUTE);
    expect(tickets()).toMatchObject([{ number: 1, state: 'done' }]);
  });

  test('a dropped draft puts off who is being served and leaves every other ticket as it is', async () => {
    const served = await completeDraft(store, nik(0));
    const waiting = await completeDraft(store, nik(1));
    await set(2, 'waiting');
    for (const { packetId } of [served, waiting])
      await store.store.drafts.drop(packetId, 'salah orang', by(), TEST_NOW);
    expect(tickets()).toMatchObject([
      { state: 'deferred', reason: 'salah orang' },
      { state: 'waiting', reason: null },
    ]);
  });

  test('who must be recorded anew keeps the number of the day', async () => {
    const { packetId } = await recordResident(store, nik(0));
    store.api.outbox.received([{ packetId, receipt: 'receipt', receivedAt: TEST_NOW }]);
    const anew: Outcome = {
      packetId,
      verdict: 'rejected',
      remedy: 'recapture',
      reasons: [],
      decidedAt: at(TEST_NOW),
    };
    store.api.outbox.outcomes([anew], 'cursor', TEST_NOW);
    expect(await arrive(0, TEST_NOW + MINUTE)).toMatchObject({ number: 1, state: 'waiting' });
  });
});

test('a ticket of before this version arrived when it was called', () => {
  const db = openDatabase({
    file: join(store.dir, 'before.db'),
    key: randomBytes(32),
    nativeBinding: null,
  });
  migrate(db, MIGRATIONS.slice(0, 3));
  const { nik: someone } = testBiodata(0);
  db.write((tx) =>
    tx.run(
      "INSERT INTO ticket(date, number, nik, state, called_at) VALUES (?, 1, ?, 'serving', ?)",
      TEST_DATE,
      someone,
      TEST_NOW,
    ),
  );
  migrate(db, MIGRATIONS);
  expect(createDeskStore(db).today(TEST_DATE, 5).tickets).toMatchObject([
    { number: 1, state: 'serving', calledAt: at(TEST_NOW), arrivedAt: at(TEST_NOW) },
  ]);
  db.close();
});
