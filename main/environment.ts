import { app } from 'electron';
import { existsSync } from 'node:fs';
import { join, relative, resolve, isAbsolute } from 'node:path';
import { z } from 'zod';
import type { StationInfo } from '../app/ipc/status.ts';

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
  readonly scanner: 'simulator' | null;
  readonly demo: StationInfo['demo'];
}

const demoSchema = z.object({
  activationCode: z.string().nullable(),
  accounts: z.array(z.object({ username: z.string(), password: z.string(), role: z.string() })),
});

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
    scanner: env['REKAM_SCANNER'] === 'simulator' ? 'simulator' : null,
    demo: env['REKAM_DEMO'] ? demoSchema.parse(JSON.parse(env['REKAM_DEMO'])) : null,
  };
}

/** A package around the development runtime brings the addon that this runtime can load; a release has none. */
function packagedBinding(): string | null {
  const file = join(process.resourcesPath, 'sqlite-binding.node');
  return app.isPackaged && existsSync(file) ? file : null;
}
