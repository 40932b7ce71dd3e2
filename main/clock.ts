import type { SessionOfDay } from '../app/desk/ticket.ts';
import { localDay } from '../app/local-day.ts';

const NOON = 12;

/** What the database knows of the time when a run begins. All in milliseconds. */
export interface KnownTime {
  /** The center's time minus the station's, by the last pulse of any run; null while there was none. */
  readonly offsetMs: number | null;
  /** The latest corrected time that an earlier run came to; null for a station's first run. */
  readonly latest: number | null;
}

/** By the engine. `pulses` grows with each that was verified in this run: the offset is as new as the last of them. */
interface Heard {
  readonly clockOffsetMs: number | null;
  readonly pulses: number;
}

/**
 * Owner of the desk's time: the station's clock, corrected by the last pulse and never behind a moment that was there
 * already. A flat battery puts a clock back by years, and intake does not wait for the right time: it goes on from the
 * latest one that is known. The center's time alone may put it back.
 */
export class DeskClock {
  readonly #system: () => number;
  #offsetMs = 0;
  /** What the corrected clock lacks to the latest time known. */
  #lackMs = 0;
  #latest = Number.NEGATIVE_INFINITY;
  #pulses = 0;

  constructor(system: () => number = Date.now) {
    this.#system = system;
  }

  /** At start, before anything is asked of it. */
  restore({ offsetMs, latest }: KnownTime): void {
    this.#offsetMs = offsetMs ?? 0;
    if (latest !== null) this.#latest = Math.max(this.#latest, latest);
  }

  /** Tells what the engine knows; only a new pulse changes anything. */
  heard({ clockOffsetMs, pulses }: Heard): void {
    if (clockOffsetMs === null || pulses === this.#pulses) return;
    this.#pulses = pulses;
    this.#offsetMs = clockOffsetMs;
    this.#lackMs = 0;
    this.#latest = Number.NEGATIVE_INFINITY;
  }

  /** Uncorrected: what is kept beside the offset. */
  now(): number {
    return this.#system();
  }

  /** By the center's clock, as far as it is known. */
  corrected(): number {
    const at = this.#system() + this.#offsetMs + this.#lackMs;
    if (at >= this.#latest) this.#latest = at;
    else this.#lackMs += this.#latest - at;
    return this.#latest;
  }

  /** ISO date at the desk, in the PC's own time zone. */
  today(): string {
    return localDay(this.corrected());
  }

  sessionNow(): SessionOfDay {
    return new Date(this.corrected()).getHours() < NOON ? 'pagi' : 'siang';
  }

  /** By the uncorrected clock, since rows carry its times: when the desk's day began. */
  startOfDay(): number {
    const corrected = this.corrected();
    return new Date(corrected).setHours(0, 0, 0, 0) - (corrected - this.#system());
  }
}
