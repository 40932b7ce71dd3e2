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

  /** With each status; only a change is kept, and what could not be is tried again with the next. */
  async tell(source: StationStatus['power']['source']): Promise<void> {
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
