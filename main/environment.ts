import { app } from 'electron';
import { existsSync } from 'node:fs';
import { join, relative, resolve, isAbsolute } from 'node:path';
import { AT_LOGIN } from './at-login.ts';

/** The stable handles of docs/development.md, read once at start. */
export interface Environment {
  /** All state of the station, Electron's own folders included. */
  readonly dataDir: string;
  /** Keys where there is no OS keystore, wrapped keys where there is; never inside dataDir. */
  readonly keyDir: string;
  readonly centerUrl: string | null;
  readonly language: 'id' | 'en' | null;
  /** better-sqlite3 addon for a runtime that cannot load its own prebuilt. */
  readonly nativeBinding: string | null;
  /** Where scanners' services are looked for on this PC, both ends included; null for the interface's own ports. */
  readonly devicePorts: { readonly from: number; readonly to: number } | null;
  /** False: the system's autostart is left as it is, whatever the station's setting says. */
  readonly autostart: boolean;
  /** This start is the system's own. */
  readonly atLogin: boolean;
  /** JSON of the demo's code and accounts. */
  readonly demo: string | null;
}

export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const home = app.getPath('appData');
  const dataDir = resolve(env['REKAM_DATA_DIR'] || join(home, 'Rekam'));
  const keyDir = resolve(env['REKAM_KEY_DIR'] || join(home, 'Rekam-keys'));
  const inside = relative(dataDir, keyDir);
  if (inside === '' || !(inside.startsWith('..') || isAbsolute(inside))) {
    throw new Error(
      'REKAM_KEY_DIR must not lie inside REKAM_DATA_DIR: whoever takes the data would take the keys',
    );
  }
  const language = env['REKAM_LANG'];
  return {
    dataDir,
    keyDir,
    centerUrl: env['REKAM_CENTER_URL'] || null,
    language: language === 'id' || language === 'en' ? language : null,
    nativeBinding: env['REKAM_NATIVE_BINDING'] || packagedBinding(),
    devicePorts: readPorts(env['REKAM_DEVICE_PORTS']),
    autostart: env['REKAM_AUTOSTART'] !== 'off',
    atLogin: process.argv.includes(AT_LOGIN),
    demo: env['REKAM_DEMO'] || null,
  };
}

/** `4501-4600`, or one port. */
function readPorts(text: string | undefined): Environment['devicePorts'] {
  if (!text) return null;
  const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const range = { from: Number(from), to: Number(to) };
  if (!(range.from >= 1 && range.from <= range.to && range.to <= 65_535)) {
    throw new Error(`REKAM_DEVICE_PORTS takes a port or two with a hyphen between them, not ${text}`);
  }
  return range;
}

/** A package around the development runtime brings the addon that this runtime can load; a release has none. */
function packagedBinding(): string | null {
  const file = join(process.resourcesPath, 'sqlite-binding.node');
  return app.isPackaged && existsSync(file) ? file : null;
}
