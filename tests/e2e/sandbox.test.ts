import { chmodSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { electronRuntime, launchArgs, root } from '../../scripts/runtime.mjs';
import { StationWindow } from '../../scripts/station-window.ts';
import type { WithPreferences } from '../helpers/preferences.ts';
import { stationHome } from '../helpers/station-home.ts';

/** Chromium refuses its sandbox to root, so there the real one is seen under an ordinary user. */
const asRoot = process.getuid?.() === 0;
const folder = mkdtempSync(path.join(tmpdir(), 'rekam-sandbox-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('Electron 4: the page asks for the sandbox, and only root goes without Chromium’s', async () => {
  const station = await stationHome('http://127.0.0.1:9').launch();
  const set = await station.app.evaluate(({ app, BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    const contents = window?.webContents as unknown as WithPreferences | undefined;
    return {
      sandbox: contents?.getLastWebPreferences()?.sandbox,
      without: app.commandLine.hasSwitch('no-sandbox'),
    };
  });
  await station.close();
  expect(set).toEqual({ sandbox: true, without: process.platform === 'linux' && asRoot });
  expect(launchArgs().includes('--no-sandbox')).toBe(process.platform === 'linux' && asRoot);
});

it.runIf(process.platform === 'linux')(
  'Electron 4: for an ordinary user the page’s process is in the sandbox',
  async () => {
    chmodSync(folder, 0o777);
    const executable = path.join(folder, 'electron-as-user');
    const become = asRoot ? 'exec runuser -u nobody -- ' : 'exec ';
    writeFileSync(
      executable,
      `#!/bin/bash\nfor arg; do [ "$arg" = --no-sandbox ] || args+=("$arg"); done
export HOME=${folder}\n${become}${electronRuntime().executable} "\${args[@]}" ${electronRuntime().kind === 'installed' ? root : ''}\n`,
      { mode: 0o755 },
    );
    const station = await StationWindow.launch({
      executable,
      dataDir: path.join(folder, 'data'),
      keyDir: path.join(folder, 'keys'),
      centerUrl: 'http://127.0.0.1:9',
    });
    const { pid, without, parent } = await station.app.evaluate(({ app, BrowserWindow }) => ({
      pid: BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0,
      parent: process.pid,
      without: app.commandLine.hasSwitch('no-sandbox'),
    }));
    const page = sandboxOf(pid);
    const main = sandboxOf(parent);
    await station.close();
    expect(without).toBe(false);
    // System calls filtered, and a world of its own: no process of the PC in sight.
    expect(page.seccomp).toBe('2');
    expect(main.seccomp).toBe('0');
    expect(page.pids).not.toBe(main.pids);
    expect(page.users).not.toBe(main.users);
  },
);

function sandboxOf(pid: number): { seccomp: string | undefined; pids: string; users: string } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const namespace = (name: string) => readlinkSync(`/proc/${pid}/ns/${name}`);
  return {
    seccomp: /^Seccomp:\s*(\d)/m.exec(status)?.[1],
    pids: namespace('pid'),
    users: namespace('user'),
  };
}
