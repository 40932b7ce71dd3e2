import type { Clock } from './api.ts';

/** A piece is what goes in this time, so that several uploads share the ceiling without long silences of any. */
const PIECE_MS = 250;
const SMALLEST_PIECE = 1_000;
const LARGEST_PIECE = 64 * 1024;

/**
 * The supervisor's ceiling over all uploads together: a token bucket that holds one piece. Kept as the moment at which
 * it is full again, so that whoever comes takes the next free moment and nobody is passed over.
 */
export class Ceiling {
  readonly #clock: Clock;
  #bytesPerSecond: number | null;
  #freeAt = 0;

  constructor(clock: Clock, bytesPerSecond: number | null) {
    this.#clock = clock;
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Counts from the next piece on. */
  set(bytesPerSecond: number | null): void {
    this.#bytesPerSecond = bytesPerSecond;
    this.#freeAt = 0;
  }

  /** How much to send at once, bytes. */
  get piece(): number {
    if (this.#bytesPerSecond === null) return LARGEST_PIECE;
    const piece = Math.floor((this.#bytesPerSecond * PIECE_MS) / 1_000);
    return Math.min(LARGEST_PIECE, Math.max(SMALLEST_PIECE, piece));
  }

  /** Resolves when so many bytes may go, or at once when the signal aborts. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#bytesPerSecond === null) return;
    const now = this.#clock.elapsed();
    const at = Math.max(now, this.#freeAt);
    this.#freeAt = at + (bytes / this.#bytesPerSecond) * 1_000;
    if (at > now) await this.#clock.sleep(at - now, signal);
  }
}
