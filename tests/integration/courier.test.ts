// The courier pack from a real store through a folder into a real center and back: whatever the disk meets on its way,
// nothing is lost and nothing is there twice.
import { generateKeyPairSync } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { importDisk } from '../../center/courier/command.ts';
import { isReceived } from '../../app/enrollment/lifecycle.ts';
import type { PacketId } from '../../app/ids.ts';
import { packetFileName, receiptsLineSchema } from '../../app/sync/courier.ts';
import { JWS_TYPES, receiptSchema } from '../../app/sync/protocol.ts';
import { signJws } from '../../main/security/sign.ts';
import { carriedDisk, courierOf, importAt, packOn } from '../helpers/courier.ts';
import { office } from '../helpers/office.ts';
import type { TestStore } from '../helpers/store.ts';

const states = (store: TestStore) => store.api.outbox.list('all', 0, 200).rows.map(({ state }) => state);
const receiptsIn = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => receiptsLineSchema.parse(JSON.parse(line)));

/** An office whose link is down, so that only the disk carries. */
async function cutOff() {
  const at = await office();
  await at.engine.stop();
  return at;
}

function flipByte(file: string): void {
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(file, bytes);
}

describe('a whole pack', () => {
  test('is taken in, answered, and settled; and once more, and once more', async () => {
    const { center, test: store, record } = await cutOff();
    const ids = await record(5);
    const disk = carriedDisk();
    const { folder, receipts } = packOn(disk, store);
    const courier = courierOf(store);
    expect(await courier.pack(disk)).toMatchObject({
      ...{ ended: 'done', folder, packets: 5, copied: 5, kept: 0, unreadable: 0 },
    });
    expect(states(store)).toEqual(Array(5).fill('recorded'));

    const first = await importAt(center, disk);
    expect(first).toMatchObject({ all: true, said: expect.stringContaining('5 received, 0 held already') });
    expect(await center.packetCount()).toBe(5);
    const answer = readFileSync(receipts);

    // The same pack again: the same answer, to the byte; the folder itself may be named too.
    expect((await importAt(center, folder)).said).toContain('0 received, 5 held already');
    expect(readFileSync(receipts)).toEqual(answer);
    expect(await center.packetCount()).toBe(5);
    expect(center.blobs()).toHaveLength(5);

    expect(await courier.receipts(receipts)).toMatchObject({
      received: 5,
      known: 0,
      waiting: 0,
      refused: [],
    });
    expect(states(store)).toEqual(Array(5).fill('received'));
    for (const id of ids) {
      const kept = store.db.all<{ receipt: string }>('SELECT receipt FROM receipt WHERE packet_id = ?', id);
      expect(kept).toHaveLength(1);
    }
    expect(await courier.receipts(receipts)).toMatchObject({ received: 0, known: 5, waiting: 0 });
    await expect(courier.pack(disk)).rejects.toMatchObject({ code: 'courier.nothing' });
  });

  test('goes to the same folder again: whole files stay, spoiled ones are written again, settled ones go', async () => {
    const { center, test: store, record } = await cutOff();
    const ids = await record(4);
    const disk = carriedDisk();
    const { folder, receipts } = packOn(disk, store);
    const courier = courierOf(store);
    await courier.pack(disk);
    flipByte(path.join(folder, packetFileName(ids[0]!)));
    truncateSync(path.join(folder, packetFileName(ids[1]!)), 100);
    rmSync(path.join(folder, packetFileName(ids[2]!)));
    writeFileSync(path.join(folder, `${packetFileName(ids[3]!)}.part`), 'half of a copy that was cut');
    // The pack's own folder serves as well as the disk.
    expect(await courier.pack(folder)).toMatchObject({ packets: 4, copied: 3, kept: 1 });
    expect((await importAt(center, disk)).all).toBe(true);
    await courier.receipts(receipts);

    const [next] = await record(1);
    expect(await courier.pack(disk)).toMatchObject({ packets: 1, copied: 1, kept: 0 });
    expect(readdirSync(folder).filter((name) => name.includes('.age'))).toEqual([packetFileName(next!)]);
  });

  test('is cut by its person, and goes on where it was', async () => {
    const { test: store, record } = await cutOff();
    await record(6);
    const disk = carriedDisk();
    const courier = courierOf(store, () => courier.cancel());
    expect(await courier.pack(disk)).toMatchObject({ ended: 'cancelled', packets: 0 });
    // Cut before its list: no center takes it for a pack.
    expect(readdirSync(packOn(disk, store).folder)).not.toContain('paket.jws');
    const again = courierOf(store);
    expect(await again.pack(disk)).toMatchObject({ ended: 'done', packets: 6 });
    // One at a time.
    const twice = Promise.all([again.pack(disk), again.pack(disk)]);
    await expect(twice).rejects.toMatchObject({ code: 'courier.running' });
    await again.stop();
  });

  test('leaves out what this station cannot read itself, and carries the rest', async () => {
    const { center, test: store, record } = await cutOff();
    const [spoiled] = await record(3);
    store.db.write((tx) => tx.run("UPDATE packet_blob SET sealed = x'00' WHERE packet_id = ?", spoiled!));
    const disk = carriedDisk();
    expect(await courierOf(store).pack(disk)).toMatchObject({ packets: 2, unreadable: 1 });
    expect(await importAt(center, disk)).toMatchObject({ all: true });
  });
});

describe('link and disk at once', () => {
  test('whichever is first, the center holds each once and gives one receipt', async () => {
    const { center, test: store, startEngine, record } = await cutOff();
    const ids = await record(12, 4_000);
    const disk = carriedDisk();
    const courier = courierOf(store);
    await courier.pack(disk);

    const again = startEngine();
    const [{ all }] = await Promise.all([importAt(center, disk), again.syncNow()]);
    expect(all).toBe(true);
    await courier.receipts(packOn(disk, store).receipts);
    await again.syncNow();
    expect(await center.packetCount()).toBe(12);
    expect(center.blobs()).toHaveLength(12);
    expect(states(store).every(isReceived)).toBe(true);
    for (const id of ids) {
      const kept = store.db.all<{ receipt: string }>('SELECT receipt FROM receipt WHERE packet_id = ?', id);
      const held = await center.running.db
        .selectFrom('packet')
        .select('receipt')
        .where('packet_id', '=', id)
        .execute();
      expect(kept).toEqual(held);
    }
  });

  test('an upload that the link left half-way is completed from the disk', async () => {
    const { center, link, test: store, engine, record } = await office();
    const disk = carriedDisk();
    const [id] = await record(1, 20_000);
    link.cut();
    // Whichever of its next connections it takes for the packet.
    link.next(...Array.from({ length: 8 }, () => ({ up: 60_000 })));
    const sync = engine.syncNow();
    const half = path.join(center.data, 'uploads', id!);
    while ((statSync(half, { throwIfNoEntry: false })?.size ?? 0) === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    engine.cancel();
    await sync;
    await engine.stop();
    expect(await center.packetCount()).toBe(0);
    const courier = courierOf(store);
    await courier.pack(disk);
    expect(await importAt(center, disk)).toMatchObject({ all: true });
    expect(await center.hasPacket(id!)).toBe(true);
    expect(await center.running.db.selectFrom('upload').selectAll().execute()).toEqual([]);
    expect(await courier.receipts(packOn(disk, store).receipts)).toMatchObject({ received: 1, waiting: 0 });
  });
});

describe('a pack that suffered', () => {
  test('a damaged and a missing packet are named, the others arrive, and a better copy brings the rest', async () => {
    const { center, test: store, record } = await cutOff();
    const ids = await record(5);
    const disk = carriedDisk();
    const { folder, receipts } = packOn(disk, store);
    const courier = courierOf(store);
    await courier.pack(disk);
    const file = (id: PacketId | undefined) => path.join(folder, packetFileName(id!));
    flipByte(file(ids[1]));
    rmSync(file(ids[2]));
    truncateSync(file(ids[3]), 10);
    const { all, said } = await importAt(center, disk);
    expect(all).toBe(false);
    expect(said).toContain('2 received, 0 held already, 3 refused');
    expect(said).toMatch(new RegExp(`refused 2 ${ids[1]}: packet-hash`));
    expect(said).toMatch(new RegExp(`refused 3 ${ids[2]}: packet-missing`));
    expect(said).toMatch(new RegExp(`refused 4 ${ids[3]}: packet-hash .*10 of \\d+ bytes`));
    expect(await center.packetCount()).toBe(2);
    expect(await center.running.db.selectFrom('upload').selectAll().execute()).toEqual([]);
    const taken = await courier.receipts(receipts);
    expect(taken).toMatchObject({ received: 2, waiting: 3 });
    expect(taken.refused).toEqual([
      { packetId: ids[1], sequence: 2, problem: 'packet-hash' },
      { packetId: ids[2], sequence: 3, problem: 'packet-missing' },
      { packetId: ids[3], sequence: 4, problem: 'packet-hash' },
    ]);

    expect(await courier.pack(disk)).toMatchObject({ packets: 3, copied: 3 });
    expect(await importAt(center, disk)).toMatchObject({ all: true });
    expect(await courier.receipts(receipts)).toMatchObject({ received: 3, waiting: 0 });
    expect(await center.packetCount()).toBe(5);
  });

  test('a link in place of a packet leads nowhere', async () => {
    const { center, test: store, record } = await cutOff();
    const [id] = await record(1);
    const disk = carriedDisk();
    const { folder } = packOn(disk, store);
    await courierOf(store).pack(disk);
    const file = path.join(folder, packetFileName(id!));
    const elsewhere = path.join(disk, 'elsewhere');
    writeFileSync(elsewhere, readFileSync(file));
    rmSync(file);
    symlinkSync(elsewhere, file);
    expect((await importAt(center, disk)).said).toContain('packet-missing');
    expect(await center.packetCount()).toBe(0);
  });

  test('a list that was cut off or changed is refused whole, without spoiling an answer that is there', async () => {
    const { center, test: store, record } = await cutOff();
    await record(2);
    const disk = carriedDisk();
    const { list, receipts } = packOn(disk, store);
    const courier = courierOf(store);
    await courier.pack(disk);
    const whole = readFileSync(list);
    for (const spoiled of [whole.subarray(0, whole.length - 200), Buffer.from('x'), Buffer.alloc(0)]) {
      writeFileSync(list, spoiled);
      const { all, said } = await importAt(center, disk);
      expect(all).toBe(false);
      expect(said).toContain('pack-invalid');
    }
    flipByte(list);
    expect((await importAt(center, disk)).all).toBe(false);
    expect(await center.packetCount()).toBe(0);
    expect(receiptsIn(receipts)).toEqual([{ type: 'pack-refused', problem: 'pack-invalid' }]);
    expect(await courier.receipts(receipts)).toMatchObject({
      packRefused: 'pack-invalid',
      received: 0,
      waiting: 2,
    });

    await courier.pack(disk);
    await importAt(center, disk);
    const answer = readFileSync(receipts);
    writeFileSync(list, 'x');
    expect((await importAt(center, disk)).all).toBe(false);
    expect(readFileSync(receipts)).toEqual(answer);
    expect(await courier.receipts(receipts)).toMatchObject({ received: 2, waiting: 0 });
  });

  test('a disk without a pack, and a folder without a center, are said to be so', async () => {
    const { center } = await cutOff();
    expect(await importAt(center, carriedDisk())).toEqual({
      all: false,
      said: expect.stringContaining('no courier pack') as string,
    });
    const empty = carriedDisk();
    await expect(importDisk({ data: empty }, empty, pino({ level: 'silent' }), () => {})).rejects.toThrow(
      '--data',
    );
    expect(readdirSync(empty)).toEqual([]);
  });
});

describe('a pack from elsewhere', () => {
  test('of a station that this center does not know, or has revoked, is refused', async () => {
    const { center, test: store, record } = await cutOff();
    const other = await cutOff();
    await other.record(2);
    const disk = carriedDisk();
    await courierOf(other.test).pack(disk);
    expect((await importAt(center, disk)).said).toContain('station-unknown');

    await record(2);
    const own = carriedDisk();
    await courierOf(store).pack(own);
    await center.running.control.revoke(store.api.station.record()!.activation.stationId);
    expect((await importAt(center, own)).said).toContain('station-revoked');
    expect(await center.packetCount()).toBe(0);
  });

  test('whose packets another kecamatan recorded is refused packet by packet', async () => {
    const { center, test: store, record } = await cutOff();
    await record(2);
    const disk = carriedDisk();
    await courierOf(store).pack(disk);
    // Another kecamatan's station signs the list of packets that are none of its own.
    const { stationId } = store.api.station.record()!.activation;
    const neighbour = generateKeyPairSync('ed25519');
    const { db } = center.running;
    const own = await db.selectFrom('kecamatan').selectAll().executeTakeFirstOrThrow();
    await db
      .insertInto('kecamatan')
      .values({
        ...own,
        kode: '32.09.04',
        data: JSON.stringify({ ...own.data, kode: '32.09.04' }),
        policy: JSON.stringify(own.policy),
      })
      .execute();
    const foreign = '7b0f2d4e-5a51-4c3e-9d1a-6f0c8e2b1a01';
    const station = await db
      .selectFrom('station')
      .selectAll()
      .where('id', '=', stationId)
      .executeTakeFirstOrThrow();
    await db
      .insertInto('station')
      .values({
        ...station,
        id: foreign as typeof stationId,
        kecamatan: '32.09.04',
        public_key: neighbour.publicKey.export({ format: 'jwk' }).x!,
      })
      .execute();
    const { list, receipts } = packOn(disk, store);
    const payload = JSON.parse(
      Buffer.from(readFileSync(list, 'utf8').split('.')[1]!, 'base64url').toString(),
    ) as object;
    const stolen = { ...payload, stationId: foreign };
    writeFileSync(list, signJws(JWS_TYPES.courier, foreign, stolen, neighbour.privateKey));
    const { all, said } = await importAt(center, disk);
    expect(all).toBe(false);
    expect(said).toContain('0 received, 0 held already, 2 refused');
    expect(said).toContain('manifest-invalid');
    expect(await center.packetCount()).toBe(0);
    expect(await courierOf(store).receipts(receipts)).toMatchObject({ received: 0, waiting: 2 });
  });

  test('receipts of another station, forged ones and garbage settle nothing and are counted', async () => {
    const { center, test: store, record } = await cutOff();
    const ids = await record(2);
    const neighbour = await office({ center });
    await neighbour.engine.stop();
    await neighbour.record(3);
    const disk = carriedDisk();
    await courierOf(neighbour.test).pack(disk);
    await importAt(center, disk);
    const courier = courierOf(store);
    const theirs = packOn(disk, neighbour.test).receipts;
    expect(await courier.receipts(theirs)).toMatchObject({ foreign: 3, received: 0, waiting: 2 });

    // Ours, but with the receipts signed by another key, or speaking of another size.
    await courier.pack(disk);
    await importAt(center, disk);
    const { receipts } = packOn(disk, store);
    const forger = generateKeyPairSync('ed25519').privateKey;
    const forged = receiptsIn(receipts).map((line) => {
      if (line.type !== 'receipt') throw new Error('refused');
      const payload = receiptSchema.parse(
        JSON.parse(Buffer.from(line.receipt.split('.')[1]!, 'base64url').toString()),
      );
      return JSON.stringify({ type: 'receipt', receipt: signJws(JWS_TYPES.receipt, 'x', payload, forger) });
    });
    const file = path.join(disk, 'tanda-terima.jsonl');
    const refusal = JSON.stringify({ type: 'refused', packetId: ids[0], problem: 'packet-hash' });
    writeFileSync(file, [...forged, '{"type":"receipt"}', '\u0000garbage', '[]', refusal].join('\r\n'));
    expect(await courier.receipts(file)).toMatchObject({
      ...{ received: 0, invalid: 2, garbage: 3, foreign: 0, waiting: 2 },
      refused: [{ packetId: ids[0], sequence: 1, problem: 'packet-hash' }],
    });
    expect(states(store)).toEqual(['recorded', 'recorded']);
    for (const nothing of ['', 'a letter from the office\n', '{}\n']) {
      writeFileSync(file, nothing);
      await expect(courier.receipts(file)).rejects.toMatchObject({ code: 'courier.notReceipts' });
    }
    mkdirSync(path.join(disk, 'folder.jsonl'));
    await expect(courier.receipts(path.join(disk, 'folder.jsonl'))).rejects.toMatchObject({
      code: 'courier.notReceipts',
    });
    expect(await courier.receipts(receipts)).toMatchObject({ received: 2, waiting: 0 });
  });

  test('an old answer does not settle again what the center has lost since', async () => {
    const { center, test: store, record } = await cutOff();
    const [id] = await record(1);
    const disk = carriedDisk();
    const courier = courierOf(store);
    const { receipts } = packOn(disk, store);
    await courier.pack(disk);
    await importAt(center, disk);
    await courier.receipts(receipts);
    const lost = { missing: [id!], unknown: [], mismatched: [], gaps: [] };
    expect(store.api.outbox.reconciled(lost, { from: 1, to: 1 }, Date.now())).toMatchObject({ again: 1 });
    expect(await courier.receipts(receipts)).toMatchObject({ received: 0, invalid: 1, waiting: 1 });
    expect(states(store)).toEqual(['recorded']);
  });
});
