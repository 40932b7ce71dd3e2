import type { StationStatus } from '../../app/ipc/status.ts';
import type { Fact } from '../../app/sync/protocol.ts';
import { reason, type Log } from '../log.ts';
import type { Remote, StoreApi } from '../store/api.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'journal' | 'station'>>;
  readonly version: string;
  readonly now: () => number;
  /** Milliseconds that nobody can set. */
  readonly elapsed: () => number;
  readonly log: Log;
}

/** Never closer on each other, whatever changes: each is a row at the center, and twelve thousand stations share it. */
const EVERY_MS = 5 * 60_000;
/** Though nothing changes: a desk that says nothing for longer is off, or has no link. */
const AT_LEAST_EVERY_MS = 60 * 60_000;
const MINUTE_MS = 60_000;

/** Owner of what the office's other desks were told last of this one: at the start, and when something has changed. */
export class StateTeller {
  readonly #needs: Needs;
  #told: { readonly text: string; readonly at: number } | null = null;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  /** Takes every status that is published, and tells of few. Until the station is activated there is nobody to tell. */
  async tell(status: StationStatus): Promise<void> {
    const { elapsed, log } = this.#needs;
    const before = this.#told;
    const since = before === null ? Number.POSITIVE_INFINITY : elapsed() - before.at;
    if (since < EVERY_MS) return;
    const text = JSON.stringify(whatMatters(status));
    if (text === before?.text && since < AT_LEAST_EVERY_MS) return;
    this.#told = { text, at: elapsed() };
    try {
      if (!(await this.#append(status))) this.#told = before;
    } catch (error) {
      log.error('state.told', { reason: reason(error) });
      // What was not written is told when it may be again.
      this.#told = { text: '', at: elapsed() };
    }
  }

  async #append(status: StationStatus): Promise<boolean> {
    const { store, version, now } = this.#needs;
    const record = await store.station.record();
    if (record === null) return false;
    const { outbox, disk } = status;
    const at = now();
    const fact: Fact = {
      type: 'state',
      ...whatMatters(status),
      ...{ label: record.activation.label.slice(0, 80), version },
      oldestMinutes:
        outbox.oldestAt === null
          ? null
          : Math.max(0, Math.floor((at - Date.parse(outbox.oldestAt)) / MINUTE_MS)),
      ...{ diskFreeBytes: disk.freeBytes, residentsLeft: disk.residentsLeft },
    };
    await store.journal.append(fact, at);
    return true;
  }
}

/** Ages and free space move with every minute and commit: they are told with the rest. */
function whatMatters({ today, recordedToday, outbox, mirror, power }: StationStatus) {
  return {
    recorded: { date: today, count: recordedToday },
    ...{ waiting: outbox.waiting, held: outbox.held, mirror: mirror.state, power: power.source },
  };
}
