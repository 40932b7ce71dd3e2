import type { PacketId } from '../../app/ids.ts';
import type { SyncProgress } from '../../app/ipc/status.ts';
import {
  arrived,
  carriedOf,
  openCarried,
  openRate,
  secondsLeft,
  sentMore,
  underWay,
  type Begun,
  type Carried,
  type Rate,
} from '../../app/sync/pacing.ts';
import type { Clock } from './api.ts';

type Phase = SyncProgress['phase'];

/** The window redraws at most this often for bytes alone. */
const TELL_EVERY_MS = 250;

/** One packet under way: bytes from its beginning. */
interface Upload {
  /** The center held these before. */
  base: number;
  /** The network took these. */
  sent: number;
  readonly begun: Begun;
}

/** Owner of what the window shows of a sync under way: items, bytes, rate, time left. */
export class Progress {
  readonly #clock: Clock;
  readonly #changed: () => void;
  #run: { manual: boolean; startedAt: number; phase: Phase } | null = null;
  #rate: Rate = openRate(0);
  #items = { done: 0, total: 0 };
  #bytes = { done: 0, total: 0 };
  #carried: Carried = openCarried(0);
  /** When the last packet arrived, or the run began. */
  #movedAt = 0;
  readonly #active = new Map<PacketId, Upload>();
  #toldAt = 0;

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  begin(manual: boolean): void {
    this.#run = { manual, startedAt: this.#clock.now(), phase: 'link' };
    this.#items = { done: 0, total: 0 };
    this.#bytes = { done: 0, total: 0 };
    this.#restart();
    this.#changed();
  }

  phase(phase: Phase): void {
    if (this.#run === null || this.#run.phase === phase) return;
    this.#run.phase = phase;
    // Time spent without uploads must not count as slowness of the link.
    if (phase === 'packets') this.#restart();
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
    const upload = this.#active.get(id) ?? this.#begin(id);
    const more = bytes - upload.sent;
    upload.sent = bytes;
    if (!isTraffic) upload.base = bytes;
    else if (more > 0) this.#rate = sentMore(this.#rate, more, this.#clock.elapsed());
    this.#tell();
  }

  /** Received or held: it waits no more. */
  settled(id: PacketId, size: number, isReceived: boolean): void {
    const upload = this.#active.get(id);
    const now = this.#clock.elapsed();
    if (isReceived && upload !== undefined) {
      this.#carried = arrived(this.#carried, upload.begun, size - upload.base, now);
      this.#movedAt = now;
    }
    this.#leave(id);
    this.#items.done += 1;
    this.#bytes.done += size;
    this.#items.total = Math.max(this.#items.total, this.#items.done);
    this.#bytes.total = Math.max(this.#bytes.total, this.#bytes.done);
    this.#changed();
  }

  /** Failed or given back: it waits still. */
  dropped(id: PacketId): void {
    this.#leave(id);
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
    const now = this.#clock.elapsed();
    const rate = this.#rateNow(now);
    let done = this.#bytes.done;
    for (const { base, sent, begun } of this.#active.values())
      done +=
        rate === null ? base : Math.min(sent, base + Math.floor(carriedOf(this.#carried, begun, rate, now)));
    done = Math.min(done, this.#bytes.total);
    return {
      manual: this.#run.manual,
      startedAt: new Date(this.#run.startedAt).toISOString(),
      phase: this.#run.phase,
      items: { ...this.#items },
      bytes: { done, total: this.#bytes.total },
      bytesPerSecond: rate,
      secondsLeft: secondsLeft(rate, this.#bytes.total - done),
    };
  }

  /** Falls from the moment at which what was handed over should have arrived and has not: a link that stands still has no rate. */
  #rateNow(now: number): number | null {
    const rate = this.#carried.bytesPerSecond ?? this.#rate.bytesPerSecond;
    if (rate === null) return null;
    let handed = 0;
    for (const { base, sent } of this.#active.values()) handed += sent - base;
    const elapsed = now - this.#movedAt;
    return handed === 0 || elapsed <= 0 ? rate : Math.min(rate, (handed * 1000) / elapsed);
  }

  #restart(): void {
    const now = this.#clock.elapsed();
    this.#rate = openRate(now);
    this.#carried = openCarried(now);
    this.#movedAt = now;
    this.#active.clear();
  }

  #begin(id: PacketId): Upload {
    const now = this.#clock.elapsed();
    this.#carried = underWay(this.#carried, 1, now);
    const upload = { base: 0, sent: 0, begun: { at: now, area: this.#carried.area } };
    this.#active.set(id, upload);
    return upload;
  }

  #leave(id: PacketId): void {
    if (this.#active.delete(id)) this.#carried = underWay(this.#carried, -1, this.#clock.elapsed());
  }

  #tell(): void {
    const now = this.#clock.elapsed();
    if (now - this.#toldAt < TELL_EVERY_MS) return;
    this.#toldAt = now;
    this.#changed();
  }
}
