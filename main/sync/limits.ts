import { minutesUntilOpen, type SyncLimits } from '../../app/sync/limits.ts';
import type { Clock } from './api.ts';
import { Ceiling } from './ceiling.ts';

const MINUTE_MS = 60_000;

export interface LimitsDeps {
  readonly clock: Clock;
  readonly clockOffsetMs: () => number | null;
  /** Minute of the day at the desk, of milliseconds since the epoch. */
  readonly minuteOfDay: (at: number) => number;
}

/** Owner of what the supervisor allows: how fast, and at which hours. */
export class Limits {
  readonly ceiling: Ceiling;
  readonly #deps: LimitsDeps;
  #set: SyncLimits;

  constructor(deps: LimitsDeps, set: SyncLimits) {
    this.#deps = deps;
    this.#set = set;
    this.ceiling = new Ceiling(deps.clock, set.ceiling);
  }

  change(set: SyncLimits): void {
    this.#set = set;
    this.ceiling.set(set.ceiling);
  }

  /** Milliseconds until packets may go; 0 while they may. By the corrected clock. */
  get closedMs(): number {
    const { clock, clockOffsetMs, minuteOfDay } = this.#deps;
    const now = clock.now() + (clockOffsetMs() ?? 0);
    const minutes = minutesUntilOpen(this.#set, minuteOfDay(now));
    return minutes === 0 ? 0 : minutes * MINUTE_MS - (now % MINUTE_MS);
  }

  view(): { readonly set: SyncLimits; readonly opensAt: number | null } {
    const closedMs = this.closedMs;
    // Said to the minute: fractions are the offset's.
    const opensAt = Math.round((this.#deps.clock.now() + closedMs) / MINUTE_MS) * MINUTE_MS;
    return { set: this.#set, opensAt: closedMs === 0 ? null : opensAt };
  }
}

export function localMinute(at: number): number {
  const time = new Date(at);
  return time.getHours() * 60 + time.getMinutes();
}
