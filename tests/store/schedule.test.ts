// The schedule in the database: one place for each resident whatever a list says, all of it or none, and nothing scanned.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { v4 as uuidv4 } from 'uuid';
import { describe, expect, test } from 'vitest';
import type { ReadRow, WrongRow } from '../../app/desk/schedule.ts';
import { nikSchema } from '../../app/enrollment/nik.ts';
import { stationIdSchema } from '../../app/ids.ts';
import type { Fact, ReferenceLine } from '../../app/sync/protocol.ts';
import { OTHER_PLACES } from '../../main/store/facts.ts';
import type { SqlValues } from '../../main/store/database.ts';
import {
  CARRIED_OF_DAY,
  createScheduleStore,
  SCHEDULE_GROUPS,
  SCHEDULE_PEOPLE,
} from '../../main/store/schedule.ts';
import { NEXT_ROWS } from '../../main/store/schedule-import.ts';
import { freshStore } from '../helpers/fresh-store.ts';
import { handOver, recordResident, testBiodata, TEST_DATE, TEST_NOW as NOW } from '../helpers/store.ts';

const store = freshStore({ residents: 450 });
const LOR = '32.09.03.2005';
const NEXT = '2011-11-15';
const LATER = '2011-11-21';

const nik = (index: number) => nikSchema.parse(store.niks[index]);
const row = (index: number, over: Partial<ReadRow> = {}): ReadRow => ({
  ...{ line: index + 2, nik: nik(index), date: NEXT, session: 'pagi', desa: null, nama: null, ...over },
});
const stage = (...rows: (ReadRow | WrongRow)[]) => store.api.schedule.stage(rows, TEST_DATE);
const take = (moved = true) =>
  store.api.schedule.take({ today: TEST_DATE, moved, by: store.supervisor.accountId, now: NOW });
const summon = (index: number, date: string, session: 'pagi' | 'siang' = 'pagi') =>
  store.api.reference.apply(
    [
      {
        type: 'summons',
        change: 'added',
        summons: { nik: nik(index), desa: LOR, date, session },
      } as ReferenceLine,
    ],
    null,
    NOW,
  );
const placesOf = (index: number) =>
  store.db.all('SELECT date, session, desa FROM summons WHERE nik = ? ORDER BY date', nik(index));
const facts = () => store.api.journal.pending(500).map(({ fact }) => fact);
const place = (date = NEXT, session = 'pagi') => ({ date, session, desa: LOR });

describe('a staged list', () => {
  test('is counted by what it would do, and nothing has changed yet', async () => {
    summon(1, LATER);
    summon(2, NEXT);
    summon(3, TEST_DATE);
    await recordResident(store, nik(4));
    const before = facts().length;
    stage(
      row(0),
      row(1),
      row(2),
      row(3),
      row(4),
      row(0, { line: 9 }),
      row(5, { desa: '32.09.03.2001' }),
      row(6, { nama: 'ORANG LAIN' }),
      { line: 12, nik: '123', problem: 'nikLength' },
      row(0, { line: 13, nik: nikSchema.parse('9999990101800001') }),
    );
    expect(store.api.schedule.counts()).toEqual({
      rows: 10,
      added: 2,
      moved: 2,
      same: 1,
      wrong: 5,
      named: 1,
    });
    expect(store.api.schedule.problems({ offset: 0, limit: 10 })).toEqual(
      [
        { line: 6, nik: nik(4), problem: 'recorded', detail: '' },
        { line: 7, nik: nik(5), problem: 'desaDiffers', detail: LOR },
        { line: 8, nik: nik(6), problem: 'name', detail: testBiodata(6).nama },
        { line: 9, nik: nik(0), problem: 'twice', detail: '2' },
        { line: 12, nik: '123', problem: 'nikLength', detail: '' },
        { line: 13, nik: '9999990101800001', problem: 'nikUnknown', detail: '' },
      ].toSorted((a, b) => a.line - b.line),
    );
    expect(facts()).toHaveLength(before);
    expect(placesOf(0)).toEqual([]);
  });

  test('once taken leaves each in one place, whatever was open before, and what is past stays', () => {
    summon(1, '2011-11-07');
    summon(1, LATER);
    summon(3, TEST_DATE);
    summon(3, LATER, 'siang');
    summon(2, NEXT, 'siang');
    stage(row(0), row(1), row(2), row(3));
    expect(take()).toEqual({ added: 1, moved: 3 });
    expect([0, 2, 3].map(placesOf)).toEqual([[place()], [place()], [place()]]);
    expect(placesOf(1)).toEqual([place('2011-11-07'), place()]);
    expect(facts()).toEqual([
      {
        ...{ type: 'summons-list', from: TEST_DATE, date: NEXT, session: 'pagi', desa: LOR },
        niks: [0, 1, 2, 3].map(nik).sort(),
      },
    ]);
    const [entry] = store.api.audit.list({
      ...{ by: null, acts: ['summons.imported'], from: null, until: null, offset: 0, limit: 5 },
    }).rows;
    expect(entry).toMatchObject({ by: store.supervisor.name, detail: 'added 1, moved 3' });
  });

  test('leaves who has a place where they are, if so chosen', () => {
    summon(1, LATER);
    stage(row(0), row(1));
    expect(take(false)).toEqual({ added: 1, moved: 0 });
    expect(placesOf(1)).toEqual([place(LATER)]);
  });

  test('is judged anew when it is taken: recorded or moved meanwhile', async () => {
    stage(row(0), row(1), row(2));
    await recordResident(store, nik(0));
    summon(1, NEXT);
    expect(take()).toEqual({ added: 1, moved: 0 });
    expect(placesOf(0)).toEqual([]);
  });

  test('passes over who left the register since, and who is known by a hash alone', async () => {
    const { packetId } = await recordResident(store, nik(1));
    store.db.write((tx) => {
      tx.run(
        "UPDATE enrollment SET nik = '', nik_hash = ? WHERE packet_id = ?",
        tx.keyedHash(nik(1)),
        packetId,
      );
      tx.run('UPDATE resident SET recorded_at = NULL WHERE nik = ?', nik(1));
    });
    const line = (index: number) => ({ line: index + 2, nik: nik(index), date: NEXT, session: 'pagi' });
    store.db.write((tx) => {
      for (const index of [0, 1, 2])
        tx.run(
          `INSERT INTO summons_row(line, nik, date, session, desa, change)
           VALUES (@line, @nik, @date, @session, '32.09.03.2005', 'added')`,
          line(index),
        );
    });
    store.api.reference.apply([{ type: 'resident-gone', nik: nikSchema.parse(nik(0)) }], null, NOW);
    expect(take()).toEqual({ added: 1, moved: 0 });
  });

  test('goes into entries of 200, one place each', () => {
    stage(
      ...Array.from({ length: 450 }, (_, index) => row(index, index % 9 === 0 ? { session: 'siang' } : {})),
    );
    expect(take()).toEqual({ added: 450, moved: 0 });
    const lists = facts() as Extract<Fact, { type: 'summons-list' }>[];
    expect(lists.map(({ session, niks }) => [session, niks.length])).toEqual([
      ['pagi', 200],
      ['pagi', 200],
      ['siang', 50],
    ]);
    expect(store.api.schedule.groups(TEST_DATE, LATER)).toEqual([
      { ...place(), called: 400 },
      { ...place(NEXT, 'siang'), called: 50 },
    ]);
  });

  test('is forgotten in bites', () => {
    stage(...Array.from({ length: 30 }, (_, index) => row(index)));
    expect([20, 20].map((limit) => store.api.schedule.forget(limit))).toEqual([true, false]);
    expect(store.api.schedule.counts().rows).toBe(0);
  });
});

describe('half of a list is never there', () => {
  const whole = () => Array.from({ length: 450 }, (_, index) => row(index));
  const summoned = () => store.db.get<{ n: number }>('SELECT count(*) AS n FROM summons')?.n;

  test.each([1, 3, 5])('when statement %i throws', (at) => {
    stage(...whole());
    let left = at;
    const failing = createScheduleStore({
      ...store.db,
      write: (act) =>
        store.db.write((tx) =>
          act({
            ...tx,
            run: (sql, ...values) => {
              if (--left === 0) throw new Error('no');
              return tx.run(sql, ...values);
            },
          }),
        ),
    });
    const input = { today: TEST_DATE, moved: true, by: store.supervisor.accountId, now: NOW };
    expect(() => failing.take(input)).toThrow('no');
    expect([summoned(), facts()]).toEqual([0, []]);
    expect(take()).toEqual({ added: 450, moved: 0 });
  });

  test.each([2, 6])('when the station is killed after statement %i', async (at) => {
    stage(...whole());
    const file = join(store.dir, 'handed-over.json');
    writeFileSync(file, handOver(store));
    store.close();
    const child = join(import.meta.dirname, '../helpers/take-child.ts');
    const killed = promisify(execFile)(process.execPath, [child, file, String(at)]);
    await expect(killed).rejects.toMatchObject({ signal: 'SIGKILL', stdout: '' });
    const again = store.reopen();
    try {
      expect(again.db.get('SELECT count(*) AS n FROM summons')).toEqual({ n: 0 });
      expect(again.api.journal.pending(5)).toEqual([]);
      expect(again.api.audit.verify()).toBeNull();
    } finally {
      again.close();
    }
  });
});

describe('what others tell', () => {
  const peer = stationIdSchema.parse(uuidv4());
  const list = (niks: readonly number[], date: string, over: Partial<Fact> = {}) =>
    ({
      ...{ type: 'summons-list', from: TEST_DATE, date, session: 'siang', desa: LOR, niks: niks.map(nik) },
      ...over,
    }) as Fact;
  const told = (fact: Fact, sequence: number): ReferenceLine => ({
    type: 'journal',
    entry: { v: 1, stationId: peer, sequence, at: new Date(NOW).toISOString(), clockOffsetMs: null, fact },
  });

  test('twice is once: the other station’s list, and a cut that brings it again', () => {
    summon(0, LATER);
    const lines = [told(list([0, 1], NEXT), 1)];
    store.api.reference.apply(lines, null, NOW);
    store.api.reference.apply(lines, null, NOW);
    expect([placesOf(0), placesOf(1)]).toEqual([[place(NEXT, 'siang')], [place(NEXT, 'siang')]]);
  });

  test('does not undo what was taken in here and is not acknowledged yet', () => {
    stage(row(0), row(1));
    take();
    summon(0, LATER);
    store.api.reference.apply([told(list([1], LATER), 1)], null, NOW);
    expect([placesOf(0), placesOf(1)]).toEqual([[place()], [place()]]);
  });

  test('nor a list that came after a carry-over of the same resident', () => {
    store.api.journal.append(
      { type: 'carry-over', nik: nik(0), from: TEST_DATE, to: LATER, session: 'siang' },
      NOW,
    );
    stage(row(0));
    expect(take()).toEqual({ added: 0, moved: 1 });
    // Speaks of somebody else.
    summon(5, NEXT);
    expect(placesOf(0)).toEqual([place()]);
  });
});

describe('lists for the desa', () => {
  test('name everybody of a session, and who was recorded', async () => {
    for (const index of [0, 1, 2]) summon(index, TEST_DATE);
    await recordResident(store, nik(1));
    const { total, rows } = store.api.schedule.people(
      { date: TEST_DATE, session: 'pagi', desa: LOR },
      { offset: 0, limit: 10 },
    );
    expect(total).toBe(3);
    expect(rows.map(({ nama }) => nama)).toEqual([0, 1, 2].map((index) => testBiodata(index).nama).sort());
    expect(rows.filter(({ recorded }) => recorded)).toMatchObject([{ nik: nik(1) }]);
  });

  test('name who was carried over, with the new place', () => {
    for (const index of [0, 1]) store.api.desk.arrive(TEST_DATE, nik(index), store.operator.accountId, NOW);
    store.api.desk.carryOver({
      ...{ from: TEST_DATE, to: { date: NEXT, session: 'siang' }, niks: null },
      ...{ by: store.operator.accountId, now: NOW },
    });
    store.api.desk.arrive(TEST_DATE, nik(2), store.operator.accountId, NOW);
    const names = store.api.schedule.carried(TEST_DATE);
    expect(names.map((one) => one.nik).sort()).toEqual([nik(0), nik(1)].sort());
    expect(names[0]).toMatchObject(place(NEXT, 'siang'));
  });
});

describe('query plans', () => {
  const plan = (sql: string, ...values: SqlValues) =>
    store.db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values).map(({ detail }) => detail);

  test('the schedule is counted in the index of days alone, in its order', () => {
    expect(plan(SCHEDULE_GROUPS, TEST_DATE, LATER)).toEqual([
      'SEARCH summons USING COVERING INDEX summons_date (date>? AND date<?)',
    ]);
  });
  test('the list of a session is found by index, and only it is sorted', () => {
    const details = plan(SCHEDULE_PEOPLE, TEST_DATE, 'pagi', LOR, 5, 0);
    expect(details[0]).toBe('SEARCH s USING COVERING INDEX summons_date (date=? AND session=? AND desa=?)');
    expect(details.filter((detail) => detail.startsWith('SCAN'))).toEqual([]);
  });
  test('who was carried over is found by the tickets of the day', () => {
    const details = plan(CARRIED_OF_DAY, { date: TEST_DATE });
    expect(details.filter((detail) => /^SCAN (?!c$|\(subquery)/.test(detail))).toEqual([]);
  });
  test('a list is walked in the order of its index, and other places are found by resident', () => {
    const details = plan(NEXT_ROWS, '', '', '', '').join('\n');
    expect(details).toMatch(/^SEARCH summons_row USING COVERING INDEX summons_row_place/);
    expect(details).not.toContain('TEMP B-TREE');
    expect(plan(`SELECT nik ${OTHER_PLACES}`, '[]', TEST_DATE, NEXT)[0]).toBe(
      'SEARCH summons USING PRIMARY KEY (nik=? AND date>?)',
    );
  });
});
