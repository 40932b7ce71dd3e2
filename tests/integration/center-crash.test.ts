import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { activateAnswerSchema, JWS_TYPES, RECEIPT_HEADER, receiptSchema } from '../../app/sync/protocol.ts';
import { sha256, verifyJws } from '../../main/security/sign.ts';
import { makeResidents } from '../../center/demo/residents.ts';
import { filesIn, startTestCenter, type TestCenter } from '../helpers/center.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { spawnCenter, type CenterProcess } from '../helpers/center-process.ts';
import {
  activateStation,
  activateWith,
  TestStation,
  type Answer,
  type TestPacket,
} from '../helpers/center-station.ts';

const [resident] = makeResidents(10, '2026-11-16', 1) as [Biodata];
const blobOf = (data: string, packet: TestPacket) =>
  filesIn(path.join(data, 'blobs')).find((file) => path.basename(file) === packet.id);
const headerOf = (answer: Answer) => answer.headers[RECEIPT_HEADER];

describe('a center that is killed', () => {
  let data: string;
  let center: CenterProcess;
  let station: TestStation;
  beforeAll(async () => {
    data = temporaryFolder('rekam-crash-');
    center = await spawnCenter(data, 0, '--demo', '--residents', '50');
    const key = generateKeyPairSync('ed25519').privateKey;
    const answer = await activateWith(center, center.activationCode ?? '', key);
    station = new TestStation(center, key, activateAnswerSchema.parse(answer.json));
  });
  afterAll(async () => {
    await center.stop();
    rmSync(data, { recursive: true, force: true });
  });

  /** Killed, and started again on the same data and port: its stations find it where it was. */
  async function killAndStart(): Promise<void> {
    await center.kill();
    center = await spawnCenter(data, center.port);
    expect(center.activationCode).toBe(null);
  }

  /** What a station does after any failure: ask, then go on. */
  async function deliver(packet: TestPacket): Promise<string> {
    const head = await station.head(packet);
    const kept = headerOf(head);
    if (typeof kept === 'string') return kept;
    const rest =
      head.status === 404
        ? await station.create(packet)
        : await station.append(packet, Number(head.headers['upload-offset']));
    const receipt = headerOf(rest);
    if (typeof receipt !== 'string') throw new Error(`no receipt: ${rest.status} ${rest.body}`);
    return receipt;
  }

  function check(packet: TestPacket, receipt: string): void {
    const payload = receiptSchema.parse(
      verifyJws(JWS_TYPES.receipt, receipt, station.activation.receiptKey.x),
    );
    expect(payload).toMatchObject({ packetId: packet.id, manifestSha256: packet.manifestSha256 });
    const blob = blobOf(data, packet);
    expect(blob && sha256(readFileSync(blob))).toBe(packet.manifest.sha256);
  }

  test('in the middle of an upload goes on from what it had', async () => {
    const packet = await station.packet(resident, { partSize: 60_000 });
    const file = path.join(data, 'uploads', packet.id);
    const half = Math.floor(packet.sealed.length / 2);
    let killed: Promise<void> | undefined;
    const when = () => {
      if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < half / 2) return false;
      killed ??= killAndStart();
      return false;
    };
    await expect(station.create(packet, { cut: { after: half, when } })).rejects.toThrow(
      /socket|ECONN|EPIPE/,
    );
    await killed;
    const head = await station.head(packet);
    expect(head.status).toBe(200);
    const offset = Number(head.headers['upload-offset']);
    expect(offset).toBeGreaterThan(0);
    expect(offset).toBeLessThanOrEqual(half);
    check(packet, await deliver(packet));
  });

  test('around the last byte has the packet once, or not yet, and never gives a second receipt', async () => {
    for (let wait = 0; wait < 5; wait += 1) {
      const packet = await station.packet(resident);
      const sending = station.create(packet).then(headerOf, () => undefined);
      // The kill falls between the first byte and some milliseconds after the answer, elsewhere in each round.
      await sleep(4 + wait * 8);
      await killAndStart();
      const early = await sending;
      const receipt = await deliver(packet);
      expect(early ?? receipt).toBe(receipt);
      check(packet, receipt);
      expect(await deliver(packet)).toBe(receipt);
    }
  }, 120_000);

  test('ends by itself on SIGTERM, and leaves nothing running', async () => {
    expect(await center.stop()).toBe(0);
    expect(
      statSync(path.join(data, 'postgres', 'postmaster.pid'), { throwIfNoEntry: false }),
    ).toBeUndefined();
    center = await spawnCenter(data, center.port);
    expect(await station.call('GET', '/v1/outcomes')).toMatchObject({ status: 200 });
  });
});

describe('what a crash can leave behind is mended', () => {
  let center: TestCenter;
  let station: TestStation;
  beforeAll(async () => {
    center = await startTestCenter({ residents: 50 });
    station = await activateStation(center);
  });

  /** The database as it was before the packet's transaction. */
  async function undoCommit(packet: TestPacket): Promise<void> {
    const { db } = center.running;
    const row = await db
      .selectFrom('packet')
      .selectAll()
      .where('packet_id', '=', packet.id)
      .executeTakeFirstOrThrow();
    await db.deleteFrom('outcome').where('packet_id', '=', packet.id).execute();
    await db.deleteFrom('enrolled').where('packet_id', '=', packet.id).execute();
    await db.deleteFrom('packet').where('packet_id', '=', packet.id).execute();
    const { kecamatan, station_id, delivered_by, manifest, manifest_sha256, sha256: hash, size } = row;
    await db
      .insertInto('upload')
      .values({
        packet_id: packet.id,
        kecamatan,
        station_id,
        delivered_by,
        manifest,
        manifest_sha256,
        sha256: hash,
        size,
        created_at: new Date(),
      })
      .execute();
  }

  async function received(): Promise<TestPacket> {
    const packet = await station.packet(resident);
    expect((await station.create(packet)).status).toBe(201);
    await center.outcomes(await center.packetCount());
    await undoCommit(packet);
    return packet;
  }

  test('between rename and transaction: at the next start', async () => {
    const packet = await received();
    expect(await station.receipt(packet)).toMatchObject({ status: 404 });
    await center.restart();
    expect((await station.receipt(packet)).status).toBe(200);
  });

  test("between rename and transaction: at the station's next question", async () => {
    const packet = await received();
    expect(headerOf(await station.head(packet))).toBeTypeOf('string');
    const other = await received();
    expect(await station.create(other)).toMatchObject({ status: 200 });
  });

  test('between the last byte and rename, also when the disk then holds something else', async () => {
    const whole = await received();
    const torn = await received();
    for (const packet of [whole, torn]) {
      const blob = blobOf(center.data, packet) ?? '';
      const upload = path.join(center.data, 'uploads', packet.id);
      copyFileSync(blob, upload);
      chmodSync(upload, 0o600);
      rmSync(blob);
    }
    const file = path.join(center.data, 'uploads', torn.id);
    const bytes = readFileSync(file);
    bytes.fill(0, bytes.length - 100);
    await import('node:fs/promises').then((fs) => fs.writeFile(file, bytes));
    await center.restart();
    expect((await station.receipt(whole)).status).toBe(200);
    expect(await station.head(torn)).toMatchObject({ status: 404 });
    expect((await station.create(torn)).status).toBe(201);
  });

  test('a blob that rotted while the database forgot it: good bytes take its place', async () => {
    const packet = await received();
    const blob = blobOf(center.data, packet) ?? '';
    chmodSync(blob, 0o600);
    writeFileSync(blob, readFileSync(blob).fill(0, 0, 100));
    // With the upload's row still there, and then without.
    expect(await station.head(packet)).toMatchObject({ status: 422 });
    const again = await station.create(packet);
    expect(again.status).toBe(201);
    expect(headerOf(again)).toBeTypeOf('string');
    expect(sha256(readFileSync(blobOf(center.data, packet) ?? ''))).toBe(sha256(packet.sealed));
  });
});
