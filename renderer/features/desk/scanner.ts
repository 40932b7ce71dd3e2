/**
 * A scanner that types: 16 digits and Enter, faster than any hand. Outside a text field those keys would land on
 * buttons (the Enter would confirm a step), so they are gathered here.
 */
export interface ScanBuffer {
  readonly digits: string;
  readonly at: number;
}

export const EMPTY_SCAN: ScanBuffer = { digits: '', at: 0 };
/** Longest gap between two keys of one scan; people type slower. */
export const SCAN_GAP_MS = 60;

/** @param at milliseconds, from one clock */
export function scanKey(
  buffer: ScanBuffer,
  key: string,
  at: number,
): { buffer: ScanBuffer; nik: string | null } {
  const going = buffer.digits !== '' && at - buffer.at <= SCAN_GAP_MS;
  if (/^\d$/.test(key)) return { buffer: { digits: (going ? buffer.digits : '') + key, at }, nik: null };
  if (key === 'Enter' && going && buffer.digits.length === 16)
    return { buffer: EMPTY_SCAN, nik: buffer.digits };
  return { buffer: EMPTY_SCAN, nik: null };
}
