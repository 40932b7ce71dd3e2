import type { SessionOfDay } from '../app/desk/ticket.ts';

const NOON = 12;

/** The station's clock corrected by the last pulse; what the desk calls "today" follows it. */
export class DeskClock {
  #offsetMs = 0;

  /** @param offsetMs center's time minus the station's; null while it was never known */
  correct(offsetMs: number | null): void {
    this.#offsetMs = offsetMs ?? 0;
  }

  /** Uncorrected: what is kept beside the offset. */
  now(): number {
    return Date.now();
  }

  /** By the center's clock, as far as it is known. */
  corrected(): number {
    return Date.now() + this.#offsetMs;
  }

  /** ISO date at the desk, in the PC's own time zone. */
  today(): string {
    const at = new Date(Date.now() + this.#offsetMs);
    const pad = (value: number): string => String(value).padStart(2, '0');
    return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  }

  sessionNow(): SessionOfDay {
    return new Date(Date.now() + this.#offsetMs).getHours() < NOON ? 'pagi' : 'siang';
  }

  /** By the uncorrected clock, since rows carry its times: when the desk's day began. */
  startOfDay(): number {
    return new Date(Date.now() + this.#offsetMs).setHours(0, 0, 0, 0) - this.#offsetMs;
  }
}
