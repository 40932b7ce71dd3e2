/**
 * How many residents a battery still serves. People send others home by this number, so what is not known is taken for
 * the worse, and it is never more than what the battery itself says.
 */

/** What the PC says of its battery. */
export interface Battery {
  /** 0 to 1. */
  readonly level: number;
  /** Until it is empty, at the present load; null where the PC does not say. */
  readonly minutesLeft: number | null;
}

/** An old one, full, where the PC says only how full it is. */
const UNSAID_MINUTES_FULL = 60;
/** Kept back to finish who is at the desk and shut down in peace. */
const RESERVE_MINUTES = 5;

export function minutesLeft({ level, minutesLeft: said }: Battery): number {
  const guess = level * UNSAID_MINUTES_FULL;
  return Math.max(0, Math.floor((said ?? guess) - RESERVE_MINUTES));
}

/** So few residents on the battery that it is time to tell those who wait. */
export const BATTERY_FEW = 3;

/** Planned in the field. */
const PLANNED_MINUTES = 4;
const FASTEST_MINUTES = 2;
/** A longer pause was one: nobody was served in it. */
const LONGEST_MINUTES = 20;
/** Residents of today whose times say something. */
const ENOUGH = 5;
const MINUTE_MS = 60_000;

/**
 * Minutes that one resident takes at this desk today: the median from one record to the next.
 * @param recordedAt of today, newest first, milliseconds by one clock
 */
export function minutesPerResident(recordedAt: readonly number[]): number {
  return Math.max(FASTEST_MINUTES, medianMinutes(recordedAt) ?? PLANNED_MINUTES);
}

/** The same as it was, for who reads it: null where too few say something. */
export function medianMinutes(recordedAt: readonly number[]): number | null {
  const gaps = recordedAt
    .slice(1)
    .map((earlier, index) => ((recordedAt[index] ?? earlier) - earlier) / MINUTE_MS)
    .filter((minutes) => minutes > 0 && minutes <= LONGEST_MINUTES)
    .sort((a, b) => a - b);
  return gaps.length < ENOUGH ? null : (gaps[gaps.length >> 1] ?? null);
}

/** @returns whole residents, never less than none */
export function residentsOnBattery(battery: Battery, minutesEach: number): number {
  return Math.floor(minutesLeft(battery) / minutesEach);
}
