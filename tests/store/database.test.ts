import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Draft } from '../../app/desk/draft.ts';
import { openDatabase, openReader } from '../../main/store/database.ts';
import { migrate, MIGRATIONS } from '../../main/store/migrate.ts';
import { openStore } from '../../main/store/open-store.ts';
import { asStoreError } from '../../main/store/sqlite-errors.ts';
import {
  completeDraft,
  openTestStore,
  recordDraft,
  recordResident,
  testCaptures,
  TEST_NOW,
  type TestStore,
} from '../helpers/store.ts';

const nativeBinding = null;
let dir: string;
let file: string;
const key = randomBytes(32);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rekam-db-'));
  file = join(dir, 'rekam.db');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const code = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'none';
};

/** Name and hash of every file of the database. */
const state = (): Record<string, string> =>
  Object.fromEntries(readdirSync(dir).map((name) => [name, hash(readFileSync(join(dir, name)))]));

describe('durability (G1)', () => {
  test('what need not wait for the disk leaves the connection as it was, also when it fails', () => {
    const { db } = openStore({ file, key, nativeBinding });
    const seen = db.writeUnsynced((tx) => {
      tx.run("INSERT INTO setting(key, value) VALUES ('a', '1')");
      return db.pragma('synchronous');
    });
    expect([seen, db.pragma('synchronous')]).toEqual([1, 2]);
    const fail = () =>
      db.writeUnsynced((tx) => {
        tx.run("DELETE FROM setting WHERE key = 'a'");
        throw new Error('no');
      });
    expect(fail).toThrow('no');
    expect(db.pragma('synchronous')).toBe(2);
    expect(db.get("SELECT value FROM setting WHERE key = 'a'")).toEqual({ value: '1' });
    db.close();
  });

  test('a commit syncs on a fresh, a used and a reopened connection', () => {
    for (const round of [1, 2]) {
      const { db, api } = openStore({ file, key, nativeBinding });
      expect(db.pragma('synchronous')).toBe(2);
      api.station.set('language', round === 1 ? 'id' : 'en');
      expect(db.pragma('synchronous')).toBe(2);
      expect(db.pragma('journal_mode')).toBe('wal');
      db.close();
    }
  });

  test('the WAL stays far below 64 MiB over many records, and idle time empties its work', async () => {
    const store = await openTestStore({ residents: 60 });
    const big = testCaptures(undefined, 60_000);
    let largest = 0;
    for (const nik of store.niks) {
      await recordResident(store, nik, { captures: big });
      largest = Math.max(largest, statSync(`${store.file}-wal`).size);
    }
    expect(largest).toBeGreaterThan(1024 * 1024);
    expect(largest).toBeLessThan(40 * 1024 * 1024);
    store.db.checkpoint();
    expect(statSync(store.file).size).toBeGreaterThan(60 * 14 * 60_000);
    store.destroy();
  });

  test('a transaction that throws leaves nothing', () => {
    const { db, api } = openStore({ file, key, nativeBinding });
    const half = () =>
      db.write((tx) => {
        tx.run("INSERT INTO setting(key, value) VALUES ('language', 'en')");
        throw new Error('half way');
      });
    expect(half).toThrow('half way');
    expect(api.station.setting('language')).toBeNull();
    db.close();
  });

  test('a read path cannot write', () => {
    const { db } = openStore({ file, key, nativeBinding });
    expect(() => db.get("INSERT INTO setting(key, value) VALUES ('language', 'en') RETURNING value")).toThrow(
      'cannot write',
    );
    db.close();
  });
});

describe('encryption (G6)', () => {
  test('no file of the database shows a SQLite header, a NIK, a name or a part', async () => {
    const store = await openTestStore();
    const captures = testCaptures();
    const [nik] = store.niks;
    const resident = store.api.residents.byNik(nik ?? '');
    const draft = await completeDraft(store, nik ?? '', { captures });
    const needles = [
      nik ?? '',
      resident?.biodata.nama ?? '',
      'CREATE TABLE',
      'SQLite format 3',
      draft.packetId,
    ];
    const look = () => {
      const files = readdirSync(store.dir).map((name) => readFileSync(join(store.dir, name)));
      expect(files.length).toBeGreaterThanOrEqual(3);
      for (const content of files) {
        for (const needle of needles) expect(content.includes(needle)).toBe(false);
        for (const { bytes } of captures)
          expect(content.includes(Buffer.from(bytes.subarray(0, 64)))).toBe(false);
      }
    };
    look();
    await recordDraft(store, draft);
    store.db.checkpoint();
    look();
    store.destroy();
  });

  test('control: the same look finds all of it in a database without a cipher', async () => {
    const store = await openTestStore();
    const plain = join(dir, 'plain.db');
    const { default: Sqlite } = await import('better-sqlite3');
    const db = new Sqlite(plain);
    db.exec('CREATE TABLE t(nik TEXT) STRICT');
    db.prepare('INSERT INTO t VALUES (?)').run(store.niks[0]);
    db.close();
    const content = readFileSync(plain);
    expect(content.includes('SQLite format 3')).toBe(true);
    expect(content.includes(store.niks[0] ?? '-')).toBe(true);
    store.destroy();
  });

  // The desk keeps the photo of who was recorded, small as it is; everything else is sealed and gone.
  test.each([
    ['recorded', recordDraft, ['photo']],
    [
      'dropped',
      async (store: TestStore, draft: Draft) =>
        await store.store.drafts.drop(draft.packetId, 'salah orang', store.operator.accountId, TEST_NOW),
      [],
    ],
  ])('once a draft is %s no page holds what a finger was, even for who has the key', async (_, end, kept) => {
    const store = await openTestStore();
    const captures = testCaptures(undefined, 9_000);
    const draft = await completeDraft(store, store.niks[0] ?? '', { captures });
    store.db.checkpoint();
    await end(store, draft);
    store.close();
    const { default: Sqlite } = await import('better-sqlite3');
    const db = new Sqlite(store.file);
    db.pragma("cipher = 'aegis'");
    db.pragma(`key = "x'${store.key.toString('hex')}'"`);
    // Every page in plain, the free ones too (which a change of the key would leave out).
    const content = db.serialize();
    db.close();
    expect(content.includes(draft.packetId)).toBe(true);
    const left = captures.filter(({ bytes }) =>
      [20, 5_000, 8_800].some((from) => content.includes(Buffer.from(bytes.subarray(from, from + 100)))),
    );
    expect(left.map(({ part }) => part.name)).toEqual(kept);
    store.destroy();
  });
});

describe('opening', () => {
  test('a wrong key is told as such and touches nothing, with a hot WAL too', () => {
    const first = openStore({ file, key, nativeBinding });
    first.api.station.set('language', 'id');
    const before = state();
    expect(existsSync(`${file}-wal`)).toBe(true);
    expect(code(() => openDatabase({ file, key: randomBytes(32), nativeBinding }))).toBe('store.key');
    expect(state()).toEqual(before);
    first.db.close();
  });

  test('a wrong key is told as such without the check value beside the file', () => {
    openStore({ file, key, nativeBinding }).db.close();
    rmSync(`${file}.keycheck`);
    const before = readFileSync(file);
    expect(code(() => openDatabase({ file, key: randomBytes(32), nativeBinding }))).toBe('store.key');
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(existsSync(`${file}.keycheck`)).toBe(false);
    openStore({ file, key, nativeBinding }).db.close();
    expect(existsSync(`${file}.keycheck`)).toBe(true);
  });

  test('a check value torn by a power cut does not lock the station out', () => {
    openStore({ file, key, nativeBinding }).db.close();
    writeFileSync(`${file}.keycheck`, 'ab12');
    openStore({ file, key, nativeBinding }).db.close();
    expect(code(() => openDatabase({ file, key: randomBytes(32), nativeBinding }))).toBe('store.key');
  });

  test('a check value that the disk turned does not lock the station out, and is mended', () => {
    openStore({ file, key, nativeBinding }).db.close();
    const whole = readFileSync(`${file}.keycheck`, 'ascii');
    writeFileSync(
      `${file}.keycheck`,
      whole.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    );
    openReader({ file, key, nativeBinding }).close();
    openStore({ file, key, nativeBinding }).db.close();
    expect(readFileSync(`${file}.keycheck`, 'ascii')).toBe(whole);
  });

  test('a damaged first page is damage, not a wrong key, and is left as it is', () => {
    openStore({ file, key, nativeBinding }).db.close();
    const bytes = readFileSync(file);
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expect(code(() => openStore({ file, key, nativeBinding }))).toBe('store.damaged');
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  test('damage further on is told when it is met', async () => {
    const store = await openTestStore({ residents: 600 });
    store.close();
    const bytes = readFileSync(store.file);
    for (let at = 4096 * 100; at < bytes.length; at += 4096) bytes[at + 50] = (bytes[at + 50] ?? 0) ^ 1;
    writeFileSync(store.file, bytes);
    const opened = openStore({ file: store.file, key: store.key, nativeBinding });
    expect(code(() => opened.api.residents.find('siti', 20))).toBe('store.damaged');
    opened.db.close();
    store.destroy();
  });

  test('reopening keeps page size, cipher and vacuum mode as made', () => {
    openStore({ file, key, nativeBinding }).db.close();
    const { db } = openStore({ file, key, nativeBinding });
    expect([db.pragma('page_size'), db.pragma('auto_vacuum'), db.pragma('cipher')]).toEqual([
      4096,
      2,
      'aegis',
    ]);
    expect([db.pragma('temp_store'), db.pragma('foreign_keys'), db.pragma('secure_delete')]).toEqual([
      2, 1, 1,
    ]);
    db.close();
  });
});

describe('migrations', () => {
  test('are numbered from 1 without gaps and recorded', () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
    const { db } = openStore({ file, key, nativeBinding });
    expect(db.pragma('user_version')).toBe(MIGRATIONS.length);
    db.close();
  });

  test('every table is STRICT', () => {
    const { db } = openStore({ file, key, nativeBinding });
    const loose = db.all(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite%'",
    );
    expect(loose).toEqual([]);
    db.close();
  });

  test('a newer database is refused and unchanged', () => {
    const { db } = openStore({ file, key, nativeBinding });
    db.pragma(`user_version = ${MIGRATIONS.length + 1}`);
    db.close();
    const before = state();
    expect(code(() => openStore({ file, key, nativeBinding }))).toBe('store.newer');
    expect(state()).toEqual(before);
  });

  test('one that fails half way leaves the schema before it, usable', () => {
    const { db, api } = openStore({ file, key, nativeBinding });
    api.station.set('language', 'en');
    const version = MIGRATIONS.length + 1;
    const broken = {
      version,
      sql: 'CREATE TABLE extra(a TEXT) STRICT; DROP TABLE setting; CREATE TABLE nonsense(;',
    };
    expect(() => migrate(db, [...MIGRATIONS, broken])).toThrow('syntax error');
    expect(db.pragma('user_version')).toBe(MIGRATIONS.length);
    expect(api.station.setting('language')).toBe('en');
    expect(db.get("SELECT 1 FROM sqlite_schema WHERE name = 'extra'")).toBeUndefined();
    db.close();
  });
});

describe('a full disk', () => {
  let store: TestStore;
  beforeEach(async () => {
    store = await openTestStore();
  });
  afterEach(() => store.destroy());

  test('is told as such, records nothing, keeps the draft and works again with space', async () => {
    const draft = await completeDraft(store, store.niks[0] ?? '', {
      captures: testCaptures(undefined, 9_000),
    });
    // Drafts are bigger than what their deletion frees once the sealed packet must grow the file.
    store.db.write((tx) => tx.run('CREATE TABLE filler(a BLOB) STRICT'));
    const pages = Number(store.db.pragma('page_count'));
    store.db.pragma(`max_page_count = ${pages}`);
    const fill = () => store.db.write((tx) => tx.run('INSERT INTO filler VALUES (zeroblob(4000))'));
    for (let n = 0; n < 100 && code(fill) === 'none'; n++);
    const drafted = completeDraft(store, store.niks[1] ?? '', { captures: testCaptures(undefined, 200_000) });
    await expect(drafted).rejects.toMatchObject({ code: 'disk.full' });
    expect(store.api.drafts.load(draft.packetId, store.operator.accountId, TEST_NOW).captures).toHaveLength(
      16,
    );
    expect(store.api.outbox.lastSequence()).toBe(0);
    store.db.pragma('max_page_count = 1000000');
    await expect(recordDraft(store, draft)).resolves.toMatchObject({ sequence: 1 });
  });

  test('anything else that SQLite says stays a defect of ours', () => {
    const other = new Error('other');
    expect(asStoreError(other)).toBe(other);
    expect(code(() => store.api.station.set('language', null as unknown as string))).toMatch(
      /^SQLITE_CONSTRAINT/,
    );
  });
});
