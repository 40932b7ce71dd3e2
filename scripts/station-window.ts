import { once } from 'node:events';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import type { Bridge } from '../app/ipc/bridge.ts';
import type { Request } from '../app/ipc/contract.ts';
import { launchArgs, launchEnv, electronRuntime } from './runtime.mjs';

/**
 * The station's real window, driven as a person at the desk would: by the roles and names that a screen reader hears.
 * Start, drill, package and the e2e tests use it; docs/development.md lists the names as stable handles.
 */
export interface StationOptions {
  readonly dataDir: string;
  readonly keyDir: string;
  readonly centerUrl: string;
  readonly language?: 'id' | 'en';
  /** False leaves the PC without a camera. */
  readonly camera?: boolean;
  /** Switches for Chromium beyond those. */
  readonly switches?: readonly string[];
  /** Where the scanners' service stands; without one the PC has no scanners. */
  readonly devicePort?: number;
  /** Another executable than the development runtime's: a packaged app. */
  readonly executable?: string;
  readonly env?: Readonly<Record<string, string>>;
}

declare global {
  interface Window {
    readonly rekam: Bridge;
  }
}

const LONG_MS = 120_000;
/** The discard port: nothing answers there. */
const NO_SERVICE = 9;

export class StationWindow {
  readonly app: ElectronApplication;
  readonly page: Page;

  private constructor(app: ElectronApplication, page: Page) {
    this.app = app;
    this.page = page;
  }

  static async launch(options: StationOptions): Promise<StationWindow> {
    const args =
      options.executable === undefined ? launchArgs() : launchArgs().filter((arg) => arg.startsWith('--'));
    // The fake camera shows a moving test picture; permission still passes our own handler.
    if (options.camera !== false) args.push('--use-fake-device-for-media-stream');
    args.push(...(options.switches ?? []));
    const app = await _electron.launch({
      executablePath: options.executable ?? electronRuntime().executable,
      args,
      timeout: LONG_MS,
      env: launchEnv({
        ...process.env,
        REKAM_DATA_DIR: options.dataDir,
        REKAM_KEY_DIR: options.keyDir,
        REKAM_CENTER_URL: options.centerUrl,
        REKAM_LANG: options.language ?? 'id',
        // A packaged app under test is not installed.
        REKAM_AUTOSTART: 'off',
        REKAM_DEVICE_PORTS: String(options.devicePort ?? NO_SERVICE),
        ...options.env,
      }),
    });
    const page = await app.firstWindow({ timeout: LONG_MS });
    page.setDefaultTimeout(30_000);
    // The system counts a script's keys as nobody's: the idle lock would end a long day after ten minutes.
    await app.evaluate(({ powerMonitor }) => {
      powerMonitor.getSystemIdleTime = () => 0;
    });
    return new StationWindow(app, page);
  }

  /** As a power cut: nothing is flushed, nobody is asked. */
  async kill(): Promise<void> {
    const main = this.app.process();
    if (main.exitCode !== null || main.signalCode !== null) return;
    const gone = once(main, 'exit');
    main.kill('SIGKILL');
    await gone;
  }

  async close(): Promise<void> {
    await this.app.close();
  }

  /** @param path .png */
  async shot(path: string): Promise<void> {
    await this.page.screenshot({ path });
  }

  /** The window's content, CSS pixels; resolves when the page has been laid out anew. */
  async resize(width: number, height: number): Promise<void> {
    await this.app.evaluate(
      ({ BrowserWindow }, [w, h]) => BrowserWindow.getAllWindows()[0]?.setContentSize(w, h),
      [width, height] as const,
    );
    await this.page.waitForFunction(([w, h]) => window.innerWidth === w && window.innerHeight === h, [
      width,
      height,
    ] as const);
  }

  async activate(code: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Kode aktivasi' }).fill(code);
    await this.page.getByRole('button', { name: 'Aktifkan' }).click();
    await this.page.getByRole('textbox', { name: 'Nama pengguna' }).waitFor({ timeout: LONG_MS });
  }

  /** Waits for the accounts, which come with the reference data, if the station is new. */
  async login(username: string, password: string): Promise<void> {
    const { page } = this;
    await page.getByRole('textbox', { name: 'Nama pengguna' }).fill(username);
    await page.getByRole('textbox', { name: 'Kata sandi' }).fill(password);
    await page.getByRole('button', { name: 'Masuk', exact: true }).click();
    await page.getByRole('combobox', { name: 'NIK atau nama' }).waitFor();
  }

  async logout(): Promise<void> {
    await this.page.getByRole('banner').getByRole('button').last().click();
    await this.page.getByRole('button', { name: 'Keluar' }).click();
    await this.page.getByRole('textbox', { name: 'Nama pengguna' }).waitFor();
  }

  /** Until the station knows at least so many residents. */
  async untilResidents(count: number): Promise<void> {
    await this.until((status) => status.reference.residents >= count && !status.reference.loading);
  }

  async status(): Promise<Status> {
    return this.page.evaluate(async () => {
      const result = await window.rekam.station.status();
      if (!result.ok) throw new Error(result.error.code);
      return result.value;
    });
  }

  /** Polls the status that the status bar shows. */
  async until(reached: (status: Status) => boolean, timeoutMs = LONG_MS): Promise<Status> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const status = await this.status();
      if (reached(status)) return status;
      if (Date.now() > end) throw new Error(`the station did not get there: ${JSON.stringify(status)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async outbox(filter: Request<'outbox.list'>['filter'] = 'all'): Promise<OutboxRows> {
    return this.page.evaluate(async (chosen) => {
      const rows: OutboxRows = [];
      for (;;) {
        const result = await window.rekam.outbox.list({ filter: chosen, offset: rows.length, limit: 200 });
        if (!result.ok) throw new Error(result.error.code);
        rows.push(...result.value.rows);
        if (rows.length >= result.value.total || result.value.rows.length === 0) return rows;
      }
    }, filter);
  }
}

type Value<T> = T extends Promise<infer R> ? (R extends { ok: true; value: infer V } ? V : never) : never;
export type Status = Value<ReturnType<Bridge['station']['status']>>;
export type OutboxRows = Value<ReturnType<Bridge['outbox']['list']>>['rows'];
