// The one place that says which Electron runs the built app, for start, tests, drill, faults and benchmarks.
//
// Preferred is the Electron of package.json. Where its binary cannot be fetched, setup.mjs lays an unmodified
// Electron 25 into .cache/. It is for development and tests only: a release always carries the Electron of
// package.json.
import { existsSync, lstatSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nativeBindingPath } from './build-native.mjs';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const FALLBACK_VERSION = '25.1.1';
export const fallbackDir = path.join(root, '.cache', `electron-${FALLBACK_VERSION}`);

/**
 * @typedef {object} ElectronRuntime
 * @property {'installed' | 'fallback'} kind
 * @property {string} executable absolute path
 * @property {string} version
 * @property {string | null} nativeBinding better-sqlite3 addon to load instead of its own prebuilt, else null
 * @property {string | null} appLink the fallback starts the app behind this link (it ignores a path argument)
 */

/** @returns {ElectronRuntime | null} */
export function installedElectron() {
  // Read by hand: importing 'electron' would start its download when the binary is missing.
  const home = path.join(root, 'node_modules', 'electron');
  const pathFile = path.join(home, 'path.txt');
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH || path.join(home, 'dist');
  if (!existsSync(path.join(dist, 'version'))) return null;
  const name = existsSync(pathFile)
    ? readFileSync(pathFile, 'utf8').trim()
    : process.platform === 'win32'
      ? 'electron.exe'
      : 'electron';
  const executable = path.join(dist, name);
  if (!existsSync(executable)) return null;
  const version = readFileSync(path.join(dist, 'version'), 'utf8').trim().replace(/^v/, '');
  return { kind: 'installed', executable, version, nativeBinding: null, appLink: null };
}

/** @returns {ElectronRuntime | null} */
export function fallbackElectron() {
  const executable = path.join(fallbackDir, 'electron');
  if (!existsSync(path.join(fallbackDir, 'version')) || !existsSync(executable)) return null;
  return {
    kind: 'fallback',
    executable,
    version: FALLBACK_VERSION,
    nativeBinding: nativeBindingPath,
    appLink: path.join(fallbackDir, 'resources', 'app'),
  };
}

/** Points the fallback at this checkout. All instances share the link, so it is made once and left alone. */
export function linkFallbackApp() {
  const link = path.join(fallbackDir, 'resources', 'app');
  // Relative, so that a moved checkout keeps working.
  const target = path.relative(path.dirname(link), root);
  const state = lstatSync(link, { throwIfNoEntry: false });
  if (state?.isSymbolicLink() && readlinkSync(link) === target) return;
  if (state && !state.isSymbolicLink()) rmSync(link, { recursive: true });
  const fresh = `${link}.${process.pid}`;
  symlinkSync(target, fresh);
  renameSync(fresh, link);
}

/**
 * The Electron to use. Throws when setup has not made one available.
 * @returns {ElectronRuntime}
 */
export function electronRuntime() {
  const runtime = installedElectron() ?? fallbackElectron();
  if (!runtime) throw new Error('No Electron to run the app with. Run: node scripts/setup.mjs');
  if (runtime.kind === 'fallback') linkFallbackApp();
  return runtime;
}

/**
 * Arguments for the executable. The app's own arguments go after them.
 * @returns {string[]}
 */
export function launchArgs() {
  const args = [];
  // Chromium refuses to sandbox for root. Everybody else keeps the sandbox: never widen this condition.
  if (process.platform === 'linux' && process.getuid?.() === 0) args.push('--no-sandbox');
  // The installed Electron opens the app given as a path; the fallback opens its link.
  if (electronRuntime().kind === 'installed') args.push(root);
  return args;
}

/**
 * Environment for the executable: the given one plus what the runtime needs. The app reads
 * REKAM_NATIVE_BINDING and passes it to better-sqlite3 as `nativeBinding`; unset means the prebuilt.
 * @param {NodeJS.ProcessEnv} [base]
 * @returns {Record<string, string>}
 */
export function launchEnv(base = process.env) {
  /** @type {Record<string, string>} */
  const env = {};
  for (const [key, value] of Object.entries(base)) if (value !== undefined) env[key] = value;
  // Set, it would turn Electron into a plain Node.
  delete env['ELECTRON_RUN_AS_NODE'];
  const { nativeBinding } = electronRuntime();
  if (nativeBinding) env['REKAM_NATIVE_BINDING'] = nativeBinding;
  // Without a session bus Chromium tries to launch one, which crashes in a child; an address that nobody
  // answers costs one line instead.
  if (process.platform === 'linux') env['DBUS_SESSION_BUS_ADDRESS'] ??= 'unix:path=/dev/null';
  return env;
}
