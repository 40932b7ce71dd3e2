/**
 * A scanner that types: 16 digits and Enter, faster than any hand. Those keys would land on buttons (the Enter would
 * confirm a step) or in a form, so they are gathered here.
 */
export interface ScanBuffer {
  readonly digits: string;
  /** When the first and the last key of the burst were pressed. */
  readonly from: number;
  readonly at: number;
}

export const EMPTY_SCAN: ScanBuffer = { digits: '', from: 0, at: 0 };
/** Longest gap between two keys of one scan, on average over the burst; people type slower. */
export const SCAN_GAP_MS = 60;
/** Longest single gap: a busy computer may hold one key back, and the others make up for it. */
export const SCAN_PAUSE_MS = 400;
const NIK_DIGITS = 16;

/** @param at when the key was pressed (`KeyboardEvent.timeStamp`, not the time of its handler), in milliseconds */
export function scanKey(
  buffer: ScanBuffer,
  key: string,
  at: number,
): { buffer: ScanBuffer; nik: string | null } {
  const going = buffer.digits !== '' && at - buffer.at <= SCAN_PAUSE_MS;
  if (/^\d$/.test(key)) {
    const burst = going ? buffer : { digits: '', from: at };
    return { buffer: { digits: burst.digits + key, from: burst.from, at }, nik: null };
  }
  const scanned =
    going && buffer.digits.length === NIK_DIGITS && at - buffer.from <= SCAN_GAP_MS * NIK_DIGITS;
  return { buffer: EMPTY_SCAN, nik: key === 'Enter' && scanned ? buffer.digits : null };
}
