import { createHash } from 'node:crypto';
import type { BodyPart } from '../../app/enrollment/biometrics.ts';
import type { Sha256 } from '../../app/ids.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import type { Kind } from './sbi-wire.ts';

const MEDIA_TYPE = { finger: 'application/vnd.iso.19794-4', iris: 'application/vnd.iso.19794-6' } as const;

/** An ISO record as a part of the enrollment, taken now by the station's own clock. */
export function capturedPart(
  kind: Kind,
  record: Uint8Array,
  known: {
    readonly name: BodyPart;
    readonly quality: number;
    readonly attempts: number;
    readonly device: { readonly make: string; readonly model: string; readonly serialNo: string };
  },
): Capture['part'] {
  const { make, model, serialNo } = known.device;
  return {
    name: known.name,
    mediaType: MEDIA_TYPE[kind],
    size: record.length,
    sha256: createHash('sha256').update(record).digest('hex') as Sha256,
    quality: known.quality,
    capturedAt: new Date().toISOString(),
    attempts: known.attempts,
    device: { make, model, serialNo },
  };
}
