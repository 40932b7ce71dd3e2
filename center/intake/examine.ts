import { createHash } from 'node:crypto';
import { applyAmendment, type Amendment, type Whole } from '../../app/enrollment/amendment.ts';
import { BIODATA_ERRORS, checkBiodata } from '../../app/enrollment/biodata.ts';
import type { PartName } from '../../app/enrollment/biometrics.ts';
import { decodeAmendment, decodePacket, type PacketParts } from '../../app/enrollment/packet.ts';
import type { Sha256 } from '../../app/ids.ts';
import type { Manifest, Outcome } from '../../app/sync/protocol.ts';
import { unseal } from './unseal.ts';

export type Verdict = Pick<Outcome, 'verdict' | 'remedy' | 'reasons'>;

/** What a packet turned out to be, before the register is asked. */
export type Examined = { readonly ok: true; readonly whole: Whole } | Refused;
export type Refused = { readonly ok: false; readonly verdict: Verdict };

/** A sealed packet with the manifest under which it came. */
export interface Sealed {
  readonly manifest: Manifest;
  readonly bytes: Uint8Array;
  /** Opens it: an amendment may be sealed to another key than what it amends. */
  readonly identity: string;
}

/**
 * Opens a sealed enrollment, lays over it the amendments that followed, and checks all that can be checked without
 * comparing anybody with anybody.
 * @param line from the enrollment to the packet that is examined; each amends the one before it
 * @param receivedOn date at which it came, in the kecamatan's time: the one clock here that can be trusted
 */
export async function examine(
  line: readonly Sealed[],
  receivedOn: string,
  kecamatan: string,
): Promise<Examined> {
  let whole: Whole | null = null;
  for (const sealed of line) {
    const bytes = await unseal(sealed.bytes, sealed.identity);
    if (bytes === null) return recapture('packet.unreadable');
    const next: Examined =
      whole === null
        ? first(bytes, sealed.manifest, kecamatan)
        : amended(whole, bytes, sealed.manifest, kecamatan);
    if (!next.ok) return next;
    whole = next.whole;
  }
  if (whole === null) throw new Error('nothing to examine');

  const bad = [...whole.parts].filter(([name, content]) => !hasFormat(name, content)).map(([name]) => name);
  const { errors } = checkBiodata(whole.enrollment.biodata, receivedOn, kecamatan);
  // All at once, and only what is bad: the resident comes once more, for that alone.
  const reasons = [
    ...bad.map((at) => ({ code: 'part.format', at })),
    ...errors.map(({ field }) => ({ code: 'biodata', at: field })),
  ];
  return reasons.length > 0 ? refuse('amend', reasons) : { ok: true, whole };
}

function first(bytes: Uint8Array, manifest: Manifest, kecamatan: string): Examined {
  const packet = decodePacket(bytes, sha256);
  if (!packet.ok) return recapture(packet.error);
  const { enrollment, parts } = packet.value;
  return mismatch(enrollment, manifest, kecamatan) ?? { ok: true, whole: { enrollment, parts } };
}

function amended(original: Whole, bytes: Uint8Array, manifest: Manifest, kecamatan: string): Examined {
  const packet = decodeAmendment(bytes, sha256);
  if (!packet.ok) return recapture(packet.error);
  const { amendment, parts }: { amendment: Amendment; parts: PacketParts } = packet.value;
  const wrong = mismatch(amendment, manifest, kecamatan);
  if (wrong !== null) return wrong;
  const whole = applyAmendment(original, amendment, parts);
  return whole.ok ? { ok: true, whole: whole.value } : recapture('packet.schema', whole.error);
}

/** A manifest that speaks of another packet or station than what is inside was put together wrongly or on purpose. */
function mismatch(
  inside: Pick<Amendment, 'packetId' | 'stationId' | 'kecamatan'>,
  manifest: Manifest,
  kecamatan: string,
): Refused | null {
  if (inside.packetId !== manifest.packetId) return recapture('packet.schema', 'packetId');
  if (inside.stationId !== manifest.stationId) return recapture('packet.schema', 'stationId');
  if (inside.kecamatan !== kecamatan) return recapture('packet.schema', 'kecamatan');
  return null;
}

function sha256(bytes: Uint8Array): Sha256 {
  return createHash('sha256').update(bytes).digest('hex') as Sha256;
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

export function recapture(code: string, at: string | null = null): Refused {
  return refuse('recapture', [{ code, at }]);
}

function refuse(remedy: 'amend' | 'recapture', reasons: Verdict['reasons']): Refused {
  return {
    ok: false,
    verdict: { verdict: 'rejected', remedy, reasons: reasons.slice(0, BIODATA_ERRORS.length + 20) },
  };
}
