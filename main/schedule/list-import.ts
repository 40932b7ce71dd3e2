import { basename } from 'node:path';
import type { ListContext } from '../../app/desk/schedule.ts';
import { RekamError } from '../../app/errors.ts';
import type { AccountId } from '../../app/ids.ts';
import type { ListPreview, ListProgress } from '../../app/ipc/schedule.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { ListStamp } from './read-list.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'schedule'>>;
  readonly now: () => number;
  readonly changed: (progress: ListProgress | null) => void;
}

interface Ready {
  readonly file: string;
  readonly stamp: ListStamp;
  readonly by: AccountId;
}

const FORGET = 5_000;
/** With its reader of CSV only where a list is read: a start should not wait for it. */
const loadReader = () => import('./read-list.ts');

/**
 * The dinas' list from its file to the schedule, one at a time: read into the database's own waiting rows, shown, and
 * then taken whole or not at all.
 */
export class ListImport {
  readonly #needs: Needs;
  #reading: AbortController | null = null;
  #ready: Ready | null = null;
  #taking = false;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  /**
   * @returns null where it was called off
   * @throws RekamError `schedule.running`, and what `readList` throws
   */
  async read(file: string, context: ListContext, by: AccountId): Promise<ListPreview | null> {
    const { store, changed } = this.#needs;
    if (this.#reading !== null || this.#taking) throw new RekamError('schedule.running');
    const reading = new AbortController();
    this.#reading = reading;
    this.#ready = null;
    try {
      await this.#forget();
      const { readList } = await loadReader();
      const stamp = await readList(file, context, {
        signal: reading.signal,
        take: (rows) => store.schedule.stage(rows, context.today),
        progress: (rows, bytes) => changed({ rows, bytes }),
      });
      const counts = await store.schedule.counts();
      reading.signal.throwIfAborted();
      this.#ready = { file, stamp, by };
      return { file: basename(file), ...counts };
    } catch (error) {
      await this.#forget();
      if (reading.signal.aborted) return null;
      throw error;
    } finally {
      this.#reading = null;
      changed(null);
    }
  }

  /** @throws RekamError `schedule.stale` where nothing was read for this person, `schedule.fileGone`, `schedule.fileChanged` */
  async take(
    { moved, today }: { moved: boolean; today: string },
    by: AccountId,
  ): Promise<{ readonly added: number; readonly moved: number }> {
    const ready = this.#ready;
    if (ready === null || ready.by !== by || this.#taking) throw new RekamError('schedule.stale');
    this.#taking = true;
    try {
      const { requireSame } = await loadReader();
      await requireSame(ready.file, ready.stamp);
      const { store, now } = this.#needs;
      const done = await store.schedule.take({ today, moved, by, now: now() });
      this.#ready = null;
      await this.#forget();
      return done;
    } catch (error) {
      if (error instanceof RekamError && error.code.startsWith('schedule.file')) await this.drop();
      throw error;
    } finally {
      this.#taking = false;
    }
  }

  isReadyFor(by: AccountId): boolean {
    return this.#ready?.by === by;
  }

  /** Nothing of it counts; also at the end of a session and at start. */
  async drop(): Promise<void> {
    this.#ready = null;
    if (this.#reading !== null) this.#reading.abort();
    else await this.#forget();
  }

  async #forget(): Promise<void> {
    while (await this.#needs.store.schedule.forget(FORGET)) {
      // In bites: the desk's own calls come between them.
    }
  }
}
