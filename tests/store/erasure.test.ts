// What the desk kept of a person goes with the sealed bytes: receipt, final outcome, retention. What must stay known stays.
import { beforeEach, describe, expect, test } from 'vitest';
import type { PacketId } from '../../app/ids.ts';
import { JWS_TYPES, type Outcome, type Receipt } from '../../app/sync/protocol.ts';
import { signJws } from '../../main/security/sign.ts';
import { freshStore } from '../helpers/fresh-store.ts';
import { findPlainText } from '../helpers/plain-text.ts';
import { completeDraft, recordResident, testBiodata, testCaptures, TEST_NOW } from '../helpers/store.ts';

const test1 = freshStore({ residents: 6 });
const DAY = 86_400_000;
const RETENTION = 30 * DAY;
const LATER = TEST_NOW + 31 * DAY;
const nik = (index: number) => test1.niks[index] ?? '';

function receive(packetId: PacketId): void {
  const packet = test1.api.outbox.subject(packetId, '')?.packet;
  if (packet === undefined) throw new Error('no packet');
  const receipt: Receipt = {
    ...{ v: 1, packetId, stationId: test1.activation.stationId, sequence: packet.sequence },
    ...{ manifestSha256: packet.manifestSha256, sha256: packet.sha256, size: packet.size },
    receivedAt: new Date(TEST_NOW).toISOString(),
  };
  const jws = signJws(JWS_TYPES.receipt, 'receipt-1', receipt, test1.center.receiptKey);
  test1.api.outbox.received([{ packetId, receipt: jws, receivedAt: TEST_NOW }]);
}

function decide(packetId: PacketId, verdict: Outcome['verdict'], remedy: Outcome['remedy'] = null): void {
  const outcome = { packetId, verdict, remedy, reasons: [], decidedAt: new Date(TEST_NOW).toISOString() };
  test1.api.outbox.outcomes([outcome], '1', TEST_NOW);
}

const purge = (now: number) => {
  while (test1.api.outbox.purge(now, RETENTION) > 0) {
    // As the engine does.
  }
};
const kept = (packetId: PacketId) =>
  test1.db.get<{ nik: string; nama: string; biodata: string; thumbnail: unknown }>(
    'SELECT nik, nama, biodata, thumbnail FROM enrollment WHERE packet_id = ?',
    packetId,
  );

describe('erasure', () => {
  let packetId: PacketId;
  beforeEach(async () => {
    ({ packetId } = await recordResident(test1, nik(0), { captures: testCaptures() }));
  });

  test('waits for each of the three: receipt, final outcome, retention', () => {
    purge(LATER);
    expect(kept(packetId)?.nik).toBe(nik(0));
    receive(packetId);
    purge(LATER);
    expect(kept(packetId)?.nik).toBe(nik(0));
    decide(packetId, 'rejected', 'amend');
    purge(LATER);
    expect(kept(packetId)?.nik).toBe(nik(0));
    decide(packetId, 'accepted');
    purge(TEST_NOW + 29 * DAY);
    expect(kept(packetId)?.nik).toBe(nik(0));
    purge(LATER);
    expect(kept(packetId)).toEqual({ nik: '', nama: '', biodata: '{}', thumbnail: null });
  });

  test('leaves number, manifest, receipt and outcome, and nothing of the person in the file', async () => {
    const biodata = testBiodata(900, { nama: 'Zulkarnain Xerxes' });
    test1.api.reference.apply([{ type: 'resident', biodata, recorded: null }], null, TEST_NOW);
    const { packetId: own } = await recordResident(test1, biodata.nik);
    receive(own);
    decide(own, 'accepted');
    purge(LATER);
    test1.api.reference.apply([{ type: 'resident-gone', nik: biodata.nik }], null, TEST_NOW);
    const rows = test1.api.outbox.list('all', 0, 10).rows;
    expect(rows.find((row) => row.packetId === own)).toMatchObject({
      ...{ sequence: 2, isErased: true, nik: '', nama: '', state: 'accepted' },
      outcome: { verdict: 'accepted' },
    });
    expect(test1.db.all('SELECT 1 FROM receipt WHERE packet_id = ?', own)).toHaveLength(1);
    expect(
      test1.db.get<{ m: string }>('SELECT manifest AS m FROM packet WHERE packet_id = ?', own)?.m,
    ).toMatch(/^ey/);
    expect(
      test1.db.get<{ n: number }>("SELECT count(*) AS n FROM audit WHERE what = 'packet.erased'")?.n,
    ).toBe(1);
    expect(test1.db.pragma('secure_delete')).toBe(1);
    // Not only unlisted: in no table that a name or photo was in.
    const tables = ['enrollment', 'resident', 'draft', 'packet_blob', 'outbox'];
    for (const table of tables)
      expect(JSON.stringify(test1.db.all(`SELECT * FROM ${table}`))).not.toContain('Xerxes');
    expect(findPlainText(test1.dir, ['Xerxes'])).toEqual([]);
  });

  test('the resident stays known as recorded: by the register, and without it by a keyed hash', async () => {
    receive(packetId);
    decide(packetId, 'accepted');
    purge(LATER);
    const again = () => completeDraft(test1, nik(0), { now: LATER });
    await expect(again()).rejects.toMatchObject({ code: 'resident.recordedHere' });
    expect(test1.api.residents.find(nik(0), 5)).toMatchObject([
      { recorded: expect.not.stringContaining('no') as string },
    ]);
    // The register forgets and brings the resident again, unmarked: the hash alone is left.
    const biodata = testBiodata(0);
    test1.api.reference.apply([{ type: 'resident-gone', nik: biodata.nik }], null, LATER);
    test1.api.reference.apply([{ type: 'resident', biodata, recorded: null }], null, LATER);
    await expect(again()).rejects.toMatchObject({ code: 'resident.recordedHere' });
    expect(test1.api.residents.byNik(nik(0))?.recorded).toMatchObject({ where: 'here' });
    expect(test1.api.residents.find(nik(0), 5)).toMatchObject([{ recorded: 'here' }]);
    // Nobody makes the hash from the digits alone.
    const stored = test1.db.get<{ h: string }>(
      'SELECT nik_hash AS h FROM enrollment WHERE packet_id = ?',
      packetId,
    )?.h;
    expect(stored).toMatch(/^[0-9a-f]{64}$/);
    const after = test1.reopen();
    expect(after.db.keyedHash(nik(0))).toBe(stored);
    expect(after.db.keyedHash(nik(1))).not.toBe(stored);
    await expect(
      after.store.drafts.begin({
        packetId: packetId,
        nik: nik(0) as never,
        date: '2011-12-15',
        by: test1.operator.accountId,
        now: LATER,
      }),
    ).rejects.toMatchObject({ code: 'resident.recordedHere' });
    after.close();
  });

  test('a duplicate that nobody has seen to keeps its name until somebody has', () => {
    receive(packetId);
    decide(packetId, 'duplicate');
    purge(LATER);
    expect(test1.api.tasks.list()).toMatchObject([{ nik: nik(0) }]);
    expect(test1.api.outbox.packet(packetId).hasBytes).toBe(false);
    test1.api.tasks.close(packetId, 'warga pindah', test1.supervisor.accountId, LATER);
    purge(LATER);
    expect(kept(packetId)?.nama).toBe('');
    expect(test1.api.tasks.list()).toEqual([]);
  });

  test('a slip cannot be printed any more, and says why', () => {
    expect(test1.api.slips.open(packetId).nik).toBe(nik(0));
    receive(packetId);
    decide(packetId, 'accepted');
    purge(LATER);
    expect(() => test1.api.slips.open(packetId)).toThrow('slip.erased');
  });
});
