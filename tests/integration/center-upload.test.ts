import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { JWS_TYPES, RECEIPT_HEADER, receiptSchema } from '../../app/sync/protocol.ts';
import { sha256, verifyJws } from '../../main/security/sign.ts';
import { startCenter } from '../../center/center.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { activateStation, TestStation, type Answer, type TestPacket } from '../helpers/center-station.ts';

let center: TestCenter;
let station: TestStation;
let resident: Biodata;
beforeAll(async () => {
  center = await startTestCenter();
  station = await activateStation(center);
  [resident] = (await center.residents({ recorded: false })) as [Biodata];
});

function receiptOf(answer: Answer): string {
  const header = answer.headers[RECEIPT_HEADER];
  if (typeof header !== 'string') throw new Error(`no receipt: ${answer.status} ${answer.body}`);
  return header;
}

function blobOf(packet: TestPacket): string {
  const found = center.blobs().find((file) => path.basename(file) === packet.id);
  if (found === undefined) throw new Error('no blob');
  return found;
}

const arrived = (packet: TestPacket) =>
  (statSync(path.join(center.data, 'uploads', packet.id), { throwIfNoEntry: false })?.size ?? 0) > 0;

/** Sends some bytes and then nothing, without an end. */
function hang(from: TestStation, packet: TestPacket, bytes: number): Promise<Answer> {
  const hanging = from.create(packet, { cut: { after: bytes, when: () => false } });
  hanging.catch(() => undefined);
  return hanging;
}

async function waitForBytes(packet: TestPacket): Promise<void> {
  await vi.waitUntil(() => arrived(packet), { timeout: 20_000, interval: 5 });
}

/** Cuts the connection when some bytes have come to the center's disk. */
async function cutUpload(packet: TestPacket, bytes: number): Promise<number> {
  const when = () => arrived(packet);
  await expect(station.create(packet, { cut: { after: bytes, when } })).rejects.toThrow('cut');
  const head = await station.head(packet);
  expect(head.status).toBe(200);
  return Number(head.headers['upload-offset']);
}

describe('an upload', () => {
  test('in one request ends in a receipt over the manifest, with the blob in its place', async () => {
    const packet = await station.packet(resident);
    const answer = await station.create(packet);
    expect(answer.status).toBe(201);
    const receipt = receiptSchema.parse(
      verifyJws(JWS_TYPES.receipt, receiptOf(answer), station.activation.receiptKey.x),
    );
    expect(receipt).toMatchObject({
      packetId: packet.id,
      stationId: station.id,
      sequence: packet.manifest.sequence,
      manifestSha256: packet.manifestSha256,
      sha256: packet.manifest.sha256,
      size: packet.sealed.length,
    });
    expect(sha256(readFileSync(blobOf(packet)))).toBe(packet.manifest.sha256);
    expect(await center.hasPacket(packet.id)).toBe(true);
    expect((await station.receipt(packet)).json).toEqual({ receipt: receiptOf(answer) });
    expect(receiptOf(await station.head(packet))).toBe(receiptOf(answer));
  });

  test('that was cut goes on from its offset', async () => {
    const packet = await station.packet(resident, { partSize: 30_000 });
    const offset = await cutUpload(packet, 200_000);
    expect(offset).toBeLessThanOrEqual(200_000);
    const wrong = await station.append(packet, offset + 1);
    expect(wrong).toMatchObject({ status: 409, problem: 'upload-offset' });
    expect(Number(wrong.headers['upload-offset'])).toBe(offset);
    expect(await station.receipt(packet)).toMatchObject({ status: 404, problem: 'packet-unknown' });
    const rest = await station.append(packet, offset);
    expect(rest.status).toBe(204);
    expect(sha256(readFileSync(blobOf(packet)))).toBe(packet.manifest.sha256);
    expect(receiptOf(rest)).toBe(receiptOf(await station.head(packet)));
  });

  test('that was cut is not begun again by creating it', async () => {
    const packet = await station.packet(resident, { partSize: 30_000 });
    const offset = await cutUpload(packet, 150_000);
    const again = await station.create(packet);
    expect(again).toMatchObject({ status: 409, problem: 'upload-exists' });
    expect(Number(again.headers['upload-offset'])).toBe(offset);
    expect((await station.append(packet, offset)).status).toBe(204);
    expect(sha256(readFileSync(blobOf(packet)))).toBe(packet.manifest.sha256);
  });

  test('can come in pieces, and without bytes at its creation', async () => {
    const packet = await station.packet(resident);
    const created = await station.create(packet, { body: new Uint8Array(0) });
    expect(created).toMatchObject({
      status: 201,
      headers: { 'upload-offset': '0', location: `/v1/packets/${packet.id}` },
    });
    const piece = await station.append(packet, 0, { body: packet.sealed.subarray(0, 1000) });
    expect(piece).toMatchObject({ status: 204, headers: { 'upload-offset': '1000' } });
    expect(piece.headers[RECEIPT_HEADER]).toBeUndefined();
    expect(receiptOf(await station.append(packet, 1000))).not.toBe('');
  });

  test("whose bytes are not the manifest's is thrown away and starts from zero", async () => {
    const packet = await station.packet(resident);
    const damaged = Uint8Array.from(packet.sealed);
    damaged[100] = (damaged[100] ?? 0) ^ 1;
    expect(await station.create(packet, { body: damaged })).toMatchObject({
      status: 422,
      problem: 'packet-hash',
    });
    expect(await station.head(packet)).toMatchObject({ status: 404 });
    expect(await center.hasPacket(packet.id)).toBe(false);
    expect((await station.create(packet)).status).toBe(201);
  });

  test('of a finished packet again leaves the blob as it is and gives the same receipt', async () => {
    const packet = await station.packet(resident);
    const first = receiptOf(await station.create(packet));
    const file = blobOf(packet);
    const before = statSync(file);
    const again = await station.create(packet, { body: randomBytes(packet.sealed.length) });
    expect(again.status).toBe(200);
    expect(receiptOf(again)).toBe(first);
    expect(again.json).toEqual({ receipt: first });
    expect(receiptOf(await station.append(packet, packet.sealed.length))).toBe(first);
    const after = statSync(file);
    expect([after.ino, after.mtimeMs, after.size]).toEqual([before.ino, before.mtimeMs, before.size]);
    expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(packet.manifest.sha256);
  });

  test('by two requests at once ends once, with one receipt', async () => {
    const packet = await station.packet(resident, { partSize: 30_000 });
    const tries = await Promise.allSettled([station.create(packet), station.create(packet)]);
    const ends = tries.map((end) => (end.status === 'fulfilled' ? end.value.status : 'cut'));
    // The later one takes the upload over; the earlier one was done before, or is cut.
    expect(ends.every((end) => end === 201 || end === 200 || end === 409 || end === 'cut')).toBe(true);
    const head = await station.head(packet);
    // What lets the next call go over the same connection.
    expect(head.headers['content-length']).toBe('0');
    const offset = Number(head.headers['upload-offset']);
    // At the end already, this is a question without bytes and has the same answer.
    expect((await station.append(packet, offset)).status).toBe(204);
    expect(sha256(readFileSync(blobOf(packet)))).toBe(packet.manifest.sha256);
    expect(center.blobs().filter((file) => path.basename(file) === packet.id)).toHaveLength(1);
  });

  test("whose connection hangs is taken over by the station's next request", async () => {
    const packet = await station.packet(resident, { partSize: 30_000 });
    const hanging = hang(station, packet, 150_000);
    await waitForBytes(packet);
    const head = await station.head(packet);
    expect(head.status).toBe(200);
    await expect(hanging).rejects.toThrow(/socket|ECONN|EPIPE/);
    expect((await station.append(packet, Number(head.headers['upload-offset']))).status).toBe(204);
    expect(sha256(readFileSync(blobOf(packet)))).toBe(packet.manifest.sha256);
  });

  test('is taken over in the same way by another replica', async () => {
    const { databaseUrl } = center.running;
    const replica = await startCenter({ data: center.data, database: databaseUrl });
    try {
      const there = new TestStation(replica, station.key, station.activation);
      const packet = await station.packet(resident, { partSize: 30_000 });
      const hanging = hang(station, packet, 150_000);
      await waitForBytes(packet);
      const head = await there.head(packet);
      expect(head.status).toBe(200);
      await expect(hanging).rejects.toThrow(/socket|ECONN|EPIPE/);
      const end = await there.append(packet, Number(head.headers['upload-offset']));
      expect(receiptOf(await station.head(packet))).toBe(receiptOf(end));
    } finally {
      await replica.close();
    }
  });

  test('with more bytes than it announced is refused', async () => {
    const packet = await station.packet(resident);
    const body = Buffer.concat([packet.sealed, randomBytes(10)]);
    expect(await station.create(packet, { body })).toMatchObject({ status: 400, problem: 'request-invalid' });
    expect(await center.hasPacket(packet.id)).toBe(false);
  });
});

describe('a manifest', () => {
  test('other than the first one for a packet is a conflict, before and after the end', async () => {
    const packet = await station.packet(resident, { partSize: 30_000 });
    const other = await station.packet(resident, { id: packet.id });
    const offset = await cutUpload(packet, 100_000);
    expect(await station.create(other)).toMatchObject({ status: 409, problem: 'manifest-conflict' });
    await station.append(packet, offset);
    expect(await station.create(other)).toMatchObject({ status: 409, problem: 'manifest-conflict' });
    expect(sha256(readFileSync(blobOf(packet)))).toBe(packet.manifest.sha256);
  });

  test("signed by another key, or in another's name, is refused", async () => {
    const other = await activateStation(center, 'Meja 2');
    const forged = await station.packet(resident, { manifest: { stationId: other.id } });
    expect(await station.create(forged)).toMatchObject({ status: 422, problem: 'manifest-invalid' });
    expect(await station.head(forged)).toMatchObject({ status: 404 });
  });

  test('of another station of the kecamatan is taken, even when that one was revoked', async () => {
    const dead = await activateStation(center, 'Meja 3');
    const packet = await dead.packet(resident);
    await center.running.control.revoke(dead.id);
    expect(await dead.create(packet)).toMatchObject({ status: 403, problem: 'station-revoked' });
    expect(receiptOf(await station.create(packet))).not.toBe('');
  });

  test('to an unknown recipient, too large, or of another length is refused', async () => {
    const unknown = await station.packet(resident, { manifest: { recipientKeyId: 'nobody' } });
    expect(await station.create(unknown)).toMatchObject({ status: 422, problem: 'recipient-unknown' });
    const large = await station.packet(resident, { manifest: { size: 200 * 1024 * 1024 } });
    expect(await station.create(large)).toMatchObject({ status: 413, problem: 'packet-too-large' });
    const packet = await station.packet(resident);
    const longer = { 'upload-length': String(packet.sealed.length + 1) };
    expect(await station.create(packet, { headers: longer })).toMatchObject({
      status: 400,
      problem: 'request-invalid',
    });
  });

  test('is the only way in: no blob can be read or removed', async () => {
    const packet = await station.packet(resident);
    await station.create(packet);
    const target = `/v1/packets/${packet.id}`;
    for (const method of ['GET', 'DELETE', 'PUT'])
      expect((await station.call(method, target)).status).toBe(404);
    expect(
      (await station.call('HEAD', '/v1/packets/..%2f..%2fca.pem', { headers: { 'tus-resumable': '1.0.0' } }))
        .status,
    ).toBe(404);
    expect(blobOf(packet)).toContain(packet.id);
  });
});

test('a center that takes no more says when to come back', async () => {
  const packet = await station.packet(resident);
  center.running.control.setAccepting(false);
  expect(await station.create(packet)).toMatchObject({
    status: 503,
    problem: 'overloaded',
    headers: { 'retry-after': '30' },
  });
  center.running.control.setAccepting(true);
  center.running.control.setCapacity({ maxUploads: 0, packetsPerSecond: 1, perStation: 1 });
  const busy = await station.create(packet);
  expect(busy).toMatchObject({ status: 503, problem: 'overloaded' });
  expect(Number(busy.headers['retry-after'])).toBeGreaterThan(0);
  center.running.control.setCapacity({ maxUploads: 256, packetsPerSecond: 1000, perStation: 8 });
});
