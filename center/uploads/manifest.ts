import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PACKET_MAX_BYTES } from '../../app/enrollment/packet.ts';
import { stationIdSchema, type Sha256 } from '../../app/ids.ts';
import { JWS_TYPES, jwsSchema, manifestSchema, type Manifest } from '../../app/sync/protocol.ts';
import { peekJws, verifyJws } from '../jws.ts';
import { ProblemError } from '../problems.ts';
import type { Caller } from '../signature.ts';
import type { Stations } from '../stations.ts';

/** age's header, and 16 bytes for each chunk of 64 KiB; generously rounded up. */
const SEALING_OVERHEAD = 64 * 1024;
export const UPLOAD_MAX_BYTES = PACKET_MAX_BYTES + SEALING_OVERHEAD;

export interface Delivery {
  readonly manifest: Manifest;
  readonly jws: string;
  readonly sha256: Sha256;
}

/**
 * Reads and checks the manifest of a packet that an active station delivers: its own, or that of another station of
 * its kecamatan (a takeover delivers what a dead PC's mirror held, and its key is revoked by then).
 */
export async function checkDelivery(
  stations: Stations,
  caller: Caller,
  recipientKeyIds: readonly string[],
  metadata: { readonly packetId: string | undefined; readonly manifest: string | undefined },
): Promise<Delivery> {
  const jws = jwsSchema.safeParse(metadata.manifest);
  if (!jws.success) throw new ProblemError('manifest-invalid', 'no manifest in Upload-Metadata');
  const claimed = z.object({ stationId: stationIdSchema }).safeParse(peekJws(jws.data));
  if (!claimed.success) throw new ProblemError('manifest-invalid', 'unreadable');
  const signer = await stations.find(claimed.data.stationId);
  if (signer?.kecamatan !== caller.kecamatan)
    throw new ProblemError('manifest-invalid', 'signed by no station of this kecamatan');
  const payload = await verifyJws(JWS_TYPES.manifest, jws.data, signer.key);
  if (payload === null) throw new ProblemError('manifest-invalid', "its signature is not its station's");
  const parsed = manifestSchema.safeParse(payload);
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => issue.path.join('.'));
    throw new ProblemError('manifest-invalid', `schema: ${fields.join(', ')}`.slice(0, 300));
  }
  const manifest = parsed.data;
  if (manifest.packetId !== metadata.packetId)
    throw new ProblemError('manifest-invalid', 'speaks of another packet');
  if (manifest.packetId !== manifest.packetId.toLowerCase())
    throw new ProblemError('manifest-invalid', 'its id is not in lower case');
  if (manifest.size > UPLOAD_MAX_BYTES)
    throw new ProblemError('packet-too-large', `at most ${UPLOAD_MAX_BYTES} bytes`);
  await refuseLate(stations, caller, manifest);
  if (!recipientKeyIds.includes(manifest.recipientKeyId)) throw new ProblemError('recipient-unknown');
  return { manifest, jws: jws.data, sha256: createHash('sha256').update(jws.data).digest('hex') as Sha256 };
}

/**
 * Of a station that was taken over only what it had left then counts, each number once: a key in wrong hands signs
 * nothing more, and gives no number a second time.
 */
async function refuseLate(stations: Stations, caller: Caller, manifest: Manifest): Promise<void> {
  const { stationId, sequence, packetId } = manifest;
  if (stationId === caller.stationId) return;
  const last = await stations.lastOf(stationId);
  if (last === null) return;
  if (sequence > last) throw new ProblemError('manifest-late', `number ${sequence}, counted up to ${last}`);
  const holder = await stations.holderOf(stationId, sequence);
  if (holder !== null && holder !== packetId)
    throw new ProblemError('manifest-conflict', `number ${sequence} is another packet's`);
}

/** Upload-Metadata of tus: `key base64, key base64`. */
export function parseMetadata(header: string | string[] | undefined): Map<string, string> {
  if (typeof header !== 'string') return new Map();
  return new Map(
    header.split(',').map((pair) => {
      const [key = '', value = ''] = pair.trim().split(/\s+/);
      return [key, Buffer.from(value, 'base64').toString('utf8')];
    }),
  );
}
