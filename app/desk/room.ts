/**
 * Free disk in residents. A number that people plan by must not be too large, so it is reckoned from what packets here
 * really take, with the rows beside them, and a part of the disk is never counted.
 */

/** Fewer than this are told on the status bar and the desk: two busy days at most. */
export const ROOM_TOLD = 500;
/** Fewer than this begin no new capture. What is left is for the drafts that are there. */
export const ROOM_NEEDED = 20;

/** What the system, the database's own log and the draft that is a packet's twin while it is made need besides. */
const KEPT_FREE_BYTES = 512 * 1024 * 1024;
/** Until enough packets were measured: the largest that the field knows. */
const UNMEASURED_BYTES = 2 * 1024 * 1024;
/** Packets behind an average that may be planned by. */
const MEASURED_ENOUGH = 20;
/** Pages that a packet does not fill, indexes, and the resident's rows: biodata, small photo, audit, journal. */
const OVERHEAD = 1.1;
const ROWS_BYTES = 96 * 1024;

/** Sealed packets of the last whole enrollments here. */
export interface MeasuredPackets {
  readonly count: number;
  readonly averageBytes: number;
}

/** @returns whole residents, never less than none */
export function residentsLeft(freeBytes: number, measured: MeasuredPackets): number {
  const packet = measured.count < MEASURED_ENOUGH ? UNMEASURED_BYTES : measured.averageBytes;
  return Math.max(0, Math.floor((freeBytes - KEPT_FREE_BYTES) / (packet * OVERHEAD + ROWS_BYTES)));
}

/** As it is said wherever there is plenty: two digits, so that the number stands still while files come and go. */
export function roughly(residents: number): number {
  if (residents < ROOM_TOLD) return residents;
  const step = 10 ** (Math.floor(Math.log10(residents)) - 1);
  return Math.floor(residents / step) * step;
}
