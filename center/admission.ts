import type { Pace } from '../app/sync/protocol.ts';

/** What one center takes. */
export interface Capacity {
  /** Uploads under way at once. */
  readonly maxUploads: number;
  /** New uploads a second, over time; `maxUploads` may come at once. */
  readonly packetsPerSecond: number;
  /** Uploads one station may have under way. */
  readonly perStation: number;
}

export const DEFAULT_CAPACITY: Capacity = { maxUploads: 256, packetsPerSecond: 1000, perStation: 8 };
/** Nobody is told to come back sooner, so that refusing costs less than serving. */
const WAIT_MIN_MS = 1000;

export interface Admission {
  /** Told to everybody who asks: free now, or a moment drawn at random over the backlog. */
  pace(): Pace;
  /** Takes one upload in, or says how long to wait in milliseconds. `leave` exactly once for each that was taken in. */
  enter():
    | { readonly ok: true; readonly leave: () => void }
    | { readonly ok: false; readonly retryAfterMs: number };
  setCapacity(capacity: Capacity): void;
}

/**
 * Spreads stations that come back together (G7). Capacity is a token bucket; whoever finds it empty joins a backlog,
 * which drains at the same rate, and is sent away for a random time over the window that the backlog fills. So the
 * window grows with the crowd, and the crowd comes back at about the rate that the center takes.
 * @param now milliseconds, monotonic
 * @param random in [0, 1)
 */
export function createAdmission(initial: Capacity, now: () => number, random: () => number): Admission {
  let capacity = initial;
  let underWay = 0;
  let tokens = capacity.maxUploads;
  let backlog = 0;
  let last = now();

  function tick(): void {
    const at = now();
    const drained = ((at - last) / 1000) * capacity.packetsPerSecond;
    last = at;
    // The backlog has the first claim on what the center can take.
    backlog = Math.max(0, backlog - drained);
    tokens = Math.min(capacity.maxUploads, tokens + drained);
  }

  function isFree(): boolean {
    return underWay < capacity.maxUploads && tokens >= 1;
  }

  function wait(): number {
    backlog += 1;
    const windowMs = (backlog / capacity.packetsPerSecond) * 1000;
    return Math.ceil(WAIT_MIN_MS + random() * windowMs);
  }

  return {
    pace: () => {
      tick();
      const free = isFree();
      const share = Math.max(1, capacity.maxUploads - underWay);
      return { maxConcurrent: Math.min(capacity.perStation, share), retryAfterMs: free ? 0 : wait() };
    },
    enter: () => {
      tick();
      if (!isFree()) return { ok: false, retryAfterMs: wait() };
      tokens -= 1;
      underWay += 1;
      let left = false;
      return {
        ok: true,
        leave: () => {
          if (!left) underWay -= 1;
          left = true;
        },
      };
    },
    setCapacity: (next) => {
      tick();
      capacity = next;
      tokens = Math.min(tokens, next.maxUploads);
    },
  };
}
