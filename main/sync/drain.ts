import type { PacketId } from '../../app/ids.ts';
import { PACKET_BACKOFF, untilDeadline } from '../../app/sync/retry.ts';
import type { OutboxItem } from '../store/api.ts';
import { BEFORE_ALL } from '../store/packets.ts';
import { Attempts, SHORTEST_BACKOFF_MS, type AttemptDeps } from './attempt.ts';
import type { PacketNote } from './manual.ts';
import { Throttle } from './throttle.ts';

export type DrainDeps = Omit<AttemptDeps, 'throttle'>;

/** One run over the outbox, as the engine sees it while it lasts. */
export interface DrainRun {
  readonly signal: AbortSignal;
  /** May turn true in the middle: the supervisor asked while packets were already going. */
  readonly isManual: () => boolean;
  readonly note: (note: PacketNote) => void;
  /** Whether the supervisor's hours let another packet begin. */
  readonly isOpen: () => boolean;
  /** Places: these alone, each once, whatever their backoff. */
  readonly only?: readonly number[];
}

/** done: nothing more is due · stopped: aborted, or the contact's gate closed · trouble: the center fails again and again */
export type DrainEnd = 'done' | 'stopped' | 'trouble';

/** In trouble packets that were never tried go first: a few that nothing can help must not stand before the others (G4). */
const LOOK_AHEAD = 64;

/** Sends what waits, oldest first, a window at a time. Owner of the order in which packets come up. */
export class Drain {
  readonly #deps: DrainDeps;
  readonly #throttle: Throttle;
  readonly #attempts: Attempts;
  /** Backoffs of a former run may have been set by a clock that was years ahead. */
  #ignoreBackoffOnce = true;

  constructor(deps: DrainDeps) {
    this.#deps = deps;
    this.#throttle = new Throttle(deps.contact, deps.clock, deps.random);
    this.#attempts = new Attempts({ ...deps, throttle: this.#throttle });
  }

  /** A person holds this one. */
  leave(packetId: PacketId): void {
    this.#attempts.cut(packetId);
  }

  /** Milliseconds until a packet is due; null when none waits. */
  async untilDue(): Promise<number | null> {
    const at = await this.#deps.store.outbox.nextDueAt();
    if (at === null) return null;
    if (this.#ignoreBackoffOnce) return 0;
    const now = this.#deps.clock.now();
    const wait = untilDeadline(at, now, PACKET_BACKOFF.capMs + SHORTEST_BACKOFF_MS);
    if (wait === 0 && at > now) this.#ignoreBackoffOnce = true;
    return wait;
  }

  /** Runs until nothing is due or the gate closes. Rejects only when the store does. */
  async run({ signal, isManual, note, isOpen, only }: DrainRun): Promise<DrainEnd> {
    const { contact } = this.#deps;
    const controller = new AbortController();
    const end = () => controller.abort();
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    const isEverything = this.#ignoreBackoffOnce && only === undefined;
    const queue = new Queue(this.#deps, this.#throttle, isEverything, only);
    if (isEverything) this.#ignoreBackoffOnce = false;
    let failures = 0;
    const attemptRun = {
      signal: controller.signal,
      end,
      note: (entry: PacketNote) => {
        if (entry.result === 'failed') failures += 1;
        note(entry);
      },
    };
    // The center answers one error after the other: whoever goes on only makes it worse.
    const inTrouble = () => this.#throttle.isTrouble && failures > 0;
    const mayStart = () =>
      !controller.signal.aborted && !inTrouble() && isOpen() && contact.gate(isManual()) === 'open';
    const active = new Map<PacketId, Promise<void>>();
    const faults: unknown[] = [];
    this.#throttle.begin();
    try {
      for (;;) {
        while (mayStart() && active.size < this.#throttle.size) {
          const item = await queue.next(active, isManual());
          // While the store was asked, the gate may have closed or the ceiling come down.
          if (item === undefined || !mayStart() || active.size >= this.#throttle.size) break;
          queue.take();
          const work = this.#attempts
            .make(item, attemptRun)
            .then((result) => queue.ended(item.packetId, result === 'received' || result === 'taken'))
            .catch((error: unknown) => {
              faults.push(error);
              end();
            })
            .finally(() => active.delete(item.packetId));
          active.set(item.packetId, work);
        }
        if (active.size === 0) break;
        await Promise.race(active.values());
      }
    } finally {
      end();
      await Promise.all(active.values());
      signal.removeEventListener('abort', end);
    }
    if (faults.length > 0) throw faults[0];
    if (signal.aborted || contact.gate(isManual()) !== 'open') return 'stopped';
    return inTrouble() ? 'trouble' : 'done';
  }
}

/** What comes up next in one run. However long the outbox is, it holds one short page of it. */
class Queue {
  readonly #deps: DrainDeps;
  readonly #throttle: Throttle;
  /** After a start, or a clock that was put back: what was stored about times means nothing. */
  readonly #isEverything: boolean;
  readonly #only: number[] | null;
  readonly #over = new Set<PacketId>();
  readonly #stalled = new Set<PacketId>();
  #page: OutboxItem[] = [];
  #isManual = false;
  /** Where backoff is passed over each packet has one attempt: pages go on behind the last one. */
  #after = BEFORE_ALL;

  constructor(
    deps: DrainDeps,
    throttle: Throttle,
    isEverything: boolean,
    only: readonly number[] | undefined,
  ) {
    this.#deps = deps;
    this.#throttle = throttle;
    this.#isEverything = isEverything;
    this.#only = only === undefined ? null : [...only];
  }

  /** The next packet, still in its place. */
  async next(active: ReadonlyMap<PacketId, unknown>, isManual: boolean): Promise<OutboxItem | undefined> {
    if (isManual !== this.#isManual) {
      this.#isManual = isManual;
      this.#page = [];
      this.#after = BEFORE_ALL;
    }
    while (this.#page.length === 0) {
      const page = await this.#read(active.size);
      if (page.length === 0) break;
      this.#page = page.filter(({ packetId }) => this.#mayGo(packetId) && !active.has(packetId));
      // Of a whole page that may not go, there is more only where pages go on.
      if (this.#page.length === 0 && !this.#passesBackoff) break;
    }
    return this.#page[0];
  }

  take(): void {
    this.#page.shift();
  }

  ended(packetId: PacketId, isOver: boolean): void {
    if (isOver) this.#over.add(packetId);
  }

  get #passesBackoff(): boolean {
    return this.#isManual || this.#isEverything;
  }

  async #read(active: number): Promise<OutboxItem[]> {
    const { store, clock, progress } = this.#deps;
    if (this.#only !== null) return this.#readOnly(this.#only);
    const { isTrouble, size } = this.#throttle;
    const limit = isTrouble ? LOOK_AHEAD : 2 * size + active + this.#stalled.size;
    const passes = this.#passesBackoff;
    const page = await store.outbox.due(clock.now(), limit, passes, passes ? this.#after : BEFORE_ALL);
    this.#after = page.at(-1)?.place ?? this.#after;
    if (page.length > 0) {
      const { waiting, waitingBytes } = await store.outbox.backlog();
      progress.waiting(waiting, waitingBytes);
    }
    if (isTrouble) page.sort((a, b) => a.attempts - b.attempts || a.place - b.place);
    return page;
  }

  /** The next of those that were asked for, if it still waits. */
  async #readOnly(asked: number[]): Promise<OutboxItem[]> {
    const { store, clock, progress } = this.#deps;
    for (let place = asked.shift(); place !== undefined; place = asked.shift()) {
      const items = await store.outbox.due(clock.now(), 1, true, place - 1);
      if (items[0]?.place !== place) continue;
      progress.waiting(1, items[0].size);
      return items;
    }
    return [];
  }

  /** A packet that stays waiting after its receipt was stored, or that nobody can lease, would go round for ever. */
  #mayGo(packetId: PacketId): boolean {
    if (!this.#over.has(packetId)) return true;
    if (!this.#stalled.has(packetId)) this.#deps.log.error('sync.packet.stalled', { packetId });
    this.#stalled.add(packetId);
    return false;
  }
}
