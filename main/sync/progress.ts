import type { PacketId } from '../../app/ids.ts';
import type { SyncProgress } from '../../app/ipc/status.ts';
import { openRate, secondsLeft, sentMore, type Rate } from '../../app/sync/pacing.ts';
import type { Clock } from './api.ts';

type Phase = SyncProgress['phase'];

/** The window redraws at most this often for bytes alone. */
const TELL_EVERY_MS = 250;

/** Owner of what the window shows of a sync under way: items, bytes, rate, time left. */
export class Progress {
  readonly #clock: Clock;
  readonly #changed: () => void;
  #run: { manual: boolean; startedAt: number; phase: Phase } | null = null;
  #rate: Rate = openRate(0);
  #items = { done: 0, total: 0 };
  #bytes = { done: 0, total: 0 };
  readonly #active = new Map<PacketId, number>();
  #toldAt = 0;

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  begin(manual: boolean): void {
    this.#run = { manual, startedAt: this.#clock.now(), phase: 'link' };
    this.#rate = openRate(this.#clock.elapsed());
    this.#items = { done: 0, total: 0 };
    this.#bytes = { done: 0, total: 0 };
    this.#active.clear();
    this.#changed();
  }

  phase(phase: Phase): void {
    if (this.#run === null || this.#run.phase === phase) return;
    this.#run.phase = phase;
    // Time spent without uploads must not count as slowness of the link.
    if (phase === 'packets') this.#rate = openRate(this.#clock.elapsed());
    this.#changed();
  }

  /** What still waits, those under way included. */
  waiting(items: number, bytes: number): void {
    this.#items.total = this.#items.done + items;
    this.#bytes.total = this.#bytes.done + bytes;
    this.#changed();
  }

  /** @param bytes of this packet that are over, from its beginning; @param isTraffic false for what was there before */
  sent(id: PacketId, bytes: number, isTraffic: boolean): void {
    const before = this.#active.get(id) ?? 0;
    this.#active.set(id, bytes);
    if (isTraffic && bytes > before) this.#rate = sentMore(this.#rate, bytes - before, this.#clock.elapsed());
    this.#tell();
  }

  /** Received or held: it waits no more. */
  settled(id: PacketId, size: number): void {
    this.#active.delete(id);
    this.#items.done += 1;
    this.#bytes.done += size;
    this.#items.total = Math.max(this.#items.total, this.#items.done);
    this.#bytes.total = Math.max(this.#bytes.total, this.#bytes.done);
    this.#changed();
  }

  /** Failed or given back: it waits still. */
  dropped(id: PacketId): void {
    this.#active.delete(id);
    this.#changed();
  }

  end(): void {
    if (this.#run === null) return;
    this.#run = null;
    this.#active.clear();
    this.#changed();
  }

  view(): SyncProgress | null {
    if (this.#run === null) return null;
    let underWay = 0;
    for (const bytes of this.#active.values()) underWay += bytes;
    const done = Math.min(this.#bytes.done + underWay, this.#bytes.total);
    return {
      manual: this.#run.manual,
      startedAt: new Date(this.#run.startedAt).toISOString(),
      phase: this.#run.phase,
      items: { ...this.#items },
      bytes: { done, total: this.#bytes.total },
      bytesPerSecond: this.#rate.bytesPerSecond,
      secondsLeft: secondsLeft(this.#rate, this.#bytes.total - done),
    };
  }

  #tell(): void {
    const now = this.#clock.elapsed();
    if (now - this.#toldAt < TELL_EVERY_MS) return;
    this.#toldAt = now;
    this.#changed();
  }
}
