// Outages of the link and the power, by the desk's time, and who is in them.
import { describe, expect, test } from 'vitest';
import { nikSchema } from '../../app/enrollment/nik.ts';
import { reportOf } from '../../app/desk/outages.ts';
import { openDatabase } from '../../main/store/database.ts';
import { migrate, MIGRATIONS } from '../../main/store/migrate.ts';
import { freshStore } from '../helpers/fresh-store.ts';
import { recordResident, TEST_DATE, TEST_NOW as NOW } from '../helpers/store.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FLAT = Date.parse('2000-01-01T01:00:00.000Z');
const store = freshStore({ residents: 8 });
const nik = (index: number) => nikSchema.parse(store.niks[index]);
const found = (from = NOW - 30 * DAY, until = NOW + 30 * DAY) => store.api.outages.between(from, until);
const turn = (who: number) => ({ date: TEST_DATE, who: String(who) });
const arrive = (index: number) =>
  store.api.desk.arrive(TEST_DATE, nik(index), store.operator.accountId, NOW).number;
/** Alive until NOW, and gone without a word; the next run begins at this clock. */
function cut(nextStart: number): void {
  store.api.station.begin(NOW - HOUR);
  store.api.station.alive(NOW, NOW);
  store.api.station.begin(nextStart);
}
const pulse = (clock: number, offset: number) => {
  store.api.station.set('clockOffset', String(offset));
  store.api.outages.ended(clock);
};

describe('the link', () => {
  test('has in it who was recorded meanwhile, by day and number, and nobody before or after', async () => {
    await recordResident(store, nik(0));
    store.api.outages.began(NOW, 'dns');
    await recordResident(store, nik(1));
    await recordResident(store, nik(2));
    expect(found()).toMatchObject([{ cause: 'dns', endedAt: null, recorded: [turn(2), turn(3)] }]);
    store.api.outages.ended(NOW + HOUR);
    await recordResident(store, nik(3));
    expect(found()).toEqual([
      { cause: 'dns', startedAt: NOW, endedAt: NOW + HOUR, recorded: [turn(2), turn(3)], waiting: [] },
    ]);
  });

  test('is found by every time that it touches', () => {
    store.api.outages.began(NOW, 'timeout');
    store.api.outages.ended(NOW + HOUR);
    expect(found(NOW + HOUR, NOW + DAY)).toEqual([]);
    expect(found(NOW - DAY, NOW)).toEqual([]);
    expect(found(NOW + HOUR - 1, NOW + DAY)).toHaveLength(1);
    store.api.outages.began(NOW + 2 * HOUR, 'timeout');
    expect(found(NOW + 9 * DAY, NOW + 10 * DAY)).toHaveLength(1);
  });

  test('lasts as long as it did, though the clock was set back in the middle and a pulse set it right', () => {
    store.api.station.alive(NOW, NOW);
    store.api.outages.began(NOW, 'timeout');
    pulse(NOW - DAY + HOUR, DAY);
    expect(found()).toMatchObject([{ startedAt: NOW, endedAt: NOW + HOUR }]);
  });

  test('begins by the last sign of life where the clock is behind it', () => {
    store.api.station.alive(NOW, NOW);
    store.api.outages.began(FLAT, 'timeout');
    expect(found()).toMatchObject([{ startedAt: NOW }]);
  });
});

describe('the power', () => {
  test('that went in the middle of a day is kept with who waited then', async () => {
    await recordResident(store, nik(0));
    for (const index of [1, 2, 3, 4]) arrive(index);
    const by = store.operator.accountId;
    store.api.desk.setTicket(TEST_DATE, 3, 'deferred', 'sakit', by, NOW);
    store.api.desk.setTicket(TEST_DATE, 4, 'called', null, by, NOW);
    store.api.desk.setTicket(TEST_DATE, 4, 'absent', null, by, NOW);
    cut(NOW + HOUR);
    const all = found();
    expect(all).toEqual([
      {
        ...{ cause: 'stop', startedAt: NOW, endedAt: NOW + HOUR, recorded: [] },
        waiting: [turn(2), turn(3), turn(5)],
      },
    ]);
    expect(reportOf(all, '2011-11', NOW + DAY)).toMatchObject({ sentHome: 3, power: { lastedMs: HOUR } });
  });

  test('is not what a run that ended by itself lacked, nor one that slept or whose session Windows ended', () => {
    store.api.station.begin(NOW - HOUR);
    store.api.station.end(NOW, NOW);
    store.api.station.begin(NOW + HOUR);
    expect(found()).toEqual([]);
    for (const what of ['system.suspend', 'system.session-end'] as const) {
      store.api.station.alive(NOW + DAY, NOW + DAY);
      store.api.audit.append({ at: NOW + DAY - 900, by: null, what, subject: null });
      store.api.station.begin(NOW + 2 * DAY);
    }
    expect(found()).toEqual([]);
    // It woke, and worked on: then the power went.
    store.api.station.alive(NOW + 3 * DAY, NOW + 3 * DAY);
    store.api.station.begin(NOW + 4 * DAY);
    expect(found()).toMatchObject([{ startedAt: NOW + 3 * DAY, endedAt: NOW + 4 * DAY }]);
  });

  test('that took the clock with it gets its end from the first pulse', () => {
    cut(FLAT);
    expect(reportOf(found(), '2011-11', NOW + DAY).power).toEqual({ count: 1, lastedMs: 0, unknown: 1 });
    pulse(FLAT + 5 * 60_000, NOW + HOUR - FLAT);
    expect(found()).toMatchObject([{ startedAt: NOW, endedAt: NOW + HOUR }]);
    // A later pulse says nothing of it any more.
    pulse(FLAT + HOUR, NOW - FLAT);
    expect(found()).toMatchObject([{ endedAt: NOW + HOUR }]);
  });

  test('on the battery is kept from the first word of it to the last, with who was recorded', async () => {
    store.api.station.begin(NOW - HOUR);
    store.api.outages.onBattery(false, NOW - HOUR);
    store.api.outages.onBattery(true, NOW);
    store.api.outages.onBattery(true, NOW + 1);
    await recordResident(store, nik(0));
    expect(found()).toMatchObject([{ cause: 'battery', endedAt: null, recorded: [turn(1)] }]);
    store.api.outages.onBattery(false, NOW + HOUR);
    store.api.outages.onBattery(false, NOW + 2 * HOUR);
    await recordResident(store, nik(1));
    expect(found()).toEqual([
      { cause: 'battery', startedAt: NOW, endedAt: NOW + HOUR, recorded: [turn(1)], waiting: [] },
    ]);
  });

  test('that went before the first sign of life went when that run began, not with the day before', () => {
    store.api.station.begin(NOW - DAY);
    store.api.station.end(NOW - DAY + HOUR, NOW - DAY + HOUR);
    store.api.station.begin(NOW);
    store.api.station.begin(NOW + HOUR);
    expect(found()).toMatchObject([{ cause: 'stop', startedAt: NOW, endedAt: NOW + HOUR }]);
  });

  test('whose end no pulse of its own run has told is not told by a later run', () => {
    cut(FLAT);
    store.api.station.end(FLAT + HOUR, NOW + HOUR);
    store.api.station.begin(FLAT + DAY);
    pulse(NOW + DAY, NOW - FLAT);
    expect(found()).toMatchObject([{ cause: 'stop', startedAt: NOW, endedAt: FLAT }]);
  });

  test.each(['end', 'cut'] as const)('on a battery that the run did not outlive (%s) ends there', (how) => {
    store.api.station.begin(NOW - HOUR);
    store.api.outages.onBattery(true, NOW - HOUR);
    if (how === 'end') store.api.station.end(NOW, NOW);
    else store.api.station.alive(NOW, NOW);
    store.api.station.begin(NOW + HOUR);
    const battery = { cause: 'battery', startedAt: NOW - HOUR, endedAt: NOW };
    const stop = { cause: 'stop', startedAt: NOW, endedAt: NOW + HOUR };
    expect(found()).toMatchObject(how === 'end' ? [battery] : [battery, stop]);
  });
});

test('stops from before there was a history are taken from the runs', () => {
  const db = openDatabase({ file: ':memory:', key: Buffer.alloc(32, 7), nativeBinding: null });
  migrate(db, MIGRATIONS.slice(0, 18));
  db.exec(`
    INSERT INTO run(began_at, alive_at, ended_at) VALUES (1, 10, 11), (20, 30, NULL), (40, 50, NULL);
    INSERT INTO outage(started_at, ended_at, cause, sequence_before, recorded_meanwhile) VALUES (5, 6, 'dns', 0, 0);
  `);
  migrate(db);
  expect(db.all('SELECT kind, started_at, ended_at FROM power_outage')).toEqual([
    { kind: 'stop', started_at: 30, ended_at: 40 },
  ]);
  expect(db.all('SELECT desk_started_at, desk_ended_at FROM outage')).toEqual([
    { desk_started_at: 5, desk_ended_at: 6 },
  ]);
  db.close();
});
