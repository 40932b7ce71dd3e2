import { describe, expect, test } from 'vitest';
import { nikSchema } from '../../app/enrollment/nik.ts';
import type { ReferenceLine } from '../../app/sync/protocol.ts';
import { freshStore } from '../helpers/fresh-store.ts';
import { newPacketId, recordResident, testBiodata, TEST_DATE, TEST_NOW as NOW } from '../helpers/store.ts';

const store = freshStore({ residents: 3 });

const LOR = '32.09.03.2005';
const nik = (index: number) => nikSchema.parse(store.niks[index]);
const apply = (...lines: ReferenceLine[]) => store.api.reference.apply(lines, null, NOW);
const read = () => store.api.progress.read(NOW - 30 * 86_400_000, NOW);
const lor = () => read().desa.find(({ kode }) => kode === LOR);
/** As the center tells that one of ours is recorded. */
const known = (index: number, packetId = newPacketId()): ReferenceLine => ({
  type: 'resident',
  biodata: testBiodata(index),
  recorded: { at: '2011-11-11T03:00:00.000Z', stationId: store.activation.stationId, packetId },
});

describe('progress', () => {
  test('has each desa with its target, and the last deadline of all', () => {
    apply(
      { type: 'target', desa: LOR, mustHave: 4800, deadline: '2011-12-31' },
      { type: 'target', desa: '32.09.03.2001', mustHave: 4700, deadline: '2012-01-31' },
    );
    const { desa, deadline, days } = read();
    expect(deadline).toBe('2012-01-31');
    expect(days).toEqual([]);
    expect(desa).toHaveLength(store.activation.kecamatan.desa.length);
    expect(lor()).toMatchObject({ nama: 'Losari Lor', mustHave: 4800, recorded: 0, waiting: 0, rejected: 0 });
  });

  test('says whom the center has accepted as it counted last; nobody knows before', () => {
    expect(read().acceptedAt).toBeNull();
    expect(lor()).toMatchObject({ accepted: null });
    const counted = (count: number) => ({
      ...{ missing: [], unknown: [], mismatched: [], gaps: [] },
      accepted: [{ desa: LOR, count }],
    });
    store.api.outbox.reconciled(counted(7), { from: 1, to: 1 }, NOW - 1);
    store.api.outbox.reconciled(counted(9), { from: 1, to: 1 }, NOW);
    // An answer that does not say leaves what was said.
    store.api.outbox.reconciled({ ...counted(9), accepted: undefined }, { from: 1, to: 1 }, NOW + 1);
    expect(read().acceptedAt).toBe(new Date(NOW).toISOString());
    expect(read().desa.map(({ kode, accepted }) => accepted === (kode === LOR ? 9 : 0))).not.toContain(false);
  });

  test('knows the days of the register though the PC’s clock stands years behind', () => {
    apply(known(1));
    const flat = Date.parse('2000-01-01T00:00:00Z');
    expect(store.api.progress.read(NOW - 30 * 86_400_000, flat).days).toEqual([
      { date: '2011-11-11', recorded: 1 },
    ]);
  });

  test('says when the center counted by its own time', () => {
    store.api.station.set('clockOffset', '3600000');
    const counted = { missing: [], unknown: [], mismatched: [], gaps: [], accepted: [] };
    store.api.outbox.reconciled(counted, { from: 1, to: 1 }, NOW);
    expect(read().acceptedAt).toBe(new Date(NOW + 3_600_000).toISOString());
  });

  test('what is recorded waits here, waits for a verdict, is accepted or rejected', async () => {
    const { packetId } = await recordResident(store, nik(0));
    apply(known(1), known(2));
    const counted = { missing: [], unknown: [], mismatched: [], gaps: [] };
    const accepted = [{ desa: LOR, count: 1 }];
    store.api.outbox.reconciled({ ...counted, accepted }, { from: 1, to: 1 }, NOW);
    expect(lor()).toMatchObject({ recorded: 3, waiting: 1, examining: 1, accepted: 1, rejected: 0 });
    store.db.write((tx) => tx.run("UPDATE packet SET state = 'rejected' WHERE packet_id = ?", packetId));
    expect(lor()).toMatchObject({ recorded: 3, waiting: 0, examining: 1, accepted: 1, rejected: 1 });
  });

  test('counts a resident once: recorded here, then known at the center', async () => {
    const { packetId } = await recordResident(store, nik(0));
    expect(testBiodata(0).desa).toBe(LOR);
    expect(lor()).toMatchObject({ recorded: 1, waiting: 1 });
    expect(read().days).toEqual([{ date: TEST_DATE, recorded: 1 }]);
    apply(known(0, packetId));
    expect(lor()).toMatchObject({ recorded: 1, waiting: 1 });
    expect(read().days).toEqual([{ date: '2011-11-11', recorded: 1 }]);
  });

  test('keeps how many residents a desa has, and who is recorded, as they come, change and go', () => {
    const counted = () =>
      store.db.all('SELECT desa, residents, recorded FROM resident_count WHERE residents > 0 ORDER BY desa');
    const there = () =>
      store.db.all(
        'SELECT desa, count(*) AS residents, count(recorded_at) AS recorded FROM resident GROUP BY desa ORDER BY desa',
      );
    const moved: ReferenceLine = {
      type: 'resident',
      biodata: { ...testBiodata(1), desa: '32.09.03.2001' },
      recorded: null,
    };
    const steps: ReferenceLine[][] = [
      [],
      [known(0), known(1)],
      [moved],
      [{ ...moved, recorded: { at: '2011-11-11T03:00:00.000Z', stationId: null, packetId: null } }],
      [{ type: 'resident', biodata: testBiodata(0), recorded: null }],
      [{ type: 'resident-gone', nik: nik(1) }],
    ];
    const seen = steps.map((lines) => {
      apply(...lines);
      expect(counted()).toEqual(there());
      return [store.api.residents.count(), lor()?.recorded];
    });
    expect(seen).toEqual([
      [3, 0],
      [3, 2],
      [3, 1],
      [3, 1],
      [3, 0],
      [2, 0],
    ]);
  });

  test('counts whom the other desk recorded', () => {
    apply(known(1), known(2));
    expect(lor()).toMatchObject({ recorded: 2, waiting: 0 });
    expect(read().days).toEqual([{ date: '2011-11-11', recorded: 2 }]);
  });

  test('a packet that the center wants anew is nobody recorded, however it is marked', async () => {
    const { packetId } = await recordResident(store, nik(0));
    store.db.write((tx) => {
      tx.run("UPDATE packet SET state = 'rejected' WHERE packet_id = ?", packetId);
      tx.run(
        "INSERT INTO outcome(packet_id, verdict, remedy, outcome, applied_at) VALUES (?, 'rejected', 'recapture', '{}', ?)",
        packetId,
        NOW,
      );
    });
    expect(lor()).toMatchObject({ recorded: 0, rejected: 1, waiting: 0 });
    apply(known(0, packetId));
    expect(lor()).toMatchObject({ recorded: 0, rejected: 1 });
  });
});
