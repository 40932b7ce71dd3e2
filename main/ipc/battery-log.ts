import type { StationStatus } from '../../app/ipc/status.ts';

interface Needs {
  readonly keep: (isOnBattery: boolean) => Promise<void>;
  readonly failed: (error: unknown) => void;
}

/** Has it kept since when the PC runs on its battery, and until when. */
export class BatteryLog {
  readonly #needs: Needs;
  #told: StationStatus['power']['source'] | null = null;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  /** The PC sleeps or ends: what it runs on meanwhile nobody sees, so a spell ends here and begins anew with the next status. */
  async paused(): Promise<void> {
    await this.tell(null);
  }

  /** With each status; only a change is kept, and what could not be is tried again with the next. */
  async tell(source: StationStatus['power']['source'] | null): Promise<void> {
    if (source === this.#told) return;
    this.#told = source;
    try {
      await this.#needs.keep(source === 'battery');
    } catch (error) {
      this.#told = null;
      this.#needs.failed(error);
    }
  }
}
