import type { PacketId } from '../../app/ids.ts';
import type { SyncSummary } from '../../app/ipc/status.ts';
import type { LinkCause } from '../../app/sync/link.ts';

export type PacketResult = 'received' | 'held' | 'failed';

/** What became of the packets of a run; the last word about each counts. */
export class Tally {
  readonly #results = new Map<PacketId, PacketResult>();

  note(id: PacketId, result: PacketResult): void {
    this.#results.set(id, result);
  }

  get isEmpty(): boolean {
    return this.#results.size === 0;
  }

  counts(): Record<PacketResult, number> {
    const counts = { received: 0, held: 0, failed: 0 };
    for (const result of this.#results.values()) counts[result] += 1;
    return counts;
  }
}

/** A sync that the supervisor asked for, until its summary is there. */
export class ManualSync {
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

  end(ended: SyncSummary['ended'], cause: LinkCause | null, remaining: number, now: number): SyncSummary {
    const summary: SyncSummary = {
      startedAt: new Date(this.#startedAt).toISOString(),
      // The clock may have been set back meanwhile.
      endedAt: new Date(Math.max(this.#startedAt, now)).toISOString(),
      ...this.tally.counts(),
      remaining,
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
