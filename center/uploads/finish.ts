import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { PacketId } from '../../app/ids.ts';
import { JWS_TYPES, manifestSchema, type Receipt } from '../../app/sync/protocol.ts';
import { removeUpload, uploadFile, uploadSize } from '../blobs.ts';
import type { Context } from '../context.ts';
import type { Tables } from '../database.ts';
import { peekJws, signJws } from '../jws.ts';
import { ProblemError } from '../problems.ts';
import type { Caller } from '../signature.ts';
import type { Delivery } from './manifest.ts';

/** An upload under way, or what became of it. */
export type UploadRow = Omit<Selectable<Tables['upload']>, 'created_at'>;
export interface Known extends UploadRow {
  /** Null while it is under way. */
  readonly receipt: string | null;
}

/** The part of the center that turns uploads into packets. */
export type Shelf = Pick<Context, 'db' | 'keys' | 'blobs' | 'uploads' | 'locks' | 'log'>;

const KEPT = [
  'packet_id',
  'kecamatan',
  'station_id',
  'delivered_by',
  'manifest',
  'manifest_sha256',
  'sha256',
  'size',
] as const;

/** An upload's row goes in the statement that makes its packet's, so there is one of them at most. */
export function findKnown({ db }: Pick<Shelf, 'db'>, id: PacketId): Promise<Known | undefined> {
  return db
    .selectFrom('packet')
    .select([...KEPT, sql<string | null>`receipt`.as('receipt')])
    .where('packet_id', '=', id)
    .unionAll(
      db
        .selectFrom('upload')
        .select([...KEPT, sql<string | null>`null`.as('receipt')])
        .where('packet_id', '=', id),
    )
    .executeTakeFirst();
}

/**
 * Notes an upload that begins, unless it is known already; under its lock.
 * @param caller who delivers it: the manifest may be another station's
 * @returns null for one that is known
 */
export async function beginUpload(
  { db }: Pick<Shelf, 'db'>,
  caller: Caller,
  { manifest, jws, sha256 }: Delivery,
): Promise<UploadRow | null> {
  const upload: UploadRow = {
    packet_id: manifest.packetId,
    kecamatan: caller.kecamatan,
    station_id: manifest.stationId,
    delivered_by: caller.stationId,
    manifest: jws,
    manifest_sha256: sha256,
    sha256: manifest.sha256,
    size: manifest.size,
  };
  // Nothing is promised yet: where a power cut takes the row, the station begins this packet again.
  const { numAffectedRows } = await sql`
    INSERT INTO upload (${sql.join(KEPT.map((column) => sql.ref(column)))}, created_at)
    SELECT ${upload.packet_id}::uuid, ${upload.kecamatan}::text, ${upload.station_id}::uuid,
      ${upload.delivered_by}::uuid, ${jws}::text, ${sha256}::text, ${upload.sha256}::text, ${upload.size}::int8, now()
    WHERE NOT EXISTS (SELECT FROM packet WHERE packet_id = ${upload.packet_id}::uuid)
      AND set_config('synchronous_commit', 'off', true) = 'off'
    ON CONFLICT DO NOTHING`.execute(db);
  return numAffectedRows === 1n ? upload : null;
}

/**
 * Turns complete bytes into a packet, under the upload's lock: sync, SHA-256 of the file, rename into the blobs, one
 * transaction; only then is there a receipt to give. Each step can be repeated, so that a crash after any of them is
 * mended by calling this again.
 * @param written the SHA-256 of all its bytes, where they came at once and were synced just now: the file need not be
 *   read again
 * @returns the receipt, the same for ever
 */
export async function finishUpload(
  shelf: Shelf,
  upload: UploadRow,
  written: string | null = null,
): Promise<string> {
  const { packet_id: id } = upload;
  if ((await shelf.blobs.has(id)) && sha256Of(await shelf.blobs.read(id)) === upload.sha256) {
    // A crash came between rename and transaction.
    await shelf.blobs.settle(id);
    await removeUpload(shelf.uploads, id);
  } else {
    // A blob without a row that does not have the manifest's hash is damaged: good bytes take its place.
    const file = uploadFile(shelf.uploads, id);
    if ((written ?? (await syncedHash(shelf, upload, file))) !== upload.sha256) {
      await discardUpload(shelf, id);
      throw new ProblemError('packet-hash');
    }
    await shelf.blobs.keep(id, file);
  }
  return commitPacket(shelf, upload);
}

async function commitPacket({ db, keys }: Shelf, upload: UploadRow): Promise<string> {
  const manifest = manifestSchema.parse(peekJws(upload.manifest));
  const receivedAt = new Date();
  const receipt: Receipt = {
    v: 1,
    packetId: upload.packet_id,
    stationId: manifest.stationId,
    sequence: manifest.sequence,
    manifestSha256: upload.manifest_sha256,
    sha256: upload.sha256,
    size: upload.size,
    receivedAt: receivedAt.toISOString(),
  };
  const signed = await signJws(JWS_TYPES.receipt, keys.receipt.kid, receipt, keys.receipt.key);
  // One statement is one transaction, and one turn to the database.
  await db
    .with('upload_gone', (cte) => cte.deleteFrom('upload').where('packet_id', '=', upload.packet_id))
    .insertInto('packet')
    .values({
      packet_id: upload.packet_id,
      kecamatan: upload.kecamatan,
      station_id: manifest.stationId,
      delivered_by: upload.delivered_by,
      sequence: manifest.sequence,
      manifest: upload.manifest,
      manifest_sha256: upload.manifest_sha256,
      sha256: upload.sha256,
      size: upload.size,
      recipient_key_id: manifest.recipientKeyId,
      received_at: receivedAt,
      receipt: signed,
      examined_at: null,
      attempts: 0,
      next_attempt_at: receivedAt,
    })
    .execute();
  return signed;
}

/** File first: a row without a file is an upload of no bytes, a file without a row would be nobody's. */
export async function discardUpload(shelf: Shelf, id: PacketId): Promise<void> {
  await removeUpload(shelf.uploads, id);
  await shelf.db.deleteFrom('upload').where('packet_id', '=', id).execute();
}

/** At start: uploads whose bytes are complete, and that a crash kept from becoming packets. */
export async function mendUploads(shelf: Shelf): Promise<void> {
  for (const { packet_id: id } of await shelf.db.selectFrom('upload').select('packet_id').execute()) {
    const lock = await shelf.locks.acquire(id, () => undefined, { preempt: false });
    if (lock === null) continue;
    try {
      const upload = await findKnown(shelf, id);
      if (upload === undefined || upload.receipt !== null) continue;
      const complete = (await uploadSize(shelf.uploads, id)) === upload.size || (await shelf.blobs.has(id));
      if (complete) await finishUpload(shelf, upload);
    } catch (error) {
      // The station's next attempt meets the same state and is told; the others go on.
      shelf.log.warn({ err: error, packetId: id }, 'an upload could not be mended');
    } finally {
      await lock.release();
    }
  }
}

/** Null for a file that is not complete. */
async function syncedHash({ uploads }: Shelf, upload: UploadRow, file: string): Promise<string | null> {
  if ((await uploadSize(uploads, upload.packet_id)) !== upload.size) return null;
  await syncFile(file);
  return sha256OfFile(file);
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
