import { answer, station } from './station.ts';

/** As Chromium has it; no library of types does any more. */
interface BatteryManager extends EventTarget {
  readonly charging: boolean;
  /** Seconds; Infinity where the PC does not know. */
  readonly dischargingTime: number;
  readonly level: number;
}

const CHANGES = ['chargingchange', 'levelchange', 'dischargingtimechange'] as const;

/** Tells main of the battery as it changes; a PC without one is told of as full and charging, which is no news. */
export async function startBattery(): Promise<void> {
  const { getBattery } = navigator as { getBattery?: () => Promise<BatteryManager> };
  if (getBattery === undefined) return;
  const battery = await getBattery.call(navigator);
  const report = (): void => {
    const { level, charging, dischargingTime } = battery;
    const secondsLeft = Number.isFinite(dischargingTime) ? dischargingTime : null;
    void answer(station.station.battery({ level, charging, secondsLeft }));
  };
  for (const change of CHANGES) battery.addEventListener(change, report);
  report();
}
