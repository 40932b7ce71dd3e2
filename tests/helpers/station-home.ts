import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { DEMO_ACCOUNTS } from '../../center/demo/losari.ts';
import { StationWindow, type StationOptions } from '../../scripts/station-window.ts';
import { testScanner } from './scanner.ts';

/** Folders of one station, gone after the test file; each start is a real Electron. */
export interface StationHome {
  readonly folder: string;
  readonly dataDir: string;
  readonly keyDir: string;
  /** @param options.scanner false leaves the PC without scanners */
  launch(options?: Partial<StationOptions> & { readonly scanner?: boolean }): Promise<StationWindow>;
}

const running = new Set<StationWindow>();
const folders: string[] = [];

afterAll(async () => {
  for (const station of running) await station.kill().catch(() => undefined);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function stationHome(centerUrl: string): StationHome {
  const folder = mkdtempSync(path.join(tmpdir(), 'rekam-station-'));
  folders.push(folder);
  const dirs = { dataDir: path.join(folder, 'data'), keyDir: path.join(folder, 'keys') };
  return {
    folder,
    ...dirs,
    launch: async ({ scanner = true, ...options } = {}) => {
      const found = scanner ? { devicePort: (await testScanner()).port } : {};
      const station = await StationWindow.launch({ ...dirs, centerUrl, ...found, ...options });
      running.add(station);
      station.app.on('close', () => running.delete(station));
      return station;
    },
  };
}

export function demoAccount(role: 'operator' | 'supervisor'): { username: string; password: string } {
  const account = DEMO_ACCOUNTS.find((candidate) => candidate.role === role);
  if (account === undefined) throw new Error(`the demo has no ${role}`);
  return account;
}
