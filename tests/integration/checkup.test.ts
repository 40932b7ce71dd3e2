// The doctor beside a closed or running station: what it finds, that it changes nothing, and that a bundle is about nobody.
import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
  closeSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { judge } from '../../app/checkup/judge.ts';
import { writeBundle } from '../../main/checkup/bundle.ts';
import { examineInThread } from '../../main/checkup/examination.ts';
import { speaksOf } from '../../main/checkup/receipt-of.ts';
import { createLog } from '../../main/log-file.ts';
import { databaseFile } from '../../main/intake/start-worker.ts';
import { examine } from '../../main/store/examine.ts';
import { MIGRATIONS } from '../../main/store/migrate.ts';
import { examineFolders } from '../../scripts/doctor.ts';
import { freshStore } from '../helpers/fresh-store.ts';
import { findPlainText } from '../helpers/plain-text.ts';
import { completeDraft, recordResident, TEST_NOW } from '../helpers/store.ts';

const station = freshStore({ residents: 12 });
let folder: string;
let dataDir: string;
let keyDir: string;
/** The discard port: no scanners. */
const NO_SCANNERS = { from: 9, to: 9 };

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'rekam-checkup-'));
  dataDir = path.join(folder, 'data');
  keyDir = path.join(folder, 'keys');
  mkdirSync(dataDir);
  for (const nik of station.niks.slice(0, 4)) await recordResident(station, nik);
  await completeDraft(station, station.niks[5] ?? '');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The store's database as it lies on a closed station's disk, with its keys in a file. */
function layDown(): string {
  station.close();
  for (const end of ['', '.keycheck']) copyFileSync(station.file + end, databaseFile(dataDir) + end);
  writeKeys(station.key);
  return databaseFile(dataDir);
}

function writeKeys(key: Buffer): void {
  mkdirSync(keyDir, { recursive: true });
  const own = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' });
  const keys = {
    database: key.toString('base64'),
    draft: key.toString('base64'),
    station: own.toString('base64'),
  };
  const content = Buffer.from(JSON.stringify(keys)).toString('base64');
  writeFileSync(path.join(keyDir, 'station.keys'), JSON.stringify({ v: 1, kept: 'plain', keys: content }), {
    mode: 0o644,
  });
}

async function codes(): Promise<string[]> {
  return (await examineFolders({ dataDir, keyDir }, NO_SCANNERS)).map(({ code }) => code);
}

/** Every file under the station's folders by content and mode, but SQLite's index of the log. */
function fingerprint(): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files
      .map((entry) => path.join(entry.parentPath, entry.name))
      .filter((file) => !file.endsWith('-shm') && statSync(file).size > 0)
      .map((file) => [
        path.relative(folder, file),
        `${statSync(file).mode} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`,
      ]),
  );
}

describe('npm run doctor', () => {
  test('finds a closed station well, and leaves every byte and mode as it was', async () => {
    layDown();
    const before = fingerprint();
    expect(await codes()).toEqual([
      'keys.file',
      'database.sound',
      'audit.whole',
      expect.stringMatching(/^disk\./) as string,
      'mirror.unread',
      'clock.unknown',
      'camera.unseen',
      'devices.none',
      'link.unknown',
      'versions.release',
    ]);
    expect(fingerprint()).toEqual(before);
  });

  test('reads what a crash left in the log, and leaves it there', async () => {
    // Copied with the station still open: the last records are in the log alone.
    for (const end of ['', '-wal', '.keycheck'])
      copyFileSync(station.file + end, databaseFile(dataDir) + end);
    writeKeys(station.key);
    const before = fingerprint();
    const link = (await examineFolders({ dataDir, keyDir }, NO_SCANNERS)).find(
      ({ check }) => check === 'link',
    );
    expect(link?.params).toEqual({ waiting: 4 });
    expect(fingerprint()).toEqual(before);
    expect(Object.keys(before)).toContain(path.join('data', 'rekam.db-wal'));
  });

  test('says of missing and foreign keys what they are, and makes none', async () => {
    const file = layDown();
    rmSync(keyDir, { recursive: true });
    expect((await codes()).slice(0, 3)).toEqual(['keys.missing', 'database.unopened', 'audit.unread']);
    expect(readdirSync(folder)).toEqual(['data']);
    writeKeys(Buffer.alloc(32, 7));
    expect((await codes()).slice(0, 2)).toEqual(['keys.file', 'database.wrongKey']);
    writeFileSync(path.join(keyDir, 'station.keys'), '{"v":1,"kept":"keystore","keys":"AAAA"}');
    expect((await codes()).slice(0, 2)).toEqual(['keys.wrapped', 'database.unopened']);
    writeFileSync(path.join(keyDir, 'station.keys'), 'half');
    expect((await codes()).slice(0, 2)).toEqual(['keys.unreadable', 'database.unopened']);
    expect(statSync(file).size).toBeGreaterThan(0);
  });

  test('finds a damaged page and a changed audit entry', async () => {
    station.db.write((tx) => tx.run("UPDATE audit SET what = 'nothing' WHERE sequence = 3"));
    const file = layDown();
    const findings = await examineFolders({ dataDir, keyDir }, NO_SCANNERS);
    expect(findings.find(({ check }) => check === 'audit')).toMatchObject({
      code: 'audit.broken',
      params: { sequence: 3 },
    });
    const handle = openSync(file, 'r+');
    for (let page = 4; page < statSync(file).size / 4096; page += 3) {
      writeSync(handle, Buffer.alloc(64, 0xa5), 0, 64, page * 4096 + 512);
    }
    closeSync(handle);
    expect((await codes()).slice(1, 3)).toEqual(['database.damaged', 'audit.unread']);
  });

  test('refuses to judge data of a newer version', async () => {
    station.db.pragma(`user_version = ${MIGRATIONS.length + 1}`);
    layDown();
    expect((await codes()).slice(1, 3)).toEqual(['database.newer', 'audit.unread']);
  });
});

test('in the app it runs in a thread of its own while the station writes, and holds up neither', async () => {
  const workerFile = path.resolve(import.meta.dirname, '../../main/examiner.ts');
  const options = { file: station.file, key: station.key, nativeBinding: null, auditOnly: false };
  const running = examineInThread(workerFile, options);
  for (const nik of station.niks.slice(6, 9)) await recordResident(station, nik);
  const found = await running;
  expect(found).toMatchObject({ sound: true, audit: { brokenAt: null } });
  expect(examine(options, { auditOnly: false, speaksOf }).station).toMatchObject({
    activated: true,
    waiting: 7,
  });
  await expect(examineInThread(workerFile, { ...options, key: Buffer.alloc(32, 7) })).rejects.toMatchObject({
    code: 'store.key',
  });
});

describe('a support bundle', () => {
  /** All that is about somebody: of residents, recordings, drafts, operators. */
  function personal(): string[] {
    const texts = new Set<string>(station.niks);
    for (const { biodata } of station.db.all<{ biodata: string }>('SELECT biodata FROM resident')) {
      const { noKk, nama, tempatLahir, alamat } = JSON.parse(biodata) as Record<string, string>;
      for (const text of [noKk, nama, tempatLahir, alamat, ...(nama ?? '').split(' ')]) {
        if (text !== undefined && text.length > 3) texts.add(text);
      }
    }
    for (const { username, name } of station.db.all<{ username: string; name: string }>(
      'SELECT * FROM account',
    )) {
      texts.add(name);
      texts.add(`"${username}"`);
    }
    return [...texts];
  }

  test('of a station with residents, recordings and a careless log holds nothing about anybody', async () => {
    const log = createLog(path.join(dataDir, 'logs', 'rekam.log'));
    const texts = personal();
    expect(texts.length).toBeGreaterThan(30);
    log.info('start', { version: '0.1.0' });
    for (const text of texts) {
      log.error('sync.cycle', {
        reason: `Error: EACCES: open '/home/x/${text}.pdf'`,
        problem: text,
        nama: text,
      });
      log.warn(text, { code: text, channel: text, [text]: 1, count: Number(text) });
      appendFileSync(path.join(dataDir, 'logs', 'rekam.log'), `${text}\n`);
    }
    log.info('sync.link', { state: 'offline', cause: 'timeout' });
    // What lies on the disk is what the look can find: without it the test would prove nothing.
    expect(findPlainText(path.join(dataDir, 'logs'), texts).length).toBeGreaterThan(texts.length / 2);

    const examination = examine(
      { file: station.file, key: station.key, nativeBinding: null },
      { auditOnly: false, speaksOf },
    );
    const written = await writeBundle(folder, {
      findings: judge({
        keys: { kept: 'file' },
        database: { sound: true, seconds: 1 },
        audit: examination.audit,
        disk: { residentsLeft: 1_240 },
        mirror: { state: 'ok', sameDisk: false, behind: 0 },
        cameras: 1,
        clockOffsetMs: 0,
        devices: { ready: 1, notReady: 0 },
        link: { activated: true, state: 'offline', cause: 'timeout', waiting: 4 },
        versions: { rekam: '0.1.0', runtime: '45.4.1', isRelease: true },
      }),
      examination,
      at: new Date(TEST_NOW).toISOString(),
      stationId: station.activation.stationId,
      system: { rekam: '0.1.0', platform: process.platform },
      logFiles: [path.join(dataDir, 'logs', 'rekam.old.log'), path.join(dataDir, 'logs', 'rekam.log')],
    });
    expect(path.basename(written)).toBe('rekam-bantuan-20111114-0300');
    expect(readdirSync(written).toSorted()).toEqual(['log.jsonl', 'pemeriksaan.json']);
    expect(findPlainText(written, texts)).toEqual([]);
    // It still says what support asks for.
    const kept = readFileSync(path.join(written, 'log.jsonl'), 'utf8');
    expect(kept).toContain('"reason":"Error EACCES"');
    expect(kept).toContain('"event":"sync.link","state":"offline","cause":"timeout"');
    const summary = JSON.parse(readFileSync(path.join(written, 'pemeriksaan.json'), 'utf8')) as object;
    expect(summary).toMatchObject({
      examination: { station: { packets: { recorded: 4 }, rows: { resident: 12 } } },
    });
  });
});
