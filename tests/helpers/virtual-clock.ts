import type { Clock } from '../../main/sync/api.ts';

interface Timer {
  at: number;
  readonly wake: () => void;
}

/** A clock that stands still until a test moves it, and fires what was waiting for each moment in order. */
export class VirtualClock implements Clock {
  #now: number;
  /** What jumps took off or put on, so that `elapsed` knows nothing of them. */
  #jumped = 0;
  readonly #timers = new Set<Timer>();

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  elapsed(): number {
    return this.#now - this.#jumped;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const wake = () => {
        this.#timers.delete(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer: Timer = { at: this.#now + ms, wake };
      this.#timers.add(timer);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  /** Somebody sets the PC's clock; timers under way keep their distance. */
  jump(ms: number): void {
    for (const timer of this.#timers) timer.at += ms;
    this.#now += ms;
    this.#jumped += ms;
  }

  /** Lets everything run that waits for no time. */
  async settle(): Promise<void> {
    for (let round = 0; round < 5; round += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Moves time on by `ms`, stopping at each timer on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      await this.settle();
    }
    this.#now = end;
    await this.settle();
  }
}
