import { describe, expect, test } from 'vitest';
import type { PacketId } from '../../app/ids.ts';
import { freshStore } from '../helpers/fresh-store.ts';
import { completeDraft, newPacketId, recordResident, testBiodata, TEST_NOW } from '../helpers/store.ts';

const store = freshStore();

const nik = (index: number): string => store.niks[index] ?? '';

function handOver(packetId: PacketId, expected: number, to: 'printer' | 'pdf' = 'printer'): void {
  const by = store.supervisor.accountId;
  store.api.slips.printed({ packetId, expected, by, paper: '80mm', to, now: TEST_NOW + expected });
}

function takeBack(packetId: PacketId, number: number): void {
  store.api.slips.takeBack({ packetId, number, by: store.supervisor.accountId, now: TEST_NOW });
}

function entries(packetId: PacketId): string[] {
  return store.db
    .all<{ line: string }>(
      "SELECT what || ' ' || detail AS line FROM audit WHERE subject = ? AND what LIKE 'slip.%' ORDER BY sequence",
      packetId,
    )
    .map(({ line }) => line);
}

describe('a slip', () => {
  test('says what was recorded, by whom, and that nobody has it yet', async () => {
    const recorded = await recordResident(store, nik(1));
    expect(store.api.slips.open(recorded.packetId)).toEqual({
      packetId: recorded.packetId,
      sequence: 1,
      nik: nik(1),
      nama: testBiodata(1).nama,
      recordedAt: '2011-11-14T03:00:00.000Z',
      operator: 'Operator Satu',
      printed: 0,
    });
  });

  test('says when by the center’s clock, as far as that was known', async () => {
    const flat = Date.parse('2000-01-01T03:00:00.000Z');
    store.api.station.set('clockOffset', String(TEST_NOW - flat));
    const { packetId } = await recordResident(store, nik(1), { now: flat });
    expect(store.api.slips.open(packetId).recordedAt).toBe('2011-11-14T03:00:00.000Z');
  });

  test('is refused for a draft, even a complete one, and for nothing at all', async () => {
    const draft = await completeDraft(store, nik(0));
    for (const packetId of [draft.packetId, newPacketId()]) {
      expect(() => store.api.slips.open(packetId)).toThrow(
        expect.objectContaining({ code: 'slip.unrecorded' }),
      );
      expect(() => handOver(packetId, 0)).toThrow(expect.objectContaining({ code: 'slip.unrecorded' }));
      expect(entries(packetId)).toEqual([]);
    }
  });

  test('is counted for each hand-over of its own packet, and stays so after a restart', async () => {
    const one = await recordResident(store, nik(0));
    const other = await recordResident(store, nik(1));
    handOver(one.packetId, 0);
    handOver(one.packetId, 1, 'pdf');
    const after = store.reopen();
    expect(after.api.slips.open(one.packetId).printed).toBe(2);
    expect(after.api.slips.open(other.packetId).printed).toBe(0);
    after.close();
  });

  test('whose count has grown meanwhile is not handed over again under the old mark', async () => {
    const { packetId } = await recordResident(store, nik(0));
    handOver(packetId, 0);
    for (const expected of [0, 2]) {
      expect(() => handOver(packetId, expected)).toThrow(expect.objectContaining({ code: 'slip.stale' }));
    }
    expect(store.api.slips.open(packetId).printed).toBe(1);
    expect(entries(packetId)).toEqual(['slip.printed 1 80mm printer']);
  });

  test('that never left is not counted, and the audit chain says both', async () => {
    const { packetId } = await recordResident(store, nik(0));
    handOver(packetId, 0);
    takeBack(packetId, 1);
    expect(store.api.slips.open(packetId).printed).toBe(0);
    handOver(packetId, 0);
    expect(entries(packetId)).toEqual([
      'slip.printed 1 80mm printer',
      'slip.failed 1 uncounted',
      'slip.printed 1 80mm printer',
    ]);
    expect(store.api.audit.verify()).toBeNull();
  });

  test('that never left stays counted once a later one bears its number', async () => {
    const { packetId } = await recordResident(store, nik(0));
    handOver(packetId, 0);
    handOver(packetId, 1);
    takeBack(packetId, 1);
    expect(store.api.slips.open(packetId).printed).toBe(2);
    expect(entries(packetId).at(-1)).toBe('slip.failed 1 counted');
  });
});
