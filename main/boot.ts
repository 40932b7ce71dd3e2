import { app } from 'electron';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment, type Environment } from './environment.ts';
import { lastFirstPicture } from './first-picture.ts';
import { beginStoreThread } from './intake/store-thread.ts';
import { registerIpc, type Border } from './ipc/register.ts';
import { createLog } from './log-file.ts';
import { reason, type Log } from './log.ts';
import { APP_PAGE } from './security/policy.ts';
import { createWindow, firstDrawn, pageHasItsFiles, registerAppScheme, serveWindow } from './window.ts';

/**
 * What has to be there before the window's page, and no more: a page takes longer to begin than anything else, and what
 * is loaded ahead of it delays it, most of all on this thread, through which its navigation passes. The station itself
 * (index.ts) is loaded while the page reads its own scripts.
 */
function main(): void {
  let environment: Environment;
  try {
    environment = readEnvironment();
  } catch (error) {
    void refuse(error, null);
    return;
  }
  const electronDir = join(environment.dataDir, 'electron');
  mkdirSync(electronDir, { recursive: true, mode: 0o700 });
  app.setPath('userData', electronDir);
  app.setPath('sessionData', electronDir);
  app.setPath('crashDumps', join(electronDir, 'crashes'));
  // With --no-sandbox (root in a container) asking for the sandbox would break every child process.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  // Chromium's own date fields: day, month, year, whatever the system speaks. 12/09 must not be read as 12 September.
  app.commandLine.appendSwitch('lang', 'id');
  // Chromium would let what a page throws away grow to 48 MB before it looks; a desk's PC has 4 GB in all. So little is
  // thrown out sooner than a second thread comes to help with it, where both cores are busy: the page does not wait for it.
  app.commandLine.appendSwitch('js-flags', '--max-semi-space-size=2 --no-parallel-scavenge');
  registerAppScheme();
  if (!app.requestSingleInstanceLock()) {
    app.exit(0);
    return;
  }
  const log = createLog(join(environment.dataDir, 'logs', 'rekam.log'));
  process.on('unhandledRejection', (error) => log.error('unhandled', { reason: reason(error) }));
  // Electron's own answer is a box with the stack, which may quote anything.
  process.on('uncaughtException', (error) => {
    log.error('uncaught', { reason: reason(error) });
    void app.whenReady().then(tellFault);
  });
  app.on('window-all-closed', () => app.quit());
  app
    .whenReady()
    .then(() => open(environment, log))
    .catch((error: unknown) => refuse(error, log));
}

async function open(environment: Environment, log: Log): Promise<void> {
  log.info('start', { version: app.getVersion(), electron: process.versions.electron });
  const rendererDir = join(__dirname, '..', 'renderer');
  let firstPicture = lastFirstPicture(environment.dataDir);
  if (firstPicture !== null && environment.language !== null)
    firstPicture = { ...firstPicture, language: environment.language };
  serveWindow(rendererDir, () => firstPicture);
  let openBorder: (border: Border) => void = () => undefined;
  const border = new Promise<Border>((resolve) => {
    openBorder = (opened) => {
      // A page that is loaded again may belong to somebody who is logged in.
      firstPicture = null;
      resolve(opened);
    };
  });
  const preload = join(__dirname, '..', 'preload', 'preload.cjs');
  // A login that can be drawn ahead is seen ahead: who types is not kept waiting for the database.
  const isAhead = firstPicture !== null;
  const mayShow = isAhead ? Promise.resolve() : border;
  const window = createWindow({ preload, mayShow, quietly: environment.atLogin, log });
  registerIpc({
    isOurs: ({ senderFrame }) =>
      !window.isDestroyed() && senderFrame === window.webContents.mainFrame && senderFrame.url === APP_PAGE,
    border,
    log,
  });
  await (isAhead ? firstDrawn(window) : pageHasItsFiles(window, rendererDir));
  beginStoreThread(join(__dirname, 'worker.cjs'));
  const { startStation } = await import('./index.ts');
  await startStation({ environment, window, log, openBorder });
}

async function tellFault(): Promise<void> {
  const lifecycle = await import('./lifecycle.ts');
  lifecycle.tellFault();
}

async function refuse(error: unknown, log: Log | null): Promise<void> {
  const { refuseToStart } = await import('./lifecycle.ts');
  refuseToStart(error, log);
}

main();
