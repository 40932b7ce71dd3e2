// The station's own disk is full, on a real file system of its own: at each thing that it writes. Each time the person is told
// that, nothing that was there is lost or half-done, and with room it works again as if nothing had been.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RekamError, type ErrorCode } from '../../app/errors.ts';
import { startStore } from '../../main/intake/recover.ts';
import { createLog } from '../../main/log-file.ts';
import { openDatabase } from '../../main/store/database.ts';
import { MIGRATIONS, migrate } from '../../main/store/migrate.ts';
import { openStore } from '../../main/store/open-store.ts';
import { writeCard } from '../../main/sync/mirror/card.ts';
import { reportFaults } from '../../scripts/faults-summary.ts';
import { filesEnding, mirrorOf, mirrorOn, secondDisk } from '../helpers/mirror.ts';
import {
  completeDraft,
  openTestStore,
  recordDraft,
  recordResident,
  testBiodata,
  testCaptures,
  TEST_NOW,
  type TestStore,
} from '../helpers/store.ts';

const canMount =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--mount', 'true']).status === 0;
const MIB = 1024 * 1024;

let folder: string;
let disk: string;
let store: TestStore;
let cases = 0;
const elsewhere = process.env['TMPDIR'];

beforeEach(async () => {
  if (!canMount) return;
  folder = mkdtempSync(path.join(tmpdir(), 'rekam-full-'));
  disk = path.join(folder, 'disk');
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'none', disk]);
  // The whole station lies there.
  process.env['TMPDIR'] = disk;
  store = await openTestStore({ residents: 6 });
  if (elsewhere === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = elsewhere;
  await recordResident(store, store.niks[0] ?? '');
  store.db.checkpoint();
  cases += 1;
});
afterEach(() => {
  if (!canMount) return;
  store.close();
  while (spawnSync('umount', ['-l', disk]).status === 0);
  rmSync(folder, { recursive: true, force: true });
});
afterAll(() => {
  if (canMount) reportFaults({ what: 'its own disk full', count: cases, unit: 'disk faults', bad: 0 });
});

const filler = () => path.join(disk, 'holiday.mp4');

/** To the last byte. */
function fill(): void {
  const handle = openSync(filler(), 'a');
  try {
    for (const size of [MIB, 4096, 1]) {
      try {
        for (;;) writeSync(handle, Buffer.alloc(size));
      } catch {
        // Full for pieces of this size.
      }
    }
  } finally {
    closeSync(handle);
  }
}
const empty = (): void => rmSync(filler(), { force: true });

async function codeOf(call: () => unknown): Promise<ErrorCode | 'none'> {
  try {
    await call();
    return 'none';
  } catch (error) {
    if (error instanceof RekamError) return error.code;
    throw error;
  }
}

const sequences = () =>
  store.db
    .all<{ n: number }>('SELECT sequence AS n FROM packet_blob JOIN packet USING (packet_id)')
    .map(({ n }) => n);

test.runIf(canMount)('record: told, the draft stays whole, and it is recorded with room', async () => {
  const draft = await completeDraft(store, store.niks[1] ?? '', {
    captures: testCaptures(undefined, 30_000),
  });
  fill();
  // What the draft's own deletion frees is not there yet when the log must grow.
  expect(await codeOf(() => recordDraft(store, draft))).toBe('disk.full');
  expect(sequences()).toEqual([1]);
  expect(store.api.drafts.load(draft.packetId, store.operator.accountId, TEST_NOW).captures).toHaveLength(16);
  expect(store.api.audit.verify()).toBeNull();
  empty();
  expect(await recordDraft(store, draft)).toMatchObject({ sequence: 2 });
});

test.runIf(canMount)('a draft’s step: told, and the step before it is what comes back', async () => {
  const draft = await completeDraft(store, store.niks[1] ?? '');
  fill();
  const captures = testCaptures(['photo'], 400_000);
  const next = { ...draft, revision: draft.revision + 1, parts: [...captures.map(({ part }) => part)] };
  expect(await codeOf(() => store.store.drafts.commit(next, captures, TEST_NOW))).toBe('disk.full');
  const loaded = await store.store.drafts.load(draft.packetId, store.operator.accountId, TEST_NOW);
  expect([loaded.draft.revision, loaded.captures.length]).toEqual([draft.revision, 16]);
  empty();
  expect(await store.store.drafts.commit(next, captures, TEST_NOW)).toEqual({ revision: next.revision });
});

test.runIf(canMount)(
  'reference data: told, nothing of the page is half there, and the cursor stands',
  async () => {
    const residents = Array.from({ length: 8_000 }, (_, n) => testBiodata(1_000 + n));
    const lines = residents.map((biodata) => ({ type: 'resident' as const, biodata, recorded: null }));
    fill();
    expect(await codeOf(() => store.store.reference.apply(lines, 'later', TEST_NOW))).toBe('disk.full');
    expect(await store.store.reference.cursor()).toBeNull();
    expect(await store.store.residents.count()).toBe(6);
    empty();
    await store.store.reference.apply(lines.slice(0, 2_000), 'later', TEST_NOW);
    expect([await store.store.reference.cursor(), await store.store.residents.count()]).toEqual([
      'later',
      2_006,
    ]);
  },
);

test.runIf(canMount)('the second copy goes on while the station’s own disk is full', async () => {
  const second = secondDisk();
  const { mirror, until, settled } = mirrorOf(store, {
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  await until(({ state }) => state === 'none');
  await mirror.choose(second, store.supervisor.accountId);
  await settled();
  await recordResident(store, store.niks[1] ?? '');
  fill();
  mirror.wake();
  await expect.poll(() => filesEnding(mirrorOn(second), '.jws').length, { timeout: 10_000 }).toBe(2);
  empty();
  await settled();
  await mirror.stop();
});

test.runIf(canMount)('a migration: told, the schema before it stays, and its data', async () => {
  const file = path.join(disk, 'older.db');
  const options = { file, key: store.key, nativeBinding: null };
  const older = openDatabase(options);
  migrate(older, MIGRATIONS.slice(0, 6));
  older.write((tx) => tx.run("INSERT INTO setting(key, value) VALUES ('language', 'en')"));
  older.close();
  fill();
  expect(await codeOf(() => openStore(options).db.close())).toBe('disk.full');
  empty();
  const opened = openStore(options);
  expect(opened.db.pragma('user_version')).toBe(MIGRATIONS.length);
  expect(opened.api.station.setting('language')).toBe('en');
  opened.db.close();
});

test.runIf(canMount)(
  'a damaged database on a full disk: told, nothing of it is lost, and it recovers with room',
  async () => {
    store.close();
    const before = readFileSync(store.file);
    truncateSync(store.file, 0);
    fill();
    const options = {
      ...{
        workerFile: path.resolve(import.meta.dirname, '../../main/worker.ts'),
        dataDir: store.dir,
        nativeBinding: null,
      },
      keys: { database: store.key, stationPkcs8: store.stationKey.export({ format: 'der', type: 'pkcs8' }) },
      ...{ card: () => null, now: TEST_NOW, onDead: () => undefined },
    };
    expect(await codeOf(() => startStore(options))).toBe('disk.full');
    expect(before.length).toBeGreaterThan(0);
    empty();
    const { worker, damage } = await startStore(options);
    expect(damage).not.toBeNull();
    expect(existsSync(damage?.old ?? '')).toBe(true);
    await worker.close();
  },
);

test.runIf(canMount)('the log: what cannot be written stops nothing', async () => {
  const file = path.join(disk, 'logs', 'rekam.log');
  const log = createLog(file);
  log.info('begun');
  await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8').includes('begun')).toBe(true);
  fill();
  // The library tells a terminal that nobody has.
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  for (let line = 0; line < 2; line += 1) log.warn('full', { line });
  said.mockRestore();
  await new Promise((resolve) => setImmediate(resolve));
  empty();
  log.info('again');
  await expect.poll(() => readFileSync(file, 'utf8').includes('again')).toBe(true);
});

test.runIf(canMount)('the station’s card: the one before stays', async () => {
  const card = {
    v: 1 as const,
    activation: store.activation,
    centerUrl: 'x',
    caPem: null,
    mirror: null,
    last: null,
  };
  await writeCard(store.dir, store.stationKey, card);
  const before = readFileSync(path.join(store.dir, 'stasiun.jws'));
  fill();
  await expect(writeCard(store.dir, store.stationKey, { ...card, centerUrl: 'y' })).rejects.toMatchObject({
    code: 'ENOSPC',
  });
  expect(readFileSync(path.join(store.dir, 'stasiun.jws')).equals(before)).toBe(true);
  expect(filesEnding(store.dir, '.part')).toEqual([]);
});
