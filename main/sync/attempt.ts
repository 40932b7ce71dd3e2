import { RekamError } from '../../app/errors.ts';
import type { HoldReason } from '../../app/enrollment/lifecycle.ts';
import type { PacketId } from '../../app/ids.ts';
import { unreachable } from '../../app/result.ts';
import { fullJitter, PACKET_BACKOFF } from '../../app/sync/retry.ts';
import type { OutboxItem, Remote, StoreApi } from '../store/api.ts';
import type { Clock, Random } from './api.ts';
import type { Call } from './call.ts';
import type { Ceiling } from './ceiling.ts';
import { verdictOf, type Verdict } from './classify.ts';
import type { Contact } from './contact.ts';
import { keepLease } from './lease.ts';
import type { SyncLog } from './log.ts';
import type { PacketNote, PacketResult } from './manual.ts';
import type { Progress } from './progress.ts';
import { ReceiptBook, type ReceiptCheck } from './receipts.ts';
import { readSealed } from './sealed.ts';
import type { Throttle } from './throttle.ts';
import { uploadPacket } from './upload.ts';

export interface AttemptDeps {
  readonly store: Remote<Pick<StoreApi, 'outbox'>>;
  readonly call: Call;
  readonly contact: Contact;
  readonly throttle: Throttle;
  readonly clock: Clock;
  readonly random: Random;
  readonly checkReceipt: ReceiptCheck;
  readonly progress: Progress;
  readonly ceiling: Ceiling;
  readonly log: SyncLog;
}

/** The run over the outbox that an attempt belongs to. */
export interface AttemptRun {
  /** Aborts what is under way in this run. */
  readonly signal: AbortSignal;
  readonly note: (note: PacketNote) => void;
  /** Nothing more is to be tried in this run. */
  readonly end: () => void;
}

/** taken: somebody else has it, or it waits no more */
export type AttemptEnd = 'received' | 'held' | 'waiting' | 'taken';

/** What this process knows of a packet's earlier attempts beyond the outbox. */
interface Memory {
  /** Attempts since the center last held more of it than before; only these make the backoff grow. */
  fruitless: number | null;
  /** Calls for it that the center found malformed. */
  refusals: number;
}

/** A lease outlives the longest silence that an upload may have. */
const LEASE_MS = 5 * 60_000;
export const SHORTEST_BACKOFF_MS = 1_000;
/** A call that the center finds malformed may be mended by an update there; after so many a person should know. */
const REQUEST_REFUSALS = 5;

/** One attempt at one packet, from lease to receipt, failure or hold. Owner of what it learnt about packets under way. */
export class Attempts {
  readonly #deps: AttemptDeps;
  readonly #receipts: ReceiptBook;
  /** Only of packets that were tried and still wait. */
  readonly #memory = new Map<PacketId, Memory>();
  readonly #underWay = new Map<PacketId, AbortController>();

  constructor(deps: AttemptDeps) {
    this.#deps = deps;
    this.#receipts = new ReceiptBook(deps.store);
  }

  /** Rejects only when the store does. */
  async make(due: OutboxItem, run: AttemptRun): Promise<AttemptEnd> {
    const own = new AbortController();
    const end = () => own.abort();
    if (run.signal.aborted) end();
    run.signal.addEventListener('abort', end, { once: true });
    this.#underWay.set(due.packetId, own);
    try {
      return await this.#make(due, { ...run, signal: own.signal });
    } finally {
      this.#underWay.delete(due.packetId);
      run.signal.removeEventListener('abort', end);
    }
  }

  /** A person takes this packet: its attempt ends uncounted, and what was learnt of it is no matter once it is released. */
  cut(packetId: PacketId): void {
    this.#memory.delete(packetId);
    this.#underWay.get(packetId)?.abort();
  }

  async #make(due: OutboxItem, run: AttemptRun): Promise<AttemptEnd> {
    const { store, clock, log } = this.#deps;
    const { packetId } = due;
    const item = await store.outbox.lease(packetId, clock.now(), LEASE_MS);
    if (item === null) return 'taken';
    try {
      return await this.#leased(due, item, run);
    } catch (error) {
      // The store failed somewhere on the way: what it can still do is let the packet go before its lease runs out.
      await store.outbox.unlease(packetId).catch((second: unknown) => {
        log.warn('sync.lease', { packetId, reason: second instanceof Error ? second.name : 'unknown' });
      });
      throw error;
    }
  }

  async #leased(due: OutboxItem, item: OutboxItem, run: AttemptRun): Promise<AttemptEnd> {
    const { store, clock, contact, progress, log } = this.#deps;
    const { packetId } = item;
    const sealed = await readSealed(store, item);
    if (sealed === null) {
      log.error('sync.packet.unreadable', { packetId });
      return this.#hold(item, 'unreadable', 'sealed-bytes', run);
    }
    let advanced = false;
    const resume = due.attempts > 0 || due.offset > 0 || this.#memory.has(packetId);
    const memory = this.#memoryOf(packetId);
    const lease = keepLease({ store, clock, log }, packetId, LEASE_MS);
    try {
      const receipt = await uploadPacket(
        {
          ...{ call: this.#deps.call, now: () => clock.now() },
          ...{ checkReceipt: this.#deps.checkReceipt, pace: this.#deps.ceiling },
        },
        item,
        sealed,
        {
          signal: run.signal,
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
            contact.carried();
            lease.alive();
          },
        },
      );
      // The center has answered, whatever the disk here says next.
      contact.answered();
      await lease.settled();
      await this.#receipts.keep(receipt);
      this.#memory.delete(packetId);
      this.#deps.throttle.received(item.size);
      note(run, item, 'received');
      progress.settled(packetId, item.size, true);
      return 'received';
    } catch (error) {
      await lease.settled();
      const verdict = verdictOf(error);
      if (verdict === null) throw error;
      if (advanced) memory.fruitless = 0;
      return this.#settle(item, verdict, run);
    }
  }

  async #settle(item: OutboxItem, verdict: Verdict, run: AttemptRun): Promise<AttemptEnd> {
    const { contact, throttle, log } = this.#deps;
    const { packetId } = item;
    // What the center says to everybody counts, whatever became of this run meanwhile.
    if (verdict.kind === 'pause') contact.pause(verdict);
    if (verdict.kind === 'station') await contact.denied(verdict.problem);
    // Ours to cut: cancelled, stopped, or the link is gone for all.
    if (run.signal.aborted) return this.#giveBack(item);
    log.warn('sync.packet', { packetId, verdict: verdict.kind, problem: verdict.problem });
    switch (verdict.kind) {
      case 'hold':
        throttle.answered();
        contact.answered();
        return this.#hold(item, verdict.reason, verdict.problem, run);
      case 'pause':
        throttle.broke();
        return this.#giveBack(item);
      case 'station':
        run.end();
        return this.#giveBack(item);
      case 'clock':
        await contact.probe(run.signal);
        return this.#refused(item, verdict.problem, run);
      case 'request': {
        const memory = this.#memoryOf(packetId);
        memory.refusals += 1;
        if (memory.refusals >= REQUEST_REFUSALS) return this.#hold(item, 'refused', verdict.problem, run);
        return this.#refused(item, verdict.problem, run);
      }
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
    run: AttemptRun,
  ): Promise<AttemptEnd> {
    const { contact, throttle } = this.#deps;
    if (cause === null) return this.#refused(item, problem, run);
    throttle.broke();
    if (cause === 'centerError') return this.#refused(item, problem, run);
    // The link broke. The pulse decides whether it is this packet's bad luck or everybody's.
    contact.suspect();
    if (await contact.probe(run.signal)) {
      if (cause !== 'clock') return this.#failed(item, problem, run);
      // The pulse lets a certificate's dates fail; nothing else does, of whatever packet.
      await contact.denied(problem, 'clock');
    }
    if (!run.signal.aborted) {
      note(run, item, 'failed', problem);
      run.end();
    }
    return this.#giveBack(item);
  }

  #refused(item: OutboxItem, problem: string, run: AttemptRun): Promise<AttemptEnd> {
    this.#deps.throttle.refused();
    return this.#failed(item, problem, run);
  }

  /** No attempt of its own counts: due again as soon as the link is. */
  async #giveBack(item: OutboxItem): Promise<AttemptEnd> {
    await this.#deps.store.outbox.unlease(item.packetId);
    this.#deps.progress.dropped(item.packetId);
    return 'waiting';
  }

  async #failed(item: OutboxItem, problem: string, run: AttemptRun): Promise<AttemptEnd> {
    const { store, clock, random, progress } = this.#deps;
    const memory = this.#memoryOf(item.packetId);
    memory.fruitless = (memory.fruitless ?? item.attempts) + 1;
    note(run, item, 'failed', problem);
    const wait = Math.max(SHORTEST_BACKOFF_MS, fullJitter(memory.fruitless, random(), PACKET_BACKOFF));
    await store.outbox.failed(item.packetId, problem, clock.now() + wait);
    progress.dropped(item.packetId);
    return 'waiting';
  }

  async #hold(item: OutboxItem, reason: HoldReason, problem: string, run: AttemptRun): Promise<AttemptEnd> {
    try {
      await this.#deps.store.outbox.hold(item.packetId, reason, problem, this.#deps.clock.now());
    } catch (error) {
      if (!(error instanceof RekamError) || error.code !== 'packet.state') throw error;
      // Receipts from a disk settled it while it was being refused.
      this.#memory.delete(item.packetId);
      this.#deps.progress.settled(item.packetId, item.size, false);
      return 'taken';
    }
    this.#memory.delete(item.packetId);
    run.note({ item, result: 'held', reason, problem });
    this.#deps.progress.settled(item.packetId, item.size, false);
    return 'held';
  }

  #memoryOf(packetId: PacketId): Memory {
    const known = this.#memory.get(packetId);
    if (known !== undefined) return known;
    const memory: Memory = { fruitless: null, refusals: 0 };
    this.#memory.set(packetId, memory);
    return memory;
  }
}

function note(run: AttemptRun, item: OutboxItem, result: PacketResult, problem: string | null = null): void {
  run.note({ item, result, reason: null, problem });
}
