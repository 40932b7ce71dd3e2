import type { Pace } from '../app/sync/protocol.ts';

/** What one center takes. */
export interface Capacity {
  /** Uploads under way at once. */
  readonly maxUploads: number;
  /** New uploads a second, over time; after a quiet while a second's worth may come at once. */
  readonly packetsPerSecond: number;
  /** Uploads one station may have under way. */
  readonly perStation: number;
}

export const DEFAULT_CAPACITY: Capacity = { maxUploads: 256, packetsPerSecond: 1000, perStation: 8 };
/** Nobody is told to come back sooner, so that refusing costs less than serving. */
const WAIT_MIN_MS = 1000;
/** While others wait, a station that is let in may bring so many packets before it waits again. */
const TURN = 10;
/** What is left of a turn is the next one's after such a silence. */
const TURN_IDLE_MS = 30_000;
/** Whoever comes in the time that it was given finds room, even where chance sent some seconds' worth at once. */
const GRACE_SECONDS = 4;

export interface Admission {
  /** Told to everybody who asks: free now, or a moment drawn at random over the backlog. */
  pace(): Pace;
  /** Takes one upload in, or says how long to wait in milliseconds. `leave` exactly once for each that was taken in. */
  enter(
    station: string,
  ):
    | { readonly ok: true; readonly leave: () => void }
    | { readonly ok: false; readonly retryAfterMs: number };
  setCapacity(capacity: Capacity): void;
}

/**
 * Spreads stations that come back together (G7). Capacity is a token bucket; whoever finds it empty joins a backlog,
 * which drains at the same rate, and is sent away for a random time around what the backlog takes (a
 * queue, a little shuffled: evenly over the whole window those who come later would meet those who came first). So the window grows
 * with the crowd, and the crowd comes back at about the rate that the center takes. Where there is a backlog, each
 * comes for a turn of several packets: coming for one would cost an answer for each packet.
 * @param now milliseconds, monotonic
 * @param random in [0, 1)
 */
export function createAdmission(initial: Capacity, now: () => number, random: () => number): Admission {
  let capacity = initial;
  let underWay = 0;
  let tokens = burst(capacity);
  /** Packets that those sent away will bring. */
  let backlog = 0;
  let last = now();
  /** Under way now, oldest use first: packets left and when they lapse. */
  const turns = new Map<string, { left: number; lapsesAt: number }>();
  /** Who was sent away until when. */
  const slots = new Map<string, number>();

  function tick(): void {
    const at = now();
    const drained = ((at - last) / 1000) * capacity.packetsPerSecond;
    last = at;
    backlog = Math.max(0, backlog - drained);
    tokens += drained;
    for (const [station, { left, lapsesAt }] of turns) {
      if (lapsesAt > at) break;
      tokens += left;
      turns.delete(station);
    }
    tokens = Math.min(burst(capacity), tokens);
  }

  /** A moment around the end of what others will bring first. */
  function draw(): number {
    const windowMs = ((backlog + TURN) / capacity.packetsPerSecond) * 1000;
    return Math.ceil(WAIT_MIN_MS + (0.8 + 0.3 * random()) * windowMs);
  }

  function sendAway(station: string): number {
    const at = now();
    const slot = slots.get(station);
    // Who asks again before its time stands in the queue once.
    if (slot !== undefined && slot > at) return Math.ceil(slot - at);
    const wait = draw();
    backlog += TURN;
    slots.set(station, at + wait);
    return wait;
  }

  /** Whether there is room for this station's next packet; its turn goes on, or begins. */
  function takes(station: string): boolean {
    if (underWay >= capacity.maxUploads) return false;
    const at = now();
    const turn = turns.get(station);
    if (turn !== undefined && turn.left > 0) {
      turns.delete(station);
      turns.set(station, { left: turn.left - 1, lapsesAt: at + TURN_IDLE_MS });
      return true;
    }
    const slot = slots.get(station);
    const isItsTime = slot !== undefined && slot <= at;
    if (tokens < (isItsTime ? -GRACE_SECONDS * capacity.packetsPerSecond : 1)) return false;
    const packets = backlog > 0 ? TURN : 1;
    tokens -= packets;
    turns.delete(station);
    if (packets > 1) turns.set(station, { left: packets - 1, lapsesAt: at + TURN_IDLE_MS });
    slots.delete(station);
    return true;
  }

  return {
    // A pulse says not who asks: it hears about when, and only a refused upload stands in the queue.
    pace: () => {
      tick();
      const free = underWay < capacity.maxUploads && tokens >= 1;
      // In a crowd each brings its packets one by one: whoever is refused is refused once.
      const share = backlog > 0 ? 1 : Math.max(1, capacity.maxUploads - underWay);
      return { maxConcurrent: Math.min(capacity.perStation, share), retryAfterMs: free ? 0 : draw() };
    },
    enter: (station) => {
      tick();
      if (!takes(station)) return { ok: false, retryAfterMs: sendAway(station) };
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
      tokens = Math.min(tokens, burst(next));
    },
  };
}

function burst({ maxUploads, packetsPerSecond }: Capacity): number {
  return Math.max(1, Math.min(maxUploads, packetsPerSecond));
}
