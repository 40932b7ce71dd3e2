import type { KeyObject } from 'node:crypto';
import { RekamError } from '../../../app/errors.ts';
import type {
  CourierProgress,
  CourierState,
  PackSummary,
  ReceiptsSummary,
} from '../../../app/ipc/courier.ts';
import type { Remote, StationRecord, StoreApi } from '../../store/api.ts';
import type { SyncLog } from '../log.ts';
import { CenterKeys } from '../center-keys.ts';
import { writePack } from './pack.ts';
import { takeReceipts } from './receipts.ts';

export interface CourierDeps {
  readonly store: Remote<Pick<StoreApi, 'outbox' | 'station'>>;
  /** Null until the station is activated. */
  readonly record: () => Promise<StationRecord | null>;
  readonly stationKey: KeyObject;
  readonly now: () => number;
  readonly changed: (state: CourierState) => void;
  readonly log: SyncLog;
}

interface Run {
  readonly signal: AbortSignal;
  readonly report: (progress: CourierProgress) => void;
}

/** A window that is told of each of a thousand small files would draw nothing else. */
const SHORTEST_REPORT_MS = 100;

/** Owner of what goes between the outbox and a carried disk: one copy or import at a time, its progress, its end. */
export class Courier {
  readonly #deps: CourierDeps;
  #state: CourierState = { packed: null, progress: null, last: null };
  #running: { readonly abort: AbortController; readonly ended: Promise<unknown> } | null = null;
  #reportedAt = 0;

  constructor(deps: CourierDeps) {
    this.#deps = deps;
  }

  state(): CourierState {
    return this.#state;
  }

  /** @throws RekamError `courier.running`, and whatever writing the pack does */
  async pack(folder: string): Promise<PackSummary> {
    const { store, stationKey, now, log } = this.#deps;
    const summary = await this.#alone(async (run, record) => {
      const { stationId } = record.activation;
      return writePack({ store, stationId, stationKey, now }, folder, run);
    });
    const { ended, packets, copied, kept, unreadable } = summary;
    const packed =
      ended === 'done'
        ? { at: new Date(now()).toISOString(), folder: summary.folder, packets }
        : this.#state.packed;
    this.#set({ packed, last: { kind: 'pack', summary } });
    log.info('courier.pack', { ended, packets, copied, kept, unreadable });
    return summary;
  }

  /** @throws RekamError `courier.running`, `courier.notReceipts` */
  async receipts(file: string): Promise<ReceiptsSummary> {
    const { store, now, log } = this.#deps;
    const summary = await this.#alone((run, record) =>
      takeReceipts({ store, now, keys: new CenterKeys({ store, now, log }, record.activation) }, file, run),
    );
    this.#set({ last: { kind: 'receipts', summary } });
    const { refused, ...counts } = summary;
    log.info('courier.receipts', { ...counts, refused: refused.length });
    return summary;
  }

  cancel(): void {
    this.#running?.abort.abort();
  }

  /** Resolves when nothing of it touches the store any more. */
  async stop(): Promise<void> {
    this.cancel();
    await this.#running?.ended;
  }

  async #alone<T>(act: (run: Run, record: StationRecord) => Promise<T>): Promise<T> {
    if (this.#running !== null) throw new RekamError('courier.running');
    const abort = new AbortController();
    const work = this.#act(abort.signal, act);
    this.#running = { abort, ended: work.catch(() => undefined) };
    try {
      return await work;
    } finally {
      this.#running = null;
      this.#set({ progress: null });
    }
  }

  async #act<T>(signal: AbortSignal, act: (run: Run, record: StationRecord) => Promise<T>): Promise<T> {
    const record = await this.#deps.record();
    if (record === null) throw new RekamError('center.unreachable');
    return act({ signal, report: (progress) => this.#report(progress) }, record);
  }

  #report(progress: CourierProgress): void {
    const now = performance.now();
    const isNews = progress.phase !== this.#state.progress?.phase;
    if (!isNews && now - this.#reportedAt < SHORTEST_REPORT_MS) return;
    this.#reportedAt = now;
    this.#set({ progress });
  }

  #set(next: Partial<CourierState>): void {
    this.#state = { ...this.#state, ...next };
    this.#deps.changed(this.#state);
  }
}
