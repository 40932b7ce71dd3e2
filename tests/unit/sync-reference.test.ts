// What the center sends and this version cannot read: told, counted, never passed over by a page; and fetched again by
// a version that can.
import { expect, test } from 'vitest';
import { PATHS } from '../../app/sync/protocol.ts';
import { fakeStation } from '../helpers/fake-station.ts';
import { testBiodata } from '../helpers/store.ts';

const MINUTE = 60_000;
const resident = (index: number, over: object = {}) =>
  JSON.stringify({ type: 'resident', biodata: { ...testBiodata(index), ...over }, recorded: null });
const cursor = (at: string) => JSON.stringify({ type: 'cursor', cursor: at, more: false });

test('fields that a later version of the center adds are passed over', async () => {
  const { engine, clock, center, test: store } = await fakeStation();
  const state = {
    type: 'ticket',
    date: '2011-11-14',
    number: 1,
    nik: store.niks[0],
    state: 'waiting',
    reason: null,
  };
  const entry = {
    ...{ v: 1, stationId: '00000000-0000-4000-8000-00000000000a', sequence: 1, later: 1 },
    ...{ at: '2011-11-14T02:00:00.000Z', clockOffsetMs: null, fact: { ...state, desk: 'B' } },
  };
  center.referenceLines = [
    resident(40, { email: null }),
    JSON.stringify({ type: 'journal', entry }),
    JSON.stringify({ type: 'target', desa: '32.09.03.2005', mustHave: 10, deadline: '2011-12-31', of: 1 }),
    cursor('7'),
  ];
  engine.start();
  await clock.settle();
  expect(store.api.residents.byNik(testBiodata(40).nik)?.biodata).toEqual(testBiodata(40));
  expect(store.api.reference.rejected()).toBe(0);
  expect(store.db.all('SELECT 1 FROM peer_fact')).toHaveLength(1);
});

test('lines that cannot be read are counted once, and taken again by another version', async () => {
  const { clock, center, test: store, restart } = await fakeStation();
  center.referenceLines = [cursor('3')];
  const first = await restart({ appVersion: '1' });
  first.start();
  await clock.settle();
  center.referenceLines = [
    resident(40, { nama: 'SITI 2' }),
    resident(41),
    resident(42, { nama: '' }),
    cursor('7'),
  ];
  await clock.advance(2 * MINUTE);
  expect(store.api.reference.rejected()).toBe(2);
  expect(store.api.residents.byNik(testBiodata(41).nik)).not.toBeNull();
  center.referenceLines = [cursor('9')];
  await clock.advance(10 * MINUTE);
  expect(store.api.reference.rejected()).toBe(2);
  expect(store.api.reference.cursor()).toBe('9');
  // The same version knows no better; a newer one may.
  for (const [appVersion = '', after = ''] of [
    ['1', '9'],
    ['2', '3'],
  ]) {
    center.requests.length = 0;
    (await restart({ appVersion })).start();
    await clock.settle();
    expect(center.count('GET', `${PATHS.reference}?after=${after}`)).toBe(1);
  }
  expect(store.api.reference.rejected()).toBe(0);
});

test('the cursor does not pass a page of which nothing can be read', async () => {
  const { engine, clock, center, test: store, events } = await fakeStation();
  center.referenceLines = [resident(40, { nama: 7 }), resident(41, { nama: 7 }), cursor('7')];
  engine.start();
  await clock.advance(20 * MINUTE);
  expect(store.api.reference.cursor()).toBeNull();
  expect(store.api.reference.rejected()).toBe(2);
  expect(events).toContain('sync.chore');
  expect(center.count('GET', PATHS.reference)).toBeLessThan(20);
  // The center was mended.
  center.referenceLines = [resident(40), resident(41), cursor('8')];
  await clock.advance(20 * MINUTE);
  expect(store.api.reference.cursor()).toBe('8');
  expect(store.api.reference.rejected()).toBe(0);
  expect(store.api.residents.byNik(testBiodata(41).nik)).not.toBeNull();
});
