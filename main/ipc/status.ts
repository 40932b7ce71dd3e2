import type { MirrorStatus } from '../../app/ipc/mirror.ts';
import type { StationStatus } from '../../app/ipc/status.ts';
import { NO_LIMITS } from '../../app/sync/limits.ts';
import { reason, type Log } from '../log.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { SyncEngine } from '../sync/api.ts';
import type { BatteryGauge } from './battery.ts';
import type { DiskRoom } from './room.ts';

const SHORTEST_INTERVAL_MS = 1_000;
const HEARTBEAT_MS = 15_000;
/** Residents of today by whose times the battery is reckoned. */
const PACE_FROM = 50;

interface Needs {
  readonly store: Remote<
    Pick<StoreApi, 'outbox' | 'desk' | 'residents' | 'outages' | 'recovery' | 'reference' | 'station'>
  >;
  readonly engine: () => SyncEngine | null;
  readonly room: DiskRoom;
  readonly battery: BatteryGauge;
  readonly mirror: () => MirrorStatus;
  readonly storeDamaged: () => boolean;
  readonly keysInFile: boolean;
  readonly now: () => number;
  readonly startOfDay: () => number;
  readonly today: () => string;
  readonly publish: (status: StationStatus) => void;
  readonly log: Log;
}

/** Owner of the status: reads it from store, engine and system, and publishes it, at most once a second. */
export class StatusBoard {
  readonly #needs: Needs;
  #timer: NodeJS.Timeout | null = null;
  #heartbeat: NodeJS.Timeout | null = null;
  #lastAt = 0;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  /** Disk, power and clock change without telling anyone, so they are looked at on a slow beat. */
  start(): void {
    this.#heartbeat = setInterval(() => this.changed(), HEARTBEAT_MS);
    this.changed();
  }

  stop(): void {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#heartbeat = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  changed(): void {
    if (this.#timer !== null) return;
    // Never longer than the interval, though the clock may just have been put back by hours.
    const left = this.#lastAt + SHORTEST_INTERVAL_MS - Date.now();
    const wait = Math.min(SHORTEST_INTERVAL_MS, Math.max(0, left));
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#lastAt = Date.now();
      void this.#publish().catch((error: unknown) => {
        this.#needs.log.error('status.failed', { reason: reason(error) });
      });
    }, wait);
  }

  async #publish(): Promise<void> {
    const status = await this.read();
    this.#needs.publish(status);
    // Time passes in a sync though nothing is told of it: the time left, a rate that falls.
    if (status.sync?.phase === 'packets' && this.#heartbeat !== null) this.changed();
  }

  async read(): Promise<StationStatus> {
    const { store, engine, room, battery, keysInFile, now, startOfDay, today } = this.#needs;
    const [summary, residents, outages, recovery, keyNews, cursor, disk, power] = await Promise.all([
      store.outbox.summary(startOfDay()),
      store.residents.count(),
      store.outages.latest(1),
      store.recovery.report(),
      store.station.keyNews(),
      store.reference.cursor(),
      room.read(),
      battery.read(() => store.desk.recordedAt(startOfDay(), PACE_FROM)),
    ]);
    const state = engine()?.state();
    const outage = outages[0];
    return {
      now: instant(now()),
      today: today(),
      clockOffsetMs: state?.clockOffsetMs ?? null,
      link: {
        state: state?.link.state ?? 'unknown',
        cause: state?.link.cause ?? null,
        since: instantOrNull(state?.link.since ?? null),
      },
      outage:
        outage === undefined
          ? null
          : {
              startedAt: instant(outage.startedAt),
              endedAt: instantOrNull(outage.endedAt),
              recordedMeanwhile: outage.recordedMeanwhile,
            },
      outbox: {
        waiting: summary.waiting,
        review: summary.review,
        held: summary.held,
        rejected: summary.rejected,
        received: summary.received,
        waitingBytes: summary.waitingBytes,
        oldestAt: instantOrNull(summary.oldestAt),
        tasks: summary.tasks,
      },
      recordedToday: summary.recordedToday,
      lastReceiptAt: instantOrNull(summary.lastReceiptAt),
      mirror: this.#needs.mirror(),
      storeDamaged: this.#needs.storeDamaged(),
      recovery,
      disk,
      power,
      reference: { residents, loading: state?.referenceLoading ?? false, cursor },
      limits: {
        set: state?.limits.set ?? NO_LIMITS,
        opensAt: instantOrNull(state?.limits.opensAt ?? null),
      },
      sync: state?.progress ?? null,
      lastManualSync: state?.lastManual ?? null,
      keysInFile,
      centerKeys: {
        followedAt: instantOrNull(keyNews.followedAt),
        refusedAt: instantOrNull(keyNews.refusedAt),
      },
    };
  }
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instant(ms);
}
