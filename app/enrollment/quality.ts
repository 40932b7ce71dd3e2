import { photoBackground } from './biodata.ts';
import type { PartName } from './biometrics.ts';
import type { Part } from './enrollment.ts';

/** Biodata that may still be wrong, or not there. */
type Person = Readonly<Partial<Record<'tanggalLahir' | 'kewarganegaraan', string | number | null>>>;

/** What the center's policy asks of a capture: scores 0–100, and how often one below is taken again. */
export interface Limits {
  readonly fingerThreshold: number;
  readonly irisThreshold: number;
  readonly maxAttempts: number;
}

export function isEye(part: PartName): boolean {
  return part.startsWith('iris.');
}

export function thresholdOf(part: PartName, limits: Limits): number {
  return isEye(part) ? limits.irisThreshold : limits.fingerThreshold;
}

/** A quality that nothing scores is not low. */
export function isLow(quality: number | null, threshold: number): boolean {
  return quality !== null && quality < threshold;
}

/**
 * Captures that cannot stay as they are: below the policy's threshold before its attempts were made, or a photo before
 * another background than these biodata ask for. Taken again, or kept with a reason, they can.
 */
export function unfitParts(parts: readonly Part[], biodata: Person, limits: Limits): PartName[] {
  const isUnfit = ({ name, quality, attempts, background }: Part): boolean => {
    switch (name) {
      case 'photo':
        return background !== undefined && background !== wantedBackground(biodata);
      case 'signature':
        return false;
      default:
        return attempts < limits.maxAttempts && isLow(quality, thresholdOf(name, limits));
    }
  };
  return parts.filter((part) => part.override === undefined && isUnfit(part)).map(({ name }) => name);
}

export function wantedBackground(biodata: Person) {
  return photoBackground({
    tanggalLahir: String(biodata.tanggalLahir ?? ''),
    kewarganegaraan: biodata.kewarganegaraan === 2 ? 2 : 1,
  });
}
