import type { App } from 'electron';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { AT_LOGIN } from './at-login.ts';
import { reason, type Log } from './log.ts';

/**
 * Whether the station starts with the system: as its supervisor set, on until somebody did. Only an installed app does;
 * a checkout is started by hand.
 */
export function mayAutostart(app: App, fromEnvironment: boolean): boolean {
  return app.isPackaged && fromEnvironment;
}

/** Makes the system start the station, or no longer. What the system refuses is logged: the station works by hand too. */
export function setAutostart(app: App, isOn: boolean, log: Log): void {
  try {
    if (process.platform === 'linux') {
      const config = process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config');
      // An AppImage is mounted anew at each start; what is started is the file that it lies in.
      writeEntry(join(config, 'autostart'), isOn ? process.env['APPIMAGE'] || process.execPath : null);
    } else app.setLoginItemSettings({ openAtLogin: isOn, args: [AT_LOGIN] });
  } catch (error) {
    log.error('autostart.failed', { reason: reason(error) });
  }
}

/**
 * The desktop's autostart entry (XDG autostart 0.5).
 * @param executable null takes it away
 */
export function writeEntry(folder: string, executable: string | null): void {
  const file = join(folder, 'rekam.desktop');
  if (executable === null) return rmSync(file, { force: true });
  const entry = [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Rekam',
    `Exec=${quoted(executable)} ${AT_LOGIN}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
  if (isThere(file, entry)) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(file, entry);
}

function isThere(file: string, entry: string): boolean {
  try {
    return readFileSync(file, 'utf8') === entry;
  } catch {
    return false;
  }
}

/** As the Desktop Entry Specification wants an argument: quoted, escaped once for the quotes and once as a string. */
function quoted(path: string): string {
  return `"${path
    .replace(/["`$\\]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')}"`;
}
