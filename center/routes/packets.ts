import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { packetIdSchema, type PacketId, type StationId } from '../../app/ids.ts';
import { PATHS, RECEIPT_HEADER, TUS_VERSION } from '../../app/sync/protocol.ts';
import { removeUpload, uploadFile, uploadSize } from '../blobs.ts';
import type { Context } from '../context.ts';
import { sealingKeys } from '../keys.ts';
import { ProblemError, retryAfter } from '../problems.ts';
import { callerOf, verifyRequest } from '../signature.ts';
import { beginUpload, findKnown, finishUpload, type Known, type UploadRow } from '../uploads/finish.ts';
import { checkDelivery, parseMetadata, UPLOAD_MAX_BYTES, type Delivery } from '../uploads/manifest.ts';
import { receiveBytes } from '../uploads/receive.ts';

/**
 * tus 1.0 (core, creation, creation-with-upload) for packets. Our own handler and not @tus/server: there a known id is
 * truncated, a refusal is plain text, a lock is neither shared nor given up, and state lies in files beside the bytes;
 * each of those would have to be worked around, and what is left of the protocol are the three calls below.
 */
export const OFFSET_MEDIA_TYPE = 'application/offset+octet-stream';
const TUS_HEADERS = { 'tus-resumable': TUS_VERSION, 'cache-control': 'no-store' };
/** When to ask again while the center takes no packets. */
const PAUSED_MS = 30_000;

const idSchema = z.object({ id: packetIdSchema });

export function addPackets(app: FastifyInstance, center: Context): void {
  // The body stays a stream: bytes go to the disk as they come.
  app.addContentTypeParser(OFFSET_MEDIA_TYPE, (_request, _body, done) => done(null));
  const preValidation = (request: FastifyRequest) => verifyRequest(center, request);
  const route = { preValidation, schema: { hide: true } };

  app.options(PATHS.packets, { schema: { hide: true } }, (_request, reply) =>
    reply
      .code(204)
      .headers({
        ...TUS_HEADERS,
        'tus-version': TUS_VERSION,
        'tus-extension': 'creation,creation-with-upload',
        'tus-max-size': String(UPLOAD_MAX_BYTES),
      })
      .send(),
  );
  app.post(PATHS.packets, route, async (request, reply) => send(reply, await create(center, request)));
  app.head(`${PATHS.packets}/:id`, route, async (request, reply) =>
    send(reply, await offsetOf(center, request)),
  );
  app.patch(`${PATHS.packets}/:id`, route, async (request, reply) =>
    send(reply, await append(center, request)),
  );
}

interface UploadAnswer {
  readonly code: 200 | 201 | 204;
  readonly size: number;
  readonly offset: number;
  /** Null until the upload is finished. */
  readonly receipt: string | null;
  readonly location?: string;
}

/** @param answer null where the request was cut: nobody listens */
function send(reply: FastifyReply, answer: UploadAnswer | null): FastifyReply {
  if (answer === null) return reply.hijack();
  const { code, size, offset, receipt, location } = answer;
  reply.code(code).headers({ ...TUS_HEADERS, 'upload-offset': offset, 'upload-length': size });
  if (location !== undefined) reply.header('location', location);
  if (receipt !== null) reply.header(RECEIPT_HEADER, receipt);
  // Without a length a HEAD's answer ends its connection in many clients, Node's among them: what is sent next then pays
  // for a new one.
  if (reply.request.method === 'HEAD') reply.header('content-length', '0');
  // A 204 and a HEAD have no body.
  const bare = receipt === null || code === 204 || reply.request.method === 'HEAD';
  return bare ? reply.send() : reply.send({ receipt });
}

async function create(center: Context, request: FastifyRequest): Promise<UploadAnswer | null> {
  checkVersion(request);
  const metadata = parseMetadata(request.headers['upload-metadata']);
  const keyIds = sealingKeys(center.keys).map(({ keyId }) => keyId);
  const delivery = await checkDelivery(center.stations, callerOf(request), keyIds, {
    packetId: metadata.get('packetId'),
    manifest: metadata.get('manifest'),
  });
  const { packetId, size } = delivery.manifest;
  if (Number(request.headers['upload-length']) !== size) {
    throw new ProblemError('request-invalid', 'Upload-Length is not the size in the manifest');
  }
  return locked(center, request, packetId, async () => {
    return admitted(center, callerOf(request).stationId, async () => {
      const upload = await beginUpload(center, callerOf(request), delivery);
      if (upload === null) return createdBefore(center, delivery);
      // Bytes that are there already are those of an upload that a database restore forgot.
      if (!hasBody(request)) await removeUpload(center.uploads, packetId);
      const taken = await takeIn(center, request, upload, 0);
      return { code: 201, size, location: `${PATHS.packets}/${packetId}`, ...taken };
    });
  });
}

/** Creation of what is here or under way already: never from the start again. */
async function createdBefore(center: Context, { manifest, sha256 }: Delivery): Promise<UploadAnswer> {
  const known = await findKnown(center, manifest.packetId);
  // Under its lock it cannot have gone since.
  if (known?.manifest_sha256 !== sha256) throw new ProblemError('manifest-conflict');
  const { offset, receipt } = await standing(center, known);
  if (receipt !== null) return { code: 200, size: known.size, offset, receipt };
  throw new ProblemError('upload-exists', undefined, { ...TUS_HEADERS, 'upload-offset': String(offset) });
}

async function offsetOf(center: Context, request: FastifyRequest): Promise<UploadAnswer | null> {
  checkVersion(request);
  const id = idOf(request);
  return locked(center, request, id, async () => {
    const { size, offset, receipt } = await findOwn(center, request, id);
    return { code: 200, size, offset, receipt };
  });
}

async function append(center: Context, request: FastifyRequest): Promise<UploadAnswer | null> {
  checkVersion(request);
  const id = idOf(request);
  const from = Number(request.headers['upload-offset'] ?? Number.NaN);
  if (!hasBody(request) || !Number.isSafeInteger(from)) {
    throw new ProblemError('request-invalid', `needs ${OFFSET_MEDIA_TYPE} and Upload-Offset`);
  }
  return locked(center, request, id, async () => {
    const { size, offset, receipt, upload } = await findOwn(center, request, id);
    if (from !== offset) {
      throw new ProblemError('upload-offset', undefined, { ...TUS_HEADERS, 'upload-offset': String(offset) });
    }
    if (receipt !== null) return { code: 204, size, offset, receipt };
    return admitted(center, callerOf(request).stationId, async () => {
      return { code: 204, size, ...(await takeIn(center, request, upload, offset)) };
    });
  });
}

/** Runs with the upload's lock, which a later request for the same upload takes away by cutting this one's body. */
async function locked(
  center: Context,
  request: FastifyRequest,
  id: PacketId,
  work: () => Promise<UploadAnswer>,
): Promise<UploadAnswer | null> {
  const lock = await center.locks.acquire(id, () => {
    if (!request.raw.complete) request.raw.destroy();
  });
  if (lock === null) throw new ProblemError('upload-locked', undefined, retryAfter(1000));
  try {
    return await work();
  } catch (error) {
    if (!request.raw.destroyed || request.raw.complete) throw error;
    request.log.debug({ packetId: id }, 'an upload was cut');
    return null;
  } finally {
    await lock.release();
  }
}

async function admitted(
  center: Context,
  station: StationId,
  work: () => Promise<UploadAnswer>,
): Promise<UploadAnswer> {
  if (!center.accepting) throw new ProblemError('overloaded', 'not accepting', retryAfter(PAUSED_MS));
  const entry = center.admission.enter(station);
  if (!entry.ok) throw new ProblemError('overloaded', undefined, retryAfter(entry.retryAfterMs));
  const goOn = center.intake.giveWay();
  try {
    return await work();
  } finally {
    goOn();
    entry.leave();
  }
}

/** Appends the request's body, and finishes the upload when that was the last of it. */
async function takeIn(
  center: Context,
  request: FastifyRequest,
  upload: UploadRow,
  from: number,
): Promise<{ offset: number; receipt: string | null }> {
  const file = uploadFile(center.uploads, upload.packet_id);
  const body = hasBody(request) ? await receiveBytes(request.raw, file, from, upload.size) : null;
  const offset = from + (body?.taken ?? 0);
  if (offset !== upload.size) return { offset, receipt: null };
  const written = body !== null && from === 0 ? body.sha256 : null;
  return { offset, receipt: await finish(center, upload, written) };
}

function hasBody(request: FastifyRequest): boolean {
  return request.headers['content-type'] === OFFSET_MEDIA_TYPE;
}

async function finish(center: Context, upload: UploadRow, written?: string | null): Promise<string> {
  const receipt = await finishUpload(center, upload, written);
  center.intake.look();
  return receipt;
}

/** Where an upload stands. Complete bytes that a crash kept from their receipt get it now. */
async function standing(center: Context, upload: Known): Promise<{ offset: number; receipt: string | null }> {
  if (upload.receipt !== null) return { offset: upload.size, receipt: upload.receipt };
  const size = await uploadSize(center.uploads, upload.packet_id);
  if (size === upload.size || (size === null && (await center.blobs.has(upload.packet_id)))) {
    return { offset: upload.size, receipt: await finish(center, upload) };
  }
  return { offset: size ?? 0, receipt: null };
}

async function findOwn(
  center: Context,
  request: FastifyRequest,
  id: PacketId,
): Promise<{ size: number; offset: number; receipt: string | null; upload: Known }> {
  const upload = await findKnown(center, id);
  if (upload?.kecamatan !== callerOf(request).kecamatan) throw new ProblemError('packet-unknown');
  return { size: upload.size, upload, ...(await standing(center, upload)) };
}

function checkVersion(request: FastifyRequest): void {
  if (request.headers['tus-resumable'] !== TUS_VERSION) {
    throw new ProblemError('request-invalid', `Tus-Resumable must be ${TUS_VERSION}`);
  }
}

function idOf(request: FastifyRequest): PacketId {
  const parsed = idSchema.safeParse(request.params);
  if (!parsed.success) throw new ProblemError('packet-unknown');
  // PostgreSQL reads a UUID in either case, a file system does not.
  return parsed.data.id.toLowerCase() as PacketId;
}
