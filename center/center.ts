import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { AddressInfo } from 'node:net';
import { pino, type Logger } from 'pino';
import type { StationId } from '../app/ids.ts';
import { createAdmission, DEFAULT_CAPACITY, type Capacity } from './admission.ts';
import { loadCertificates } from './certificates.ts';
import type { Context } from './context.ts';
import type { Db } from './database.ts';
import { DEMO_KECAMATAN } from './demo/losari.ts';
import { seedDemo, type DemoOptions } from './demo/seed.ts';
import { startIntake } from './intake/intake.ts';
import { loadRecoveryKey } from './keys.ts';
import { startPostgres } from './postgres.ts';
import { buildServer } from './server.ts';
import { forgetNonces } from './signature.ts';
import { createActivationCode } from './stations.ts';
import { openStorage, type StorageOptions } from './storage.ts';
import { letCount } from './takeover.ts';
import { mendUploads } from './uploads/finish.ts';

export interface CenterOptions extends StorageOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  readonly host?: string;
  /** Plain HTTP, on loopback only. */
  readonly http?: boolean;
  /** Fills an empty database with the demo kecamatan. */
  readonly demo?: boolean | DemoOptions;
  readonly capacity?: Capacity;
  readonly log?: Logger;
  /** The embedded PostgreSQL ended by itself: only a new start helps. */
  readonly onDatabaseDied?: () => void;
}

/** For tests and the drill: what an operator of a real center would do with its tools. */
export interface CenterControl {
  /** False: pulse says so, and uploads get 503. */
  setAccepting(accepting: boolean): void;
  setCapacity(capacity: Capacity): void;
  pauseIntake(): void;
  resumeIntake(): void;
  revoke(stationId: StationId): Promise<void>;
  /** More of a station that was taken over counts: its newer mirror was found later. */
  letCount(stationId: StationId, last: number): Promise<void>;
}

export interface RunningCenter {
  readonly url: string;
  readonly port: number;
  /** Null over plain HTTP. */
  readonly caPem: string | null;
  /** As activation codes carry it. */
  readonly caFingerprint: string;
  readonly db: Db;
  readonly databaseUrl: string;
  readonly control: CenterControl;
  /** @param options.kecamatan the demo's unless given */
  createActivationCode(options: { readonly label: string; readonly kecamatan?: string }): Promise<string>;
  close(): Promise<void>;
}

const HOUSEKEEPING_MS = 15 * 60_000;
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/** Starts a center and resolves when it listens. */
export async function startCenter(options: CenterOptions): Promise<RunningCenter> {
  const host = options.host ?? 'localhost';
  if (options.http === true && !LOOPBACK.includes(host)) throw new Error('plain HTTP is for loopback only');
  const log = options.log ?? pino({ level: 'warn' }, pino.destination(2));
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    return await assemble(options, host, log, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function assemble(
  options: CenterOptions,
  host: string,
  log: Logger,
  closers: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<RunningCenter> {
  const storage = await openStorage(options, log, closers, (data) =>
    embeddedDatabase(data, closers, options.onDatabaseDied),
  );
  const { db, ears, locks, databaseUrl } = storage;
  const complain = (error: unknown) => log.error({ err: error }, 'PostgreSQL');
  const certificates = await loadCertificates(path.resolve(options.data), [host]);

  if (options.demo !== undefined && options.demo !== false) {
    const { keyId, recipient } = await loadRecoveryKey(path.resolve(options.data), DEMO_KECAMATAN.kode);
    const recovery = { keyId, recipient };
    await seedDemo(db, { recovery, ...(options.demo === true ? {} : options.demo) });
  }
  const admission = createAdmission(
    options.capacity ?? DEFAULT_CAPACITY,
    () => performance.now(),
    Math.random,
  );
  await mendUploads(storage);
  const intake = startIntake(storage);
  closers.push(() => intake.stop());
  // A disk was imported by a process of its own.
  ears.on('rekam_packet', () => intake.look());
  const center: Context = {
    ...{ ...storage, admission, intake, accepting: true },
    ...{ data: path.resolve(options.data), caFingerprint: certificates.caFingerprint },
  };
  const housekeeping = setInterval(() => void forgetNonces(db).catch(complain), HOUSEKEEPING_MS);
  closers.push(() => Promise.resolve(clearInterval(housekeeping)));

  const app = await buildServer(center, { certificates: options.http === true ? null : certificates, log });
  // Handlers outlive their connections: what is being finished is finished.
  closers.push(() => locks.idle());
  closers.push(() => app.close());
  await app.listen({ host, port: options.port ?? 0 });
  const { port } = app.server.address() as AddressInfo;

  return {
    url: `${options.http === true ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    caPem: options.http === true ? null : certificates.caPem,
    caFingerprint: certificates.caFingerprint,
    db,
    databaseUrl,
    control: {
      setAccepting: (accepting) => {
        center.accepting = accepting;
      },
      setCapacity: (capacity) => admission.setCapacity(capacity),
      pauseIntake: () => intake.pause(),
      resumeIntake: () => intake.resume(),
      revoke: async (stationId) => {
        await db.updateTable('station').set({ revoked_at: new Date() }).where('id', '=', stationId).execute();
      },
      letCount: (stationId, last) => letCount(db, stationId, last),
    },
    createActivationCode: ({ label, kecamatan = DEMO_KECAMATAN.kode }) =>
      createActivationCode(db, { label, kecamatan, caFingerprint: certificates.caFingerprint }),
    close,
  };
}

/** The data folder's own PostgreSQL, started. */
async function embeddedDatabase(
  data: string,
  closers: (() => Promise<void>)[],
  onDied: (() => void) | undefined,
): Promise<string> {
  const postgres = await startPostgres(data);
  void postgres.died.then(onDied);
  closers.push(() => postgres.stop());
  return postgres.database('rekam');
}
