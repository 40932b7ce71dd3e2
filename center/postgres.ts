import { execFile, spawn, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import {
  clusterFolder,
  findBinaries,
  makePrivate,
  serverUser,
  type Binaries,
  type ServerUser,
} from './postgres-binaries.ts';

const run = promisify(execFile);

/** A PostgreSQL server of our own in a data folder. */
export interface Postgres {
  /** Connection URL of a database in it; the database is made when it does not exist. */
  database(name: string): Promise<string>;
  drop(name: string): Promise<void>;
  /** Fast shutdown; resolves when the server has ended. */
  stop(): Promise<void>;
  /** Resolves when the server ended though nobody stopped it. */
  readonly died: Promise<void>;
}

interface Address {
  readonly host: string;
  readonly port: number;
  /** The host is a folder made for this run's socket alone. */
  readonly temporary: boolean;
}

const USER = 'rekam';
const START_MS = 60_000;
/** A Unix socket's path holds 107 bytes, of which `/.s.PGSQL.5432` takes 14. */
const SOCKET_FOLDER_MAX = 90;

/**
 * The keeper: a shell that starts the server and ends it (SIGINT: fast shutdown) when its own input closes, as it does
 * when the center dies, however it dies. The server has no other tie to us, being in a session of its own, so that
 * Ctrl-C in a terminal reaches the center alone.
 */
const KEEPER = `
exec 3<&0
"$@" </dev/null 3<&- & server=$!
{ cat <&3 >/dev/null; kill -INT $server 2>/dev/null; } & keeper=$!
wait $server; code=$?
kill $keeper 2>/dev/null
exit $code`;

/**
 * Starts PostgreSQL on `<data>/postgres`, making the cluster at the first time. Always with fsync on.
 * @param major version to make it with, of those that are here
 */
export async function startPostgres(data: string, major?: number): Promise<Postgres> {
  const user = serverUser();
  const folder = clusterFolder(data, user);
  const binaries = await makeCluster(folder, user, major);
  await endLeftover(folder);
  const address = await chooseAddress(folder, user);
  const log = path.join(path.dirname(folder), `${path.basename(folder)}.log`);
  const server = launch(binaries, folder, address, user, log);
  const admin: pg.ClientConfig = { host: address.host, port: address.port, user: USER, database: 'postgres' };
  try {
    await untilReady(server, admin, log);
  } catch (error) {
    await stop(server);
    throw error;
  }
  let isStopping = false;
  const died = new Promise<void>((resolve) => {
    server.once('exit', () => {
      if (!isStopping) resolve();
    });
  });
  return {
    died,
    database: async (name) => {
      await once(admin, async (client) => {
        const known = await client.query('select 1 from pg_database where datname = $1', [name]);
        if (known.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
      });
      return urlOf(address, name);
    },
    drop: (name) =>
      once(admin, async (client) => {
        await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`);
      }),
    stop: async () => {
      isStopping = true;
      await stop(server);
      // The socket's own folder, never the cluster's.
      if (address.temporary) rmSync(address.host, { recursive: true, force: true });
    },
  };
}

/** The URL of a database on the server that already runs on a data folder (its center is up); null where none does. */
export function runningDatabase(data: string, name: string): string | null {
  const folder = clusterFolder(data, serverUser());
  const file = path.join(folder, 'postmaster.pid');
  if (!existsSync(file)) return null;
  // PostgreSQL's own order: process, folder, start, port, folder of the socket, first address.
  const [pid, , , port, socket, host] = readFileSync(file, 'utf8').split('\n');
  if (!isServerOf(Number(pid), folder)) return null;
  const address = {
    host: socket === '' ? (host ?? '') : (socket ?? ''),
    port: Number(port),
    temporary: false,
  };
  return address.host === '' ? null : urlOf(address, name);
}

/** initdb into a folder beside, then a rename: a crash in the middle never leaves half a cluster. */
async function makeCluster(folder: string, user: ServerUser | undefined, major?: number): Promise<Binaries> {
  if (existsSync(path.join(folder, 'PG_VERSION'))) {
    return findBinaries(user, Number(readFileSync(path.join(folder, 'PG_VERSION'), 'utf8').trim()));
  }
  const binaries = findBinaries(user, major);
  const half = `${folder}.new`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true, mode: 0o711 });
  makePrivate(half, user);
  const args = ['-D', half, '-U', USER, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-instructions'];
  await run(binaries.initdb, args, { ...user, cwd: '/', env: serverEnv() });
  renameSync(half, folder);
  return binaries;
}

/**
 * A server of this folder that a killed center left behind, and whose keeper was killed too or is still at it: ask it
 * to end and wait. A process id that now belongs to something else only leaves a stale file.
 */
async function endLeftover(folder: string): Promise<void> {
  const file = path.join(folder, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isServerOf(pid, folder)) {
    rmSync(file, { force: true });
    return;
  }
  process.kill(pid, 'SIGINT');
  for (const since = Date.now(); alive(pid); await sleep(20)) {
    if (Date.now() - since > START_MS)
      throw new Error(`PostgreSQL ${pid} still runs on ${folder} and does not end`);
  }
}

function isServerOf(pid: number, folder: string): boolean {
  if (!alive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(folder);
  } catch {
    // No /proc on this system: believe the file, as PostgreSQL itself does.
    return !existsSync('/proc/self');
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A socket in a folder that only the server's user can open; on Windows a port of the loopback. */
async function chooseAddress(folder: string, user: ServerUser | undefined): Promise<Address> {
  if (process.platform === 'win32') {
    return { host: '127.0.0.1', port: await freePort(), temporary: false };
  }
  if (Buffer.byteLength(folder) <= SOCKET_FOLDER_MAX) return { host: folder, port: 5432, temporary: false };
  const host = mkdtempSync(path.join(os.tmpdir(), 'rekam-'));
  makePrivate(host, user);
  return { host, port: 5432, temporary: true };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function launch(
  binaries: Binaries,
  folder: string,
  address: Address,
  user: ServerUser | undefined,
  log: string,
): ChildProcess {
  const settings: Record<string, string> = {
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    max_connections: '200',
    shared_buffers: '64MB',
    max_parallel_workers_per_gather: '0',
    listen_addresses: address.host.startsWith('/') ? '' : address.host,
    port: String(address.port),
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Statements and their values may hold personal data: neither goes to the log, not even with an error.
    log_min_error_statement: 'panic',
    log_parameter_max_length_on_error: '0',
    log_error_verbosity: 'terse',
  };
  if (address.host.startsWith('/')) {
    settings['unix_socket_directories'] = address.host;
    settings['unix_socket_permissions'] = '0700';
  }
  const args = [
    '-D',
    folder,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const out = openSync(log, 'w', 0o600);
  try {
    if (process.platform === 'win32') return spawn(binaries.postgres, args, { stdio: ['ignore', out, out] });
    return spawn('/bin/sh', ['-c', KEEPER, 'rekam-postgres', binaries.postgres, ...args], {
      ...user,
      cwd: '/',
      env: serverEnv(),
      detached: true,
      stdio: ['pipe', out, out],
    });
  } finally {
    closeSync(out);
  }
}

/** Nothing of our own environment but what finds programs and speaks English in the log. */
function serverEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

async function untilReady(server: ChildProcess, admin: pg.ClientConfig, log: string): Promise<void> {
  const since = Date.now();
  for (;;) {
    if (server.exitCode !== null || server.signalCode !== null || Date.now() - since > START_MS) {
      throw new Error(`PostgreSQL did not start:\n${readFileSync(log, 'utf8').slice(-2000)}`);
    }
    try {
      await once(admin, () => Promise.resolve());
      return;
    } catch {
      await sleep(25);
    }
  }
}

async function once(config: pg.ClientConfig, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client(config);
  client.on('error', () => undefined);
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(address: Address, name: string): string {
  if (address.host.startsWith('/'))
    return `postgresql://${USER}@/${name}?host=${encodeURIComponent(address.host)}`;
  return `postgresql://${USER}@${address.host}:${address.port}/${name}`;
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  if (server.stdin === null) server.kill('SIGINT');
  else server.stdin.end();
  await ended;
}
