import { RekamError } from '../../app/errors.ts';
import type { HoldReason } from '../../app/enrollment/lifecycle.ts';
import type { PacketId } from '../../app/ids.ts';
import { unreachable } from '../../app/result.ts';
import { broken, delivered, openWindow, resumed, withCeiling, type Window } from '../../app/sync/pacing.ts';
import { fullJitter, PACKET_BACKOFF, untilDeadline } from '../../app/sync/retry.ts';
import { sha256 } from '../security/sign.ts';
import type { OutboxItem, Remote, StoreApi } from '../store/api.ts';
import type { Clock, Random } from './api.ts';
import type { Call } from './call.ts';
import { verdictOf, type Verdict } from './classify.ts';
import type { Contact } from './contact.ts';
import { keepLease } from './lease.ts';
import type { SyncLog } from './log.ts';
import type { PacketResult } from './manual.ts';
import type { Progress } from './progress.ts';
import { uploadPacket } from './upload.ts';

export interface DrainDeps {
  readonly store: Remote<Pick<StoreApi, 'outbox'>>;
  readonly call: Call;
  readonly contact: Contact;
  readonly clock: Clock;
  readonly random: Random;
  readonly receiptKeyX: string;
  readonly progress: Progress;
  readonly log: SyncLog;
}

/** One run over the outbox, as the engine sees it while it lasts. */
export interface DrainRun {
  readonly signal: AbortSignal;
  /** May turn true in the middle: the supervisor asked while packets were already going. */
  readonly isManual: () => boolean;
  readonly note: (id: PacketId, result: PacketResult) => void;
}

interface Run extends DrainRun {
  /** Ends this run's uploads alone. */
  readonly controller: AbortController;
  readonly received: Set<PacketId>;
  failures: number;
}

/** done: nothing more is due · stopped: aborted, or the contact's gate closed · trouble: the center fails again and again */
export type DrainEnd = 'done' | 'stopped' | 'trouble';

type Attempt = 'received' | 'held' | 'waiting' | 'taken';

/** A lease outlives the longest silence that an upload may have. */
const LEASE_MS = 5 * 60_000;
const SHORTEST_BACKOFF_MS = 1_000;
/** After so many refusals in a row without a success everything rests a while. */
const TROUBLE = 3;
/** Then packets that were never tried go first: three that nothing can help must not stand before the others (G4). */
const LOOK_AHEAD = 64;
/** A call that the center finds malformed may be mended by an update there; after so many a person should know. */
const REQUEST_ATTEMPTS = 5;

/** Sends what waits, oldest first, a window at a time. Owner of what it learnt about packets under way. */
export class Drain {
  readonly #deps: DrainDeps;
  /** Packets of which the center may hold a beginning. */
  readonly #touched = new Set<PacketId>();
  /** Attempts since the center last held more of a packet than before; only these make the backoff grow. */
  readonly #fruitless = new Map<PacketId, number>();
  #window: Window | null = null;
  #trouble = 0;
  /** Backoffs of a former run may have been set by a clock that was years ahead. */
  #ignoreBackoffOnce = true;

  constructor(deps: DrainDeps) {
    this.#deps = deps;
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
  async run(input: DrainRun): Promise<DrainEnd> {
    const { store, clock, contact, progress } = this.#deps;
    const controller = new AbortController();
    const run: Run = { ...input, controller, received: new Set(), failures: 0 };
    const abort = () => controller.abort();
    if (run.signal.aborted) abort();
    run.signal.addEventListener('abort', abort, { once: true });
    const active = new Map<PacketId, Promise<void>>();
    const skip = new Set<PacketId>();
    const faults: unknown[] = [];
    const everything = this.#ignoreBackoffOnce;
    this.#ignoreBackoffOnce = false;
    let queue: OutboxItem[] = [];
    let isManual = run.isManual();
    const now = clock.now();
    this.#window =
      this.#window === null ? openWindow(contact.maxConcurrent, now) : resumed(this.#window, now);
    const mayStart = () =>
      !controller.signal.aborted && !this.#inTrouble(run) && contact.gate(isManual) === 'open'
        ? this.#window
        : null;
    try {
      for (;;) {
        if (run.isManual() !== isManual) {
          isManual = run.isManual();
          queue = [];
        }
        this.#window = withCeiling(this.#window, contact.maxConcurrent);
        while (active.size < (mayStart()?.size ?? 0)) {
          if (queue.length === 0) {
            queue = await this.#due(isManual || everything, skip, active, run);
            if (queue.length > 0) {
              const { waiting, waitingBytes } = await store.outbox.summary(clock.now());
              progress.waiting(waiting, waitingBytes);
            }
          }
          const item = queue.shift();
          if (item === undefined) break;
          const work = this.#attempt(item, run)
            .then((result) => {
              // Where backoff is passed over, each packet has one attempt; what somebody else holds is theirs.
              if (result === 'taken' || (result === 'waiting' && (isManual || everything)))
                skip.add(item.packetId);
            })
            .catch((error: unknown) => {
              faults.push(error);
              controller.abort();
            })
            .finally(() => active.delete(item.packetId));
          active.set(item.packetId, work);
        }
        if (active.size === 0) break;
        await Promise.race(active.values());
      }
    } finally {
      controller.abort();
      await Promise.all(active.values());
      run.signal.removeEventListener('abort', abort);
    }
    if (faults.length > 0) throw faults[0];
    if (run.signal.aborted || contact.gate(isManual) !== 'open') return 'stopped';
    return this.#inTrouble(run) ? 'trouble' : 'done';
  }

  /** The center answers one error after the other: whoever goes on only makes it worse. */
  #inTrouble(run: Run): boolean {
    return this.#trouble >= TROUBLE && run.failures > 0;
  }

  async #due(
    ignoreBackoff: boolean,
    skip: ReadonlySet<PacketId>,
    active: ReadonlyMap<PacketId, unknown>,
    run: Run,
  ): Promise<OutboxItem[]> {
    const { store, clock, log } = this.#deps;
    const isTrouble = this.#trouble >= TROUBLE;
    const limit = skip.size + active.size + (isTrouble ? LOOK_AHEAD : 2 * (this.#window?.size ?? 1));
    const items = await store.outbox.due(clock.now(), limit, ignoreBackoff);
    if (isTrouble) items.sort((a, b) => a.attempts - b.attempts || a.sequence - b.sequence);
    return items.filter(({ packetId }) => {
      // A packet that stays waiting after its receipt was stored would go round for ever.
      if (run.received.has(packetId)) log.error('sync.packet.stalled', { packetId });
      return !skip.has(packetId) && !active.has(packetId) && !run.received.has(packetId);
    });
  }

  async #attempt(due: OutboxItem, run: Run): Promise<Attempt> {
    const { store, clock, contact, progress, log } = this.#deps;
    const { packetId } = due;
    const item = await store.outbox.lease(packetId, clock.now(), LEASE_MS);
    if (item === null) return 'taken';
    const sealed = await this.#sealedBytes(packetId);
    // Bytes that the disk spoiled would be refused by the center for ever.
    if (sealed === null || sealed.length !== item.size || sha256(sealed) !== item.sha256) {
      log.error('sync.packet.unreadable', { packetId });
      return this.#hold(item, 'unreadable', 'sealed-bytes', run);
    }
    let advanced = false;
    const resume = due.attempts > 0 || due.offset > 0 || this.#touched.has(packetId);
    this.#touched.add(packetId);
    const lease = keepLease({ store, clock, log }, packetId, LEASE_MS);
    try {
      const { jws } = await uploadPacket(
        { call: this.#deps.call, now: () => clock.now(), receiptKeyX: this.#deps.receiptKeyX },
        item,
        sealed,
        {
          signal: run.controller.signal,
          resume,
          onConfirmed: async (offset) => {
            if (offset > due.offset) {
              advanced = true;
              await store.outbox.progress(packetId, offset);
            }
            progress.sent(packetId, offset, false);
          },
          onSent: (bytes) => {
            progress.sent(packetId, bytes, true);
            lease.alive();
          },
        },
      );
      await lease.settled();
      await store.outbox.received(packetId, jws, clock.now());
      this.#delivered(item, run);
      contact.answered();
      return 'received';
    } catch (error) {
      await lease.settled();
      const verdict = verdictOf(error);
      if (verdict === null) {
        await store.outbox.unlease(packetId);
        throw error;
      }
      if (advanced) this.#fruitless.set(packetId, 0);
      return this.#settle(item, verdict, run);
    }
  }

  async #settle(item: OutboxItem, verdict: Verdict, run: Run): Promise<Attempt> {
    const { contact, log } = this.#deps;
    // Ours to cut: cancelled, stopped, or the link is gone for all.
    if (run.controller.signal.aborted) return this.#giveBack(item);
    log.warn('sync.packet', { packetId: item.packetId, verdict: verdict.kind, problem: verdict.problem });
    switch (verdict.kind) {
      case 'hold':
        this.#trouble = 0;
        contact.answered();
        return this.#hold(item, verdict.reason, verdict.problem, run);
      case 'pause':
        contact.pause(verdict.retryAfterMs);
        this.#shrink();
        return this.#giveBack(item);
      case 'station':
        await contact.denied(verdict.problem);
        run.controller.abort();
        return this.#giveBack(item);
      case 'clock':
        await contact.probe(run.controller.signal);
        return this.#refused(item, verdict.problem, run);
      case 'request':
        if (item.attempts >= REQUEST_ATTEMPTS) return this.#hold(item, 'refused', verdict.problem, run);
        return this.#refused(item, verdict.problem, run);
      case 'offset':
        return this.#refused(item, verdict.problem, run);
      case 'retry':
        return this.#again(item, verdict, run);
      default:
        return unreachable(verdict);
    }
  }

  async #again(
    item: OutboxItem,
    { cause, problem }: Extract<Verdict, { kind: 'retry' }>,
    run: Run,
  ): Promise<Attempt> {
    const { contact } = this.#deps;
    if (cause === null) return this.#refused(item, problem, run);
    this.#shrink();
    if (cause === 'centerError') return this.#refused(item, problem, run);
    // The link broke. The pulse decides whether it is this packet's bad luck or everybody's.
    contact.suspect();
    if (await contact.probe(run.controller.signal)) return this.#failed(item, problem, run);
    if (!run.controller.signal.aborted) {
      run.failures += 1;
      run.note(item.packetId, 'failed');
      run.controller.abort();
    }
    return this.#giveBack(item);
  }

  /** The center answered, and not well. After several in a row the fault is hardly the packets'. */
  #refused(item: OutboxItem, problem: string, run: Run): Promise<Attempt> {
    const { contact, random } = this.#deps;
    this.#trouble += 1;
    if (this.#trouble >= TROUBLE) contact.rest(fullJitter(this.#trouble, random(), PACKET_BACKOFF));
    return this.#failed(item, problem, run);
  }

  #shrink(): void {
    if (this.#window !== null) this.#window = broken(this.#window, this.#deps.clock.now());
  }

  /** No attempt of its own counts: due again as soon as the link is. */
  async #giveBack(item: OutboxItem): Promise<Attempt> {
    await this.#deps.store.outbox.unlease(item.packetId);
    this.#deps.progress.dropped(item.packetId);
    return 'waiting';
  }

  async #failed(item: OutboxItem, problem: string, run: Run): Promise<Attempt> {
    const { store, clock, random, progress } = this.#deps;
    const attempts = (this.#fruitless.get(item.packetId) ?? item.attempts) + 1;
    this.#fruitless.set(item.packetId, attempts);
    run.failures += 1;
    run.note(item.packetId, 'failed');
    const wait = Math.max(SHORTEST_BACKOFF_MS, fullJitter(attempts, random(), PACKET_BACKOFF));
    await store.outbox.failed(item.packetId, problem, clock.now() + wait);
    progress.dropped(item.packetId);
    return 'waiting';
  }

  /** Null where they are gone, or lie on a page that the database's cipher finds spoiled: the other packets go on. */
  async #sealedBytes(packetId: PacketId): Promise<Uint8Array | null> {
    const { store } = this.#deps;
    try {
      return await store.outbox.sealed(packetId);
    } catch (error) {
      if (error instanceof RekamError && error.code === 'store.damaged') return null;
      await store.outbox.unlease(packetId);
      throw error;
    }
  }

  async #hold(item: OutboxItem, reason: HoldReason, problem: string, run: Run): Promise<Attempt> {
    await this.#deps.store.outbox.hold(item.packetId, reason, problem, this.#deps.clock.now());
    run.note(item.packetId, 'held');
    this.#deps.progress.settled(item.packetId, item.size);
    return 'held';
  }

  #delivered(item: OutboxItem, run: Run): void {
    const { clock, progress } = this.#deps;
    this.#touched.delete(item.packetId);
    this.#fruitless.delete(item.packetId);
    this.#trouble = 0;
    run.received.add(item.packetId);
    run.note(item.packetId, 'received');
    if (this.#window !== null) this.#window = delivered(this.#window, item.size, clock.now());
    progress.settled(item.packetId, item.size);
  }
}
