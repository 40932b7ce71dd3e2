// G1: a kill at any instant leaves a record whole or not there, and what the operator was told is so.
import { Decrypter } from 'age-encryption';
import { expect, test } from 'vitest';
import { decodePacket } from '../../app/enrollment/packet.ts';
import type { PacketId } from '../../app/ids.ts';
import { sha256 } from '../../main/security/sign.ts';
import { createKiller, killsAt, Reopenings, type Aim } from '../helpers/kill.ts';
import { faults, Told } from '../helpers/kill-faults.ts';
import { generator } from '../helpers/random.ts';
import { handOver, openTestStore, recordResident, type TestStore } from '../helpers/store.ts';

const KILLS = killsAt('record');
const SEED = Number(process.env['REKAM_SEED'] ?? 20_111_114);

/** Two of three kills fall into a transaction or just behind it, which lasts some milliseconds; the third anywhere. */
function aims(random: () => number): Aim {
  const count = 1 + Math.floor(random() * 3);
  return random() < 2 / 3
    ? { after: 'commit', lines: count, ms: random() * 8 }
    : { after: 'any', lines: 1 + 3 * count, ms: random() * 12 };
}

test(
  `${KILLS} kills of a recording desk lose, tear and double nothing`,
  async () => {
    const random = generator(SEED);
    let store: TestStore = await openTestStore({ residents: 20 + KILLS * 8 });
    const killer = await createKiller(store.dir, handOver(store), 'record');
    const told = new Told();
    const checked = new Set<string>();
    const reopenings = new Reopenings();
    let bad = 0;
    store.close();
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        const aim = aims(random);
        await killer.kill(aim, told.hear);
        store = reopenings.measure(store.file, () => store.reopen());
        const found = faults(store, told, checked);
        bad += found.length;
        expect.soft(found, `kill ${kill}, seed ${SEED}, ${JSON.stringify(aim)}`).toEqual([]);
        store.close();
      }
    } finally {
      killer.close();
    }
    store = store.reopen();
    reopenings.report('killed while recording', bad, { recorded: told.recorded.size.toLocaleString('en') });
    expect(told.recorded.size).toBeGreaterThan(KILLS / 4);
    expect(reopenings.largestWal).toBeLessThan(64 * 1024 * 1024);
    await everyTenthOpens(store);
    store.destroy();
  },
  Math.max(300_000, KILLS * 3_000),
);

test('control: a station that tells before the commit is caught', async () => {
  const random = generator(SEED);
  let store: TestStore = await openTestStore({ residents: 400 });
  const killer = await createKiller(store.dir, handOver(store), 'record', 'early');
  const told = new Told();
  store.close();
  let caught: string[] = [];
  let kills = 0;
  try {
    while (caught.length === 0 && kills < 40) {
      kills += 1;
      await killer.kill({ after: 'recorded', lines: 1 + Math.floor(random() * 3), ms: 0 }, told.hear);
      store = store.reopen();
      caught = faults(store, told, new Set());
      store.close();
    }
  } finally {
    killer.close();
  }
  console.log(`record-kill control: caught after ${kills} kills`);
  expect(caught.join('\n')).toContain('told recorded, and it is not');
  store.destroy();
});

test('control: a half record and a torn packet are caught', async () => {
  const store = await openTestStore();
  for (const nik of store.niks) await recordResident(store, nik);
  const told = new Told();
  const look = () => faults(store, told, new Set()).join('\n');
  expect(look()).toBe('');
  const half = (sql: string) => {
    let seen = '';
    const undo = () =>
      store.db.write((tx) => {
        tx.run(sql);
        seen = look();
        throw new Error('undo');
      });
    expect(undo).toThrow('undo');
    return seen;
  };
  expect(half('DELETE FROM outbox WHERE sequence = 2')).toContain('outbox and packet differ');
  expect(half("UPDATE ticket SET state = 'serving' WHERE number = 1")).toContain('ticket and packet differ');
  expect(half('DELETE FROM audit WHERE sequence = 3')).toContain('audit chain breaks at 3');
  expect(half("DELETE FROM audit WHERE what = 'enrollment.recorded'")).toContain('audit and packet differ');
  expect(half("DELETE FROM journal WHERE type = 'recorded'")).toContain('journal and packet differ');
  expect(half('UPDATE packet_blob SET sealed = zeroblob(100)')).toContain('torn sealed bytes');
  expect(half('UPDATE packet SET erased_at = 1 WHERE sequence = 2')).toContain('erased too early');
  expect(half("UPDATE enrollment SET nik = '' WHERE rowid = 2")).toContain('half erased');
  expect(half('UPDATE packet SET sequence = 9 WHERE sequence = 5')).toContain('sequence 9 stands at 5');
  store.destroy();
});

async function everyTenthOpens(store: TestStore): Promise<void> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(store.center.identity);
  const ids = store.db.all<{ packet_id: PacketId }>('SELECT packet_id FROM packet WHERE sequence % 10 = 1');
  expect(ids.length).toBeGreaterThan(0);
  for (const { packet_id: packetId } of ids) {
    const sealed = store.api.outbox.sealed(packetId);
    const packet = decodePacket(await decrypter.decrypt(sealed ?? new Uint8Array()), sha256);
    expect(packet).toMatchObject({ ok: true, value: { enrollment: { packetId } } });
  }
}
