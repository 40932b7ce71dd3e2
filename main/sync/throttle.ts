import { broken, delivered, openWindow, resumed, withCeiling, type Window } from '../../app/sync/pacing.ts';
import { fullJitter, PACKET_BACKOFF } from '../../app/sync/retry.ts';
import type { Clock, Random } from './api.ts';
import type { Contact } from './contact.ts';

/** After so many refusals in a row without a success everything rests a while. */
const TROUBLE = 3;

/** Owner of how much may be under way at once, and of how the center took the last of it. */
export class Throttle {
  readonly #contact: Contact;
  readonly #clock: Clock;
  readonly #random: Random;
  #window: Window | null = null;
  #refusals = 0;

  constructor(contact: Contact, clock: Clock, random: Random) {
    this.#contact = contact;
    this.#clock = clock;
    this.#random = random;
  }

  /** A new run begins with what the last one learnt. */
  begin(): void {
    const now = this.#clock.elapsed();
    this.#window =
      this.#window === null ? openWindow(this.#contact.maxConcurrent, now) : resumed(this.#window, now);
  }

  /** Packets that may be under way now, under the center's ceiling of now. */
  get size(): number {
    if (this.#window === null) return 1;
    this.#window = withCeiling(this.#window, this.#contact.maxConcurrent);
    return this.#window.size;
  }

  /** The center answers one error after the other. */
  get isTrouble(): boolean {
    return this.#refusals >= TROUBLE;
  }

  received(bytes: number): void {
    this.#refusals = 0;
    if (this.#window !== null) this.#window = delivered(this.#window, bytes, this.#clock.elapsed());
  }

  /** The center answered about this packet alone: it is well. */
  answered(): void {
    this.#refusals = 0;
  }

  /** The center answered, and not well. After several in a row the fault is hardly the packets'. */
  refused(): void {
    this.#refusals += 1;
    if (this.isTrouble) this.#contact.rest(fullJitter(this.#refusals, this.#random(), PACKET_BACKOFF));
  }

  broke(): void {
    if (this.#window !== null) this.#window = broken(this.#window, this.#clock.elapsed());
  }
}
