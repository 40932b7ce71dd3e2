// G2, G3, G4: a real center on a real PostgreSQL is killed, stopped, stalled, filled up and loses its database while a
// station delivers. Everything arrives, each packet once, whatever was answered meanwhile.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { checkBiodata, type Biodata } from '../../app/enrollment/biodata.ts';
import { publicKeyX, sha256 } from '../../main/security/sign.ts';
import type { StoreApi } from '../../main/store/api.ts';
import { localStore } from '../../main/store/remote.ts';
import { activateStation } from '../../main/sync/activate.ts';
import type { SyncEngine } from '../../main/sync/api.ts';
import { createSyncEngine } from '../../main/sync/engine.ts';
import type { SyncLog } from '../../main/sync/log.ts';
import { createTransport } from '../../main/sync/transport.ts';
import { reportFaults } from '../../scripts/faults-summary.ts';
import { filesIn } from '../helpers/center.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { startPostgres } from '../../center/postgres.ts';
import { spawnCenter, type CenterProcess } from '../helpers/center-process.ts';
import { LOSARI, openTestStore, recordResident, testCaptures, type TestStore } from '../helpers/store.ts';

/** `npm run faults` asks for more. */
const PACKETS = Number(process.env['REKAM_ABUSED_PACKETS'] ?? 60);
/** Of each part; a packet has about sixteen times that. */
const PART_BYTES = 20_000;
const DISK_MB = 16 + Math.ceil(PACKETS * 0.4);

test(
  `${PACKETS} packets reach a center that is killed, stopped, stalled, full and without its database`,
  async () => {
    // What the center says to its own log about all this is of no interest here.
    vi.stubEnv('LOG_LEVEL', 'silent');
    onTestFinished(() => void vi.unstubAllEnvs());
    const disk = mountSmallDisk();
    const data = disk?.folder ?? temporaryFolder('rekam-abuse-');
    const folder = temporaryFolder('rekam-pg-');
    let postgres = await startPostgres(folder);
    const database = ['--database', await postgres.database('rekam')];
    const demo = ['--demo', '--residents', String(PACKETS * 2 + 40)];
    let center: CenterProcess = await spawnCenter(data, 0, ...database, ...demo);
    onTestFinished(async () => {
      await center.kill();
      await postgres.stop();
      disk?.unmount();
      for (const each of [data, folder]) rmSync(each, { recursive: true, force: true });
    });
    const again = async () => {
      center = await spawnCenter(data, center.port, ...database);
    };
    const problems = new Map<string, number>();
    const { store, start } = await station(center);
    const date = new Date().toISOString().slice(0, 10);
    const residents = healthy(store, date).slice(0, PACKETS);
    const waiting = () => store.api.outbox.summary(0).waiting;
    let onReceived = () => undefined as void;
    const run = () => start(counting(problems), () => onReceived());
    let engine = run();

    /** A share of the residents comes, and the trouble when the center has half of them; ends once it has shown. */
    const during = async (trouble: () => Promise<void>, ...answers: string[]) => {
      const before = count(problems, answers);
      const share = residents.splice(0, Math.ceil(PACKETS / 5));
      const captures = () => testCaptures(undefined, PART_BYTES);
      for (const nik of share)
        await recordResident(store, nik, { captures: captures(), now: Date.now(), date });
      let left = Math.floor(share.length / 2);
      let under = null as Promise<void> | null;
      onReceived = () => {
        left -= 1;
        if (left <= 0) under ??= trouble();
      };
      await until(() => under !== null);
      onReceived = () => undefined;
      await under;
      if (answers.length === 0) return;
      await until(() => count(problems, answers) > before || waiting() === 0);
      expect(count(problems, answers)).toBeGreaterThan(before);
    };
    /** By hand, which passes over the station's own patience. */
    const until = async (isOver: () => boolean) => {
      while (!isOver()) {
        const { ended } = await engine.syncNow();
        // A person presses the button again; nothing hammers.
        if (ended !== 'done') await sleep(100);
      }
    };
    const done = () => until(() => waiting() === 0);

    await during(async () => {
      await center.kill();
      await again();
    });
    await done();
    await during(async () => {
      await center.stop();
    }, 'refused');
    await again();
    await done();
    await during(async () => {
      center.child.kill('SIGSTOP');
      // Slow is what this is: nobody waits for it.
      await sleep(3_000);
      center.child.kill('SIGCONT');
    });
    await done();
    if (disk !== null) {
      await during(async () => disk.fill(), 'storage-full');
      disk.free();
      // Else it keeps away for the minute that the center named.
      await engine.stop();
      engine = run();
      await done();
    }
    await during(() => postgres.stop(), 'overloaded');
    postgres = await startPostgres(folder);
    await done();

    const delivered = store.db.all<{ packet_id: string; sha256: string }>(
      "SELECT packet_id, sha256 FROM packet JOIN receipt USING (packet_id) WHERE state <> 'held'",
    );
    expect(delivered).toHaveLength(PACKETS);
    const blobs = filesIn(path.join(data, 'blobs'));
    expect(blobs.map((file) => path.basename(file)).sort()).toEqual(
      delivered.map((row) => row.packet_id).sort(),
    );
    for (const { packet_id: id, sha256: hash } of delivered) {
      const file = blobs.find((name) => path.basename(name) === id) ?? '';
      expect(sha256(readFileSync(file))).toBe(hash);
    }
    expect(filesIn(path.join(data, 'uploads'))).toEqual([]);
    // Whatever is lost has failed above.
    reportFaults({
      what: 'center killed, stopped, stalled, full',
      count: PACKETS,
      unit: 'packets to an abused center',
      bad: 0,
    });
    console.log(
      `center-abuse: ${PACKETS} packets, ${blobs.length} at the center, each once; answers on the way: ` +
        [...problems].map(([name, times]) => `${name} ${times}`).join(', ') +
        (disk === null ? '; the full disk needs a mount that is not allowed here' : ''),
    );
  },
  Math.max(240_000, PACKETS * 2_000),
);

/** A station with its reference data, and no engine running yet. */
async function station(center: CenterProcess) {
  const store = await openTestStore({ activated: false });
  const record = await activateStation({
    centerUrl: center.url,
    code: center.activationCode ?? '',
    stationKeyX: publicKeyX(store.stationKey),
    label: 'Meja 1',
    appVersion: '0.1.0',
  });
  store.api.station.activate(record, Date.now());
  const transport = createTransport({ baseUrl: record.centerUrl, caPem: record.caPem });
  const { stationKey } = store;
  let engine: SyncEngine;
  const start = (log: SyncLog, onReceived = () => undefined as void) => {
    const { outbox } = store.api;
    const received: typeof outbox.received = (...args) => {
      outbox.received(...args);
      onReceived();
    };
    const told = localStore<StoreApi>({ ...store.api, outbox: { ...outbox, received } });
    engine = createSyncEngine({ store: told, record, stationKey, transport, log });
    engine.start();
    return engine;
  };
  onTestFinished(async () => {
    await engine.stop();
    transport.close();
    store.destroy();
  });
  const first = start(counting(new Map()));
  await new Promise<void>((resolve) => {
    const off = first.onChange(() => {
      if (store.api.reference.cursor() === null || first.state().referenceLoading) return;
      off();
      resolve();
    });
  });
  await first.stop();
  return { store, start };
}

/** Whose record asks for no reason. */
function healthy(store: TestStore, date: string): string[] {
  const rows = store.db.all<{ nik: string; biodata: string }>(
    'SELECT nik, biodata FROM resident WHERE recorded_at IS NULL ORDER BY nik',
  );
  return rows
    .filter(({ biodata }) => {
      const { errors, warnings } = checkBiodata(JSON.parse(biodata) as Biodata, date, LOSARI);
      return errors.length + warnings.length === 0;
    })
    .map(({ nik }) => nik);
}

function counting(problems: Map<string, number>): SyncLog {
  const note = (_event: string, fields: Readonly<Record<string, unknown>> = {}) => {
    const problem = fields['problem'];
    if (typeof problem === 'string') problems.set(problem, (problems.get(problem) ?? 0) + 1);
  };
  return { info: note, warn: note, error: note };
}

function count(problems: ReadonlyMap<string, number>, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (problems.get(name) ?? 0), 0);
}

/** A file system of its own, so that it can be filled; null where mounting is not allowed. */
function mountSmallDisk() {
  const folder = temporaryFolder('rekam-disk-');
  const options = ['-t', 'tmpfs', '-o', `size=${DISK_MB}m,mode=0755`, 'tmpfs', folder];
  if (process.platform !== 'linux' || spawnSync('mount', options).status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    return null;
  }
  const ballast = path.join(folder, 'ballast');
  return {
    folder,
    /** To the last block: an upload under way takes what is left over. */
    fill: () => {
      const file = openSync(ballast, 'w');
      const block = Buffer.alloc(64 * 1024);
      try {
        for (;;) writeSync(file, block);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast),
    unmount: () => spawnSync('umount', ['-l', folder]),
  };
}
