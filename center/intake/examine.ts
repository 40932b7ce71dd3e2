import { createHash } from 'node:crypto';
import { Decrypter } from 'age-encryption';
import { BIODATA_ERRORS, checkBiodata } from '../../app/enrollment/biodata.ts';
import type { PartName } from '../../app/enrollment/biometrics.ts';
import type { Enrollment } from '../../app/enrollment/enrollment.ts';
import { decodePacket } from '../../app/enrollment/packet.ts';
import type { Sha256 } from '../../app/ids.ts';
import type { Manifest, Outcome } from '../../app/sync/protocol.ts';

export type Verdict = Pick<Outcome, 'verdict' | 'remedy' | 'reasons'>;

/** What a packet turned out to be, before the register is asked. */
export type Examined =
  | { readonly ok: true; readonly enrollment: Enrollment }
  | { readonly ok: false; readonly verdict: Verdict };

/**
 * Opens a sealed packet and checks all that can be checked without comparing anybody with anybody.
 * @param receivedOn date at which it came, in the kecamatan's time: the one clock here that can be trusted
 */
export async function examine(
  sealed: Uint8Array,
  identity: string,
  manifest: Manifest,
  receivedOn: string,
  kecamatan: string,
): Promise<Examined> {
  const bytes = await unseal(sealed, identity);
  if (bytes === null) return recapture('packet.unreadable');
  const packet = decodePacket(bytes, (part) => createHash('sha256').update(part).digest('hex') as Sha256);
  if (!packet.ok) return recapture(packet.error);
  const { enrollment, parts } = packet.value;

  // A manifest that speaks of another packet or station than what is inside was put together wrongly or on purpose.
  if (enrollment.packetId !== manifest.packetId) return recapture('packet.schema', 'packetId');
  if (enrollment.stationId !== manifest.stationId) return recapture('packet.schema', 'stationId');
  if (enrollment.kecamatan !== kecamatan) return recapture('packet.schema', 'kecamatan');

  const bad = [...parts].filter(([name, content]) => !hasFormat(name, content)).map(([name]) => name);
  if (bad.length > 0)
    return refuse(
      'recapture',
      bad.map((at) => ({ code: 'part.format', at })),
    );

  const { errors } = checkBiodata(enrollment.biodata, receivedOn, kecamatan);
  if (errors.length > 0)
    return refuse(
      'amend',
      errors.map(({ field }) => ({ code: 'biodata', at: field })),
    );
  return { ok: true, enrollment };
}

/** Null for bytes that this key does not open or that are no age file: both are final. */
async function unseal(sealed: Uint8Array, identity: string): Promise<Uint8Array | null> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  try {
    return await decrypter.decrypt(sealed);
  } catch {
    return null;
  }
}

/** JPEG (SOI and the next marker) for the photo, ISO/IEC 19794-4 and -6 headers for fingers and irises. */
function hasFormat(name: PartName, content: Uint8Array): boolean {
  if (name === 'photo') return startsWith(content, [0xff, 0xd8, 0xff]);
  if (name === 'signature') return isJson(content);
  return startsWith(content, Buffer.from(name.startsWith('iris.') ? 'IIR\0' : 'FIR\0', 'latin1'));
}

function startsWith(content: Uint8Array, start: Iterable<number>): boolean {
  return [...start].every((byte, index) => content[index] === byte);
}

function isJson(content: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(content).toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

function recapture(code: string, at: string | null = null): Examined {
  return refuse('recapture', [{ code, at }]);
}

function refuse(remedy: 'amend' | 'recapture', reasons: Verdict['reasons']): Examined {
  return {
    ok: false,
    verdict: { verdict: 'rejected', remedy, reasons: reasons.slice(0, BIODATA_ERRORS.length + 20) },
  };
}
