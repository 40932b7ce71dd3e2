import { v4 as uuidv4 } from 'uuid';
import { describe, expect, test } from 'vitest';
import { nikSchema } from '../../app/enrollment/nik.ts';
import { stationIdSchema } from '../../app/ids.ts';
import type { Fact, ReferenceLine } from '../../app/sync/protocol.ts';
import { freshStore } from '../helpers/fresh-store.ts';
import {
  newPacketId,
  openTestStore,
  recordResident,
  testBiodata,
  TEST_DATE,
  TEST_NOW as NOW,
} from '../helpers/store.ts';

const store = freshStore({ residents: 3 });

const nik = (index: number) => nikSchema.parse(store.niks[index]);
const peer = stationIdSchema.parse(uuidv4());
const summons = (index: number, date = TEST_DATE) =>
  ({ nik: nik(index), desa: '32.09.03.2005', date, session: 'pagi' }) as const;
const apply = (...lines: ReferenceLine[]) => store.api.reference.apply(lines, null, NOW);
const entry = (sequence: number, fact: Fact, stationId = peer): ReferenceLine => ({
  type: 'journal',
  entry: { v: 1, stationId, sequence, at: '2011-11-14T02:00:00.000Z', clockOffsetMs: null, fact },
});
const summoned = (date = TEST_DATE) => store.api.desk.today(date, 10).summons.map((row) => row.nik);

describe('the reference delta', () => {
  test('moves the cursor with the lines, or not at all', () => {
    expect(store.api.reference.cursor()).toBeNull();
    store.api.reference.apply([{ type: 'cursor', cursor: 'x', more: true }], 'c1', NOW);
    expect(store.api.reference.cursor()).toBe('c1');
    store.api.reference.apply([], null, NOW);
    expect(store.api.reference.cursor()).toBe('c1');
    const broken = {
      type: 'resident',
      biodata: { ...testBiodata(9), nama: null },
    } as unknown as ReferenceLine;
    expect(() =>
      store.api.reference.apply(
        [{ type: 'resident', biodata: testBiodata(8), recorded: null }, broken],
        'c2',
        NOW,
      ),
    ).toThrow('NOT NULL');
    expect(store.api.reference.cursor()).toBe('c1');
    expect(store.api.residents.count()).toBe(3);
  });

  test('applied twice changes nothing more', () => {
    const lines: ReferenceLine[] = [
      { type: 'resident', biodata: testBiodata(5), recorded: null },
      { type: 'summons', change: 'added', summons: summons(0) },
      { type: 'target', desa: '32.09.03.2005', mustHave: 4800, deadline: '2011-12-31' },
      { type: 'policy', policy: { ...store.activation.policy, fingerThreshold: 70 } },
      entry(1, { type: 'carry-over', nik: nik(0), from: TEST_DATE, to: '2011-11-15', session: 'siang' }),
    ];
    const look = () => [
      store.api.residents.count(),
      store.db.all('SELECT * FROM summons'),
      store.db.all('SELECT * FROM target'),
      store.db.all('SELECT * FROM peer_fact'),
      store.api.station.setting('policy'),
    ];
    apply(...lines);
    const once = look();
    apply(...lines.filter((line) => line.type !== 'summons'));
    expect(look()).toEqual(once);
    expect(JSON.parse(store.api.station.setting('policy') ?? '{}')).toMatchObject({ fingerThreshold: 70 });
    expect(store.api.desk.today('2011-11-15', 5).summons).toMatchObject([{ nik: nik(0), session: 'siang' }]);
  });

  test('a summons is taken away again', () => {
    apply({ type: 'summons', change: 'added', summons: summons(0) });
    expect(summoned()).toEqual([nik(0)]);
    apply({ type: 'summons', change: 'removed', summons: summons(0) });
    expect(summoned()).toEqual([]);
  });

  test('the other station’s recording is known here; our own facts coming back change nothing', async () => {
    apply(entry(1, { type: 'recorded', nik: nik(0), packetId: newPacketId() }));
    expect(store.api.residents.byNik(nik(0))?.recorded).toMatchObject({ where: 'center', stationId: peer });
    apply(entry(1, { type: 'recorded', nik: nik(1), packetId: newPacketId() }, store.activation.stationId));
    expect(store.api.residents.byNik(nik(1))?.recorded).toBeNull();
    await recordResident(store, nik(2));
  });

  test('the center’s own word about a recording stays above the other station’s', () => {
    const recorded = { at: '2011-11-01T02:00:00.000Z', stationId: null, packetId: null };
    apply({ type: 'resident', biodata: testBiodata(0), recorded });
    apply(entry(1, { type: 'recorded', nik: nik(0), packetId: newPacketId() }));
    expect(store.api.residents.byNik(nik(0))?.recorded).toEqual({
      where: 'center',
      at: recorded.at,
      stationId: null,
    });
  });
});

describe('local changes', () => {
  test('stay on top until the center acknowledges them', () => {
    apply({ type: 'summons', change: 'added', summons: summons(0) });
    store.api.journal.append({ type: 'summons', change: 'removed', summons: summons(0) }, NOW);
    store.api.journal.append({ type: 'summons', change: 'added', summons: summons(1) }, NOW);
    const reset = {
      type: 'account-reset',
      accountId: store.operator.accountId,
      by: store.supervisor.accountId,
      hash: 'new',
      mustChange: false,
    } as const;
    store.api.journal.append(reset, NOW);
    const older: ReferenceLine[] = [
      { type: 'summons', change: 'added', summons: summons(0) },
      { type: 'summons', change: 'removed', summons: summons(1) },
      {
        type: 'account',
        id: store.operator.accountId,
        username: 'operator',
        name: 'X',
        role: 'operator',
        hash: 'old',
        mustChange: false,
        active: true,
      },
    ];
    apply(...older);
    expect(summoned()).toEqual([nik(1)]);
    expect(store.api.accounts.byUsername('operator')?.hash).toBe('new');
    store.api.journal.acknowledge(3);
    apply(...older);
    expect(summoned()).toEqual([nik(0)]);
    expect(store.api.accounts.byUsername('operator')?.hash).toBe('old');
  });

  test('a resident whose password was reset here is not locked any more', () => {
    for (let n = 0; n < 5; n++) store.api.accounts.failed(store.operator.accountId, NOW);
    const by = store.supervisor.accountId;
    store.api.journal.append(
      { type: 'account-reset', accountId: store.operator.accountId, by, hash: 'new', mustChange: true },
      NOW,
    );
    expect(store.api.accounts.byUsername('operator')).toMatchObject({
      hash: 'new',
      mustChange: true,
      lockedMs: 0,
    });
  });
});

describe('the journal', () => {
  const state = (waiting: number): Fact => ({
    type: 'state',
    ...{ label: 'Meja 1', version: '0.1.0', recorded: null, waiting, oldestMinutes: null, held: 0 },
    ...{ diskFreeBytes: 1, residentsLeft: null, mirror: null, power: null },
  });

  test('numbers facts without gaps and offers them until they are acknowledged', () => {
    for (let n = 1; n <= 5; n++) store.api.journal.append(state(n), NOW + n);
    expect(store.api.journal.pending(3).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    store.api.journal.acknowledge(3);
    expect(store.api.journal.pending(9)).toMatchObject([
      {
        v: 1,
        stationId: store.activation.stationId,
        sequence: 4,
        at: '2011-11-14T03:00:00.004Z',
        fact: state(4),
      },
      { sequence: 5 },
    ]);
    store.api.journal.acknowledge(1);
    expect(store.api.journal.pending(9)).toHaveLength(2);
    store.api.journal.acknowledge(99);
    store.api.journal.append(state(6), NOW);
    expect(store.api.journal.pending(9).map(({ sequence }) => sequence)).toEqual([6]);
  });

  test('says nothing before the station is activated', async () => {
    const fresh = await openTestStore({ activated: false });
    fresh.api.journal.append(state(1), NOW);
    expect(fresh.api.journal.pending(9)).toEqual([]);
    fresh.destroy();
  });
});

describe('outages', () => {
  test('one at a time; what was recorded meanwhile and a fact at its end', async () => {
    await recordResident(store, nik(0));
    store.api.outages.began(NOW, 'noNetwork');
    store.api.outages.began(NOW + 1, 'dns');
    await recordResident(store, nik(1));
    await recordResident(store, nik(2));
    expect(store.api.outages.latest(5)).toEqual([
      { startedAt: NOW, endedAt: null, cause: 'noNetwork', recordedMeanwhile: 2 },
    ]);
    // The clock was set back in the middle: counting goes by sequence.
    store.api.outages.ended(NOW - 86_400_000);
    store.api.outages.ended(NOW);
    expect(store.api.outages.latest(5)).toMatchObject([{ endedAt: NOW - 86_400_000, recordedMeanwhile: 2 }]);
    const facts = store.api.journal.pending(100).filter(({ fact }) => fact.type === 'outage');
    expect(facts).toMatchObject([{ fact: { cause: 'noNetwork', recordedMeanwhile: 2 } }]);
    store.api.outages.began(NOW + 5, 'timeout');
    expect(store.api.outages.latest(1)).toMatchObject([
      { cause: 'timeout', endedAt: null, recordedMeanwhile: 0 },
    ]);
  });
});
