import type { HoldReason } from '../../app/enrollment/lifecycle.ts';
import { RekamError } from '../../app/errors.ts';
import type { PacketId } from '../../app/ids.ts';
import type { SyncSummary } from '../../app/ipc/status.ts';
import type { LinkCause } from '../../app/sync/link.ts';
import type { OutboxItem } from '../store/api.ts';
import type { Clock } from './api.ts';

export type PacketResult = 'received' | 'held' | 'failed';

/** What became of one packet in a run. */
export interface PacketNote {
  readonly item: Pick<OutboxItem, 'packetId' | 'sequence' | 'size'>;
  readonly result: PacketResult;
  readonly reason: HoldReason | null;
  readonly problem: string | null;
}

/** So many packets a summary names; it travels with the status. */
const NAMED = 20;

/** What became of the packets of a run; the last word about each counts. */
export class Tally {
  readonly #notes = new Map<PacketId, PacketNote>();

  note({ item, ...note }: PacketNote): void {
    const { packetId, sequence, size } = item;
    // An outbox item has its manifest with it: of ten thousand packets these would be six megabytes.
    this.#notes.set(packetId, { item: { packetId, sequence, size }, ...note });
  }

  get isEmpty(): boolean {
    return this.#notes.size === 0;
  }

  get receivedBytes(): number {
    let bytes = 0;
    for (const { item, result } of this.#notes.values()) if (result === 'received') bytes += item.size;
    return bytes;
  }

  /** What did not go and why: those that wait for a person first, each kind in sequence. */
  stuck(): SyncSummary['stuck'] {
    const of = (wanted: PacketResult) =>
      [...this.#notes.values()]
        .filter(({ result }) => result === wanted)
        .sort((a, b) => a.item.sequence - b.item.sequence);
    return [...of('held'), ...of('failed')].slice(0, NAMED).map(({ item, reason, problem }) => ({
      ...{ packetId: item.packetId, sequence: item.sequence, holdReason: reason, problem },
    }));
  }

  counts(): Record<PacketResult, number> {
    const counts = { received: 0, held: 0, failed: 0 };
    for (const { result } of this.#notes.values()) counts[result] += 1;
    return counts;
  }
}

/** What is still here after it: to go, and to be seen by a supervisor first. */
type Left = Pick<SyncSummary, 'remaining' | 'review'>;

/** A sync that the supervisor asked for, until its summary is there. */
class ManualSync {
  readonly tally = new Tally();
  readonly summary: Promise<SyncSummary>;
  isCancelled = false;
  readonly #startedAt: number;
  #resolve: (summary: SyncSummary) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
    this.summary = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  end(ended: SyncSummary['ended'], cause: LinkCause | null, left: Left, now: number): SyncSummary {
    const summary: SyncSummary = {
      startedAt: new Date(this.#startedAt).toISOString(),
      // The clock may have been set back meanwhile.
      endedAt: new Date(Math.max(this.#startedAt, now)).toISOString(),
      ...this.tally.counts(),
      receivedBytes: this.tally.receivedBytes,
      stuck: this.tally.stuck(),
      ...left,
      ended,
      cause,
    };
    this.#resolve(summary);
    return summary;
  }

  fail(error: unknown): void {
    this.#reject(error);
  }
}

/** After a cancelled sync the engine leaves the packets alone for so long: the person meant it. */
const QUIET_AFTER_CANCEL_MS = 60_000;

/** Owner of the sync by hand, if one runs, and of the summary of the last. */
export class ManualSyncs {
  readonly #clock: Clock;
  #current: ManualSync | null = null;
  #last: SyncSummary | null = null;
  #quietUntil = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get current(): ManualSync | null {
    return this.#current;
  }

  get last(): SyncSummary | null {
    return this.#last;
  }

  /** Milliseconds for which the packets are left alone. */
  get quietLeft(): number {
    return Math.max(0, this.#quietUntil - this.#clock.elapsed());
  }

  /** Throws `sync.running`: one at a time. */
  begin(): ManualSync {
    if (this.#current !== null) throw new RekamError('sync.running');
    this.#current = new ManualSync(this.#clock.now());
    this.#quietUntil = 0;
    return this.#current;
  }

  end(ended: SyncSummary['ended'], cause: LinkCause | null, left: Left): void {
    const manual = this.#current;
    if (manual === null) return;
    if (ended === 'cancelled') this.#quietUntil = this.#clock.elapsed() + QUIET_AFTER_CANCEL_MS;
    this.#last = manual.end(ended, cause, left, this.#clock.now());
    this.#current = null;
  }

  /** The store failed under it. */
  abandon(error: unknown): void {
    const manual = this.#current;
    this.#current = null;
    manual?.fail(error);
  }
}
