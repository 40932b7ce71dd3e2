// A flat battery puts the PC's clock back by years: intake goes on from the latest time that is known.
import { describe, expect, test } from 'vitest';
import { nikSchema } from '../../app/enrollment/nik.ts';
import { DeskClock } from '../../main/clock.ts';
import { freshStore } from '../helpers/fresh-store.ts';
import { codeOf, order, testScanners } from '../helpers/scanner.ts';
import {
  completeDraft,
  newPacketId,
  recordDraft,
  register,
  testBiodata,
  TEST_DATE,
  TEST_NOW as NOW,
  type TestStore,
} from '../helpers/store.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FLAT = Date.parse('2000-01-01T01:00:00.000Z');

const store = freshStore({ residents: 3 });
const nik = (index: number): string => store.niks[index] ?? '';

/** The PC's own clock, as a test sets it. */
function pc(at: number): { at: number; now: () => number } {
  const set = { at, now: () => set.at };
  return set;
}

/** The desk's clock of a run that begins now. */
function started(over: Pick<TestStore, 'api'>, system: () => number): DeskClock {
  const clock = new DeskClock(system);
  clock.restore(over.api.station.knownTime());
  return clock;
}

/** A run that was alive at TEST_NOW and then ended, by itself or not. */
function runBefore(how: 'ended' | 'cut'): void {
  store.api.station.begin(NOW - HOUR);
  store.api.station.alive(NOW, NOW);
  if (how === 'ended') store.api.station.end(NOW, NOW);
}

describe.each(['ended', 'cut'] as const)('after a run that was %s, under a clock put back', (how) => {
  test('a new run goes on from where that one was, and its time passes', () => {
    runBefore(how);
    const system = pc(FLAT);
    const clock = started(store, system.now);
    expect([clock.today(), clock.corrected(), clock.now()]).toEqual([TEST_DATE, NOW, FLAT]);
    system.at += 26 * HOUR;
    expect(clock.corrected()).toBe(NOW + 26 * HOUR);
    expect(clock.today()).toBe('2011-11-15');
    expect(clock.startOfDay()).toBeLessThanOrEqual(system.at);
    expect(clock.startOfDay()).toBeGreaterThan(system.at - DAY);
  });

  test('a resident of 21 is of age, and numbers go on', async () => {
    runBefore(how);
    const young = testBiodata(2, {
      nik: nikSchema.parse('3209034301900001'),
      tanggalLahir: '1990-01-03',
      statusKawin: 1,
    });
    register(store, young);
    const before = store.api.desk.arrive(TEST_DATE, nikSchema.parse(nik(0)), store.operator.accountId, NOW);
    const clock = started(store, pc(FLAT).now);
    const draft = await completeDraft(store, young.nik, { now: clock.now(), date: clock.today() });
    expect(draft.ticket).toBe(before.number + 1);
    await expect(recordDraft(store, draft, clock.now(), clock.today())).resolves.toMatchObject({
      sequence: 1,
    });
    expect(store.api.desk.today(clock.today(), 1).tickets.map(({ number }) => number)).toEqual([1, 2]);
  });
});

test('a scanner is trusted though the PC says that its certificate is not valid yet', async () => {
  const alive = Date.now();
  store.api.station.begin(alive);
  store.api.station.end(alive, alive);
  const desk = await testScanners();
  const clock = started(store, pc(FLAT).now);
  await expect(desk.again({ now: () => clock.corrected() }).capture(order())).resolves.toHaveLength(4);
  expect(
    await codeOf(desk.again({ now: () => clock.now() }).capture(order({ packetId: newPacketId() }))),
  ).toMatchObject({
    code: 'device.untrusted',
  });
});

test('only residents of this day count as its own', async () => {
  await recordDraft(store, await completeDraft(store, nik(0)));
  store.api.station.alive(NOW, NOW);
  const system = pc(FLAT);
  const clock = started(store, system.now);
  await recordDraft(store, await completeDraft(store, nik(1), { now: system.at }), system.at, clock.today());
  expect(store.api.outbox.summary(clock.startOfDay()).recordedToday).toBe(1);
});

describe('a clock that is set while the station runs', () => {
  test('back: the time goes on without a step', () => {
    const system = pc(NOW);
    const clock = started(store, system.now);
    expect(clock.today()).toBe(TEST_DATE);
    system.at = FLAT;
    expect(clock.corrected()).toBe(NOW);
    system.at += 5;
    expect(clock.corrected()).toBe(NOW + 5);
  });

  test('wrongly on: the center alone puts it back, by a pulse and not by what it said before', () => {
    store.api.station.set('clockOffset', '0');
    const system = pc(NOW + 3000 * DAY);
    const clock = started(store, system.now);
    expect(clock.today()).not.toBe(TEST_DATE);
    system.at = NOW;
    clock.heard({ clockOffsetMs: 0, pulses: 0 });
    expect(clock.today()).not.toBe(TEST_DATE);
    clock.heard({ clockOffsetMs: 0, pulses: 1 });
    expect([clock.today(), clock.corrected()]).toEqual([TEST_DATE, NOW]);
    store.api.station.alive(system.at, clock.corrected());
    expect(started(store, system.now).today()).toBe(TEST_DATE);
  });

  test('a pulse corrects what was gone on with', () => {
    store.api.station.alive(NOW, NOW);
    const clock = started(store, pc(FLAT).now);
    expect(clock.today()).toBe(TEST_DATE);
    clock.heard({ clockOffsetMs: NOW + 3 * DAY - FLAT, pulses: 1 });
    expect(clock.today()).toBe('2011-11-17');
  });
});

test('a database built anew begins no earlier than its newest packet', async () => {
  store.api.station.set('clockOffset', String(7 * DAY));
  await recordDraft(store, await completeDraft(store, nik(0)));
  store.api.station.set('clockOffset', '0');
  expect(started(store, pc(FLAT).now).corrected()).toBe(NOW + 7 * DAY);
});
