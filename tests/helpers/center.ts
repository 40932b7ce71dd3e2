import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll } from 'vitest';
import type { Capacity } from '../../center/admission.ts';
import { startCenter, type RunningCenter } from '../../center/center.ts';
import { nextChange } from '../../center/database.ts';
import type { Verdict } from '../../center/intake/examine.ts';
import type { PacketId } from '../../app/ids.ts';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { testAuthority } from './scanner.ts';
import { sharedDatabase } from './shared-postgres.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface TestCenterOptions {
  /** Of the demo kecamatan; 200 unless given. */
  readonly residents?: number;
  /** ISO date of the first day with summons. */
  readonly today?: string;
  readonly http?: boolean;
  readonly capacity?: Capacity;
  /** Of the test file's own scanners unless given. */
  readonly deviceAnchors?: readonly string[];
}

export interface TestCenter {
  readonly url: string;
  readonly port: number;
  /** Null over plain HTTP. */
  readonly caPem: string | null;
  readonly caFingerprint: string;
  /** The data folder. */
  readonly data: string;
  /** The center as it runs now: another one after `restart`. */
  readonly running: RunningCenter;
  activationCode(label?: string): Promise<string>;
  packetCount(): Promise<number>;
  hasPacket(id: PacketId): Promise<boolean>;
  /** Resolves when intake has given as many outcomes in all. */
  outcomes(count: number): Promise<{ packetId: PacketId; verdict: string }[]>;
  /** A person at the center decides, whatever was decided before; the packet must be there. */
  decide(id: PacketId, verdict: Verdict): Promise<void>;
  /** Residents of the register in a stable order. */
  residents(options?: { readonly desa?: string; readonly recorded?: boolean }): Promise<Biodata[]>;
  /** Paths of all finished blobs. */
  blobs(): string[];
  /** Stops and starts it again on the same data and the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  /** Starts it again after `stop`. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const open = new Set<TestCenter>();

afterAll(async () => {
  for (const center of open) await center.close();
});

/** A database of its own on the PostgreSQL that the tests share. */
export async function testDatabase(): Promise<string> {
  return sharedDatabase(`test_${randomUUID().replaceAll('-', '')}`);
}

/** A real center in this process: TLS unless told otherwise, a database of its own, a temporary folder. */
export async function startTestCenter(options: TestCenterOptions = {}): Promise<TestCenter> {
  const data = temporaryFolder('rekam-center-');
  const database = await testDatabase();
  const deviceAnchors = options.deviceAnchors ?? [(await testAuthority()).anchor];
  const start = (port: number) =>
    startCenter({
      data,
      database,
      port,
      http: options.http ?? false,
      demo: {
        residents: options.residents ?? 200,
        deviceAnchors,
        ...(options.today !== undefined && { today: options.today }),
      },
      ...(options.capacity !== undefined && { capacity: options.capacity }),
    });
  let running = await start(0);
  let stopped = false;
  const { url, port, caPem, caFingerprint } = running;
  const center: TestCenter = {
    url,
    port,
    caPem,
    caFingerprint,
    data,
    get running() {
      return running;
    },
    activationCode: (label = 'Meja 1') => running.createActivationCode({ label }),
    packetCount: async () => {
      const row = await running.db
        .selectFrom('packet')
        .select((table) => table.fn.countAll().as('count'))
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },
    hasPacket: async (id) =>
      (await running.db
        .selectFrom('packet')
        .select('packet_id')
        .where('packet_id', '=', id)
        .executeTakeFirst()) !== undefined,
    outcomes: async (count) => {
      for (;;) {
        const rows = await running.db
          .selectFrom('outcome')
          .select(['packet_id', 'verdict'])
          .orderBy('change')
          .execute();
        if (rows.length >= count)
          return rows.map((row) => ({ packetId: row.packet_id, verdict: row.verdict }));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    decide: (id, { reasons, ...verdict }) =>
      running.db.transaction().execute(async (tx) => {
        const decided_at = new Date();
        const { kecamatan } = await tx
          .updateTable('packet')
          .set({ examined_at: decided_at })
          .where('packet_id', '=', id)
          .returning('kecamatan')
          .executeTakeFirstOrThrow();
        const change = await nextChange(tx, kecamatan);
        const row = { ...verdict, change, reasons: JSON.stringify(reasons), decided_at };
        await tx
          .insertInto('outcome')
          .values({ packet_id: id, kecamatan, ...row })
          .onConflict((conflict) => conflict.column('packet_id').doUpdateSet(row))
          .execute();
      }),
    residents: async ({ desa, recorded } = {}) => {
      const rows = await running.db
        .selectFrom('resident')
        .select(['biodata', 'recorded_at'])
        .orderBy('nik')
        .execute();
      return rows
        .filter((row) => recorded === undefined || (row.recorded_at !== null) === recorded)
        .map((row) => row.biodata)
        .filter((biodata) => desa === undefined || biodata.desa === desa);
    },
    blobs: () => filesIn(path.join(data, 'blobs')),
    restart: async () => {
      await center.stop();
      await center.start();
    },
    stop: async () => {
      stopped = true;
      await running.close();
    },
    start: async () => {
      running = await start(port);
      stopped = false;
    },
    close: async () => {
      open.delete(center);
      if (!stopped) await running.close();
      stopped = true;
      rmSync(data, { recursive: true, force: true });
    },
  };
  open.add(center);
  return center;
}

export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile());
}
