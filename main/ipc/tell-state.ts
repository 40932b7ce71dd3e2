import type { StationStatus } from '../../app/ipc/status.ts';
import { reason, type Log } from '../log.ts';
import type { Remote, StoreApi } from '../store/api.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'journal'>>;
  readonly isActivated: () => boolean;
  readonly now: () => number;
  /** Milliseconds that nobody can set. */
  readonly elapsed: () => number;
  readonly log: Log;
}

const EVERY_MS = 5 * 60_000;

/** Owner of what the office's other desk was told last of this one: a fact when something has changed, at most every few minutes. */
export class StateTeller {
  readonly #needs: Needs;
  #told: { readonly text: string; readonly at: number } | null = null;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  tell({ outbox, disk, mirror, power }: StationStatus): void {
    const { store, isActivated, now, elapsed, log } = this.#needs;
    if (!isActivated()) return;
    if (this.#told !== null && elapsed() - this.#told.at < EVERY_MS) return;
    const state = { waiting: outbox.waiting, held: outbox.held, mirror: mirror.state, power };
    // Free space changes with every commit: it is told with the rest.
    const text = JSON.stringify(state);
    if (text === this.#told?.text) return;
    this.#told = { text, at: elapsed() };
    const { freeBytes: diskFreeBytes, residentsLeft } = disk;
    store.journal
      .append({ type: 'state', ...state, diskFreeBytes, residentsLeft }, now())
      .catch((error: unknown) => log.error('state.told', { reason: reason(error) }));
  }
}
