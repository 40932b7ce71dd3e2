import { app, BrowserWindow, dialog, powerMonitor } from 'electron';
import { ERROR_WORDS } from '../app/error-words.ts';
import { RekamError, type ErrorCode } from '../app/errors.ts';
import { reason, type Log } from './log.ts';

const IDLE_CHECK_MS = 10_000;
const ALIVE_MS = 15_000;

/** Runs `finish` once before the app goes, whoever asked it to: the window, the system's shutdown or a signal. */
export function finishBeforeQuit(finish: () => Promise<void>, log: Log): void {
  let finished = false;
  app.on('will-quit', (event) => {
    if (finished) return;
    event.preventDefault();
    finish()
      .catch((error: unknown) => log.error('stop.failed', { reason: reason(error) }))
      .finally(() => {
        finished = true;
        app.quit();
      });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit());
  powerMonitor.on('shutdown', (event?: { preventDefault(): void }) => {
    // The system waits for who asks it to; then the app must go by itself, and soon.
    event?.preventDefault();
    log.info('system.shutdown');
    app.quit();
  });
}

/** What the system does with the PC, for those who must know. */
export interface SystemEvents {
  /** The PC is about to sleep, or Windows ends the session: a second or two are left. */
  readonly pausing: (why: 'suspend' | 'session-end') => Promise<void>;
  readonly resumed: () => Promise<void>;
  /** The person has locked the screen or sent the PC to sleep: nobody is at the desk. */
  readonly left: () => void;
}

/** Passes on what the system tells of sleep, lock and the end of its session. Each is logged; none is lost by failing. */
export function watchSystem(window: BrowserWindow, { pausing, resumed, left }: SystemEvents, log: Log): void {
  const tell = (event: string, act: () => Promise<void>): void => {
    log.info(event);
    act().catch((error: unknown) => log.error(`${event}.failed`, { reason: reason(error) }));
  };
  powerMonitor.on('suspend', () => {
    left();
    tell('system.suspend', () => pausing('suspend'));
  });
  powerMonitor.on('resume', () => tell('system.resume', resumed));
  powerMonitor.on('lock-screen', () => {
    log.info('system.lock');
    left();
  });
  // Windows ends the process soon after this, whatever the app does: `will-quit` may never come.
  window.on('session-end', () => tell('system.session-end', () => pausing('session-end')));
}

/** Calls `lock` when nobody touched the PC for as many minutes as the policy now says. */
export function watchIdle(minutes: () => Promise<number>, lock: () => void, log: Log): NodeJS.Timeout {
  return setInterval(() => {
    minutes().then(
      (allowed) => {
        if (powerMonitor.getSystemIdleTime() >= allowed * 60) lock();
      },
      (error: unknown) => log.error('idle.failed', { reason: reason(error) }),
    );
  }, IDLE_CHECK_MS);
}

/** Leaves a sign of life, so that the next start can say when an unclean stop happened. */
export function beat(alive: () => Promise<void>, log: Log): NodeJS.Timeout {
  return setInterval(() => {
    alive().catch((error: unknown) => log.error('alive.failed', { reason: reason(error) }));
  }, ALIVE_MS);
}

/** Ends as ever, and begins again. */
export function restartApp(): void {
  app.relaunch();
  app.quit();
}

/** The station cannot stand: says why in both languages (nobody has chosen one yet) and ends. Nothing was changed. */
export function refuseToStart(error: unknown, log: Log | null): void {
  const code: ErrorCode = error instanceof RekamError ? error.code : 'internal';
  log?.error('start.failed', { code, reason: reason(error) });
  process.stderr.write(`rekam: ${code}: ${reason(error)}\n`);
  // A login that stands already could let nobody in.
  for (const window of BrowserWindow.getAllWindows()) window.hide();
  dialog.showErrorBox('Rekam', `${ERROR_WORDS[code].id}\n\n${ERROR_WORDS[code].en}\n\n${code}`);
  app.exit(1);
}

let isTelling = false;

/**
 * Something failed where nobody waited for it. What is stored is stored, and the rest of the station goes on; whoever is
 * there is told in words, in both languages, and never by a stack.
 */
export function tellFault(): void {
  if (isTelling) return;
  isTelling = true;
  const { id, en } = ERROR_WORDS.internal;
  void dialog
    .showMessageBox({
      type: 'error',
      title: 'Rekam',
      message: id,
      detail: `${en}\n\ninternal`,
      buttons: ['OK'],
    })
    .finally(() => {
      isTelling = false;
    });
}
