import { createHash, type Hash } from 'node:crypto';

interface Event {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

export class Violation extends Error {
  readonly invariant: string;

  constructor(invariant: string, detail: string) {
    super(`${invariant}: ${detail}`);
    this.invariant = invariant;
  }
}

/** More events at one and the same moment than any run of ours needs: something goes round without time passing. */
const MOMENT_LIMIT = 5_000;

/** Owner of true time, of what happens next, and of the trace. Time is milliseconds since the run began. */
export class World {
  readonly lines: string[] | null;
  violation: Violation | null = null;
  steps = 0;
  #now = 0;
  #order = 0;
  #sameMoment = 0;
  readonly #heap: Event[] = [];
  readonly #hash: Hash = createHash('sha256');

  constructor(options: { readonly keepTrace: boolean }) {
    this.lines = options.keepTrace ? [] : null;
  }

  get now(): number {
    return this.#now;
  }

  /** @param ms from now; what is due at the same moment happens in the order in which it was asked for */
  in(ms: number, act: () => void): void {
    const event = { at: this.#now + Math.max(0, ms), order: this.#order++, act };
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(event, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  trace(line: string): void {
    const text = `${(this.#now / 1000).toFixed(3).padStart(10)} ${line}`;
    this.#hash.update(text).update('\n');
    this.lines?.push(text);
  }

  fail(invariant: string, detail: string): void {
    if (this.violation !== null) return;
    this.violation = new Violation(invariant, detail);
    this.trace(`VIOLATION ${this.violation.message}`);
  }

  /** Something outside the event queue went round once more. */
  beat(): void {
    this.#sameMoment += 1;
    if (this.#sameMoment > MOMENT_LIMIT) this.fail('spin', 'thousands of steps and no time passes');
  }

  /** Lets one event happen, and then everything that waits for no time. False when nothing is left before `until`. */
  async step(until: number): Promise<boolean> {
    const next = this.#heap[0];
    if (next === undefined || next.at > until || this.violation !== null) return false;
    this.#pop();
    if (next.at > this.#now) this.#sameMoment = 0;
    this.#now = next.at;
    this.steps += 1;
    this.beat();
    next.act();
    // Promise reactions all run before the next turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    return true;
  }

  digest(): string {
    return this.#hash.digest('hex');
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const right = heap[child + 1];
      let smaller = heap[child];
      if (smaller !== undefined && right !== undefined && isBefore(right, smaller)) {
        child += 1;
        smaller = right;
      }
      if (smaller === undefined || !isBefore(smaller, last)) break;
      heap[at] = smaller;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
