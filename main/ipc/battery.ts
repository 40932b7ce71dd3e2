import { powerMonitor } from 'electron';
import { minutesPerResident, residentsOnBattery } from '../../app/desk/power.ts';
import type { Request } from '../../app/ipc/contract.ts';
import type { StationStatus } from '../../app/ipc/status.ts';

type Report = Request<'station.battery'>;

const MINUTE_MS = 60_000;

/**
 * What is known of the power: the system tells main whether it is the battery's, and the page how much of it there is.
 * Neither is always right: a UPS shows itself to one of them alone.
 */
export class BatteryGauge {
  readonly #elapsed: () => number;
  #report: (Report & { readonly at: number }) | null = null;

  /** @param elapsed milliseconds that no clock here can set */
  constructor(elapsed: () => number = () => performance.now()) {
    this.#elapsed = elapsed;
  }

  report(report: Report): void {
    this.#report = { ...report, at: this.#elapsed() };
  }

  /** @param recordedAt of today, newest first; asked for on battery alone */
  async read(recordedAt: () => Promise<number[]>): Promise<StationStatus['power']> {
    const report = this.#report;
    const percent = report === null ? null : Math.round(report.level * 100);
    const onBattery = powerMonitor.isOnBatteryPower() || report?.charging === false;
    if (!onBattery) return { source: 'mains', percent, residentsLeft: null };
    // Reported while it was charging: nothing of that says how long it lasts.
    if (report === null || report.charging) return { source: 'battery', percent, residentsLeft: null };
    const { level, secondsLeft, at } = report;
    const passed = (this.#elapsed() - at) / MINUTE_MS;
    const minutesLeft = secondsLeft === null ? null : Math.max(0, secondsLeft / 60 - passed);
    const each = minutesPerResident(await recordedAt());
    return { source: 'battery', percent, residentsLeft: residentsOnBattery({ level, minutesLeft }, each) };
  }
}
