import BetterSqlite3 from 'better-sqlite3';
import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { RekamError } from '../../app/errors.ts';
import { atBorder, isCutOff, isNotADatabase } from './sqlite-errors.ts';

export type SqlValue = string | number | bigint | Uint8Array | null;
/** By position for `?`, or one object for `@name`. */
export type SqlValues = SqlValue[] | [Readonly<Record<string, SqlValue>>];

/** A handle that can only read: a statement that would write is refused when it is prepared. */
export interface Reader {
  get<Row>(sql: string, ...values: SqlValues): Row | undefined;
  all<Row>(sql: string, ...values: SqlValues): Row[];
  /**
   * A text as 64 hex digits that nobody makes without the database's own key, the same in each database under it. For
   * what must be found again and not be read: sixteen digits alone would be guessed in hours.
   */
  keyedHash(text: string): string;
}

/** Exists only inside `Database.write`, so nothing is ever written outside a transaction. */
export interface Writer extends Reader {
  /** @returns rows changed */
  run(sql: string, ...values: SqlValues): number;
}

export interface Database extends Reader {
  /** One transaction, begun as a writer's. Durable when this returns (G1); undone whole when `act` throws. */
  write<T>(act: (tx: Writer) => T): T;
  /**
   * The same without waiting for the disk: a power cut may take it back, a crash does not, and the next `write` makes it
   * durable too. For what the next start finds out anew or forgets anyway (leases).
   */
  writeUnsynced<T>(act: (tx: Writer) => T): T;
  /** Schema statements, for migrations alone. */
  exec(sql: string): void;
  pragma(name: string): unknown;
  /** Moves the WAL into the database while nobody waits, so that a commit rarely has to. */
  checkpoint(): void;
  close(): void;
}

export interface OpenOptions {
  /** `:memory:` for the simulator: no cipher, no WAL, nothing durable. */
  readonly file: string;
  /** 32 bytes, the cipher's raw key. */
  readonly key: Buffer;
  /** An addon built for a runtime that cannot load the package's own; null everywhere else. */
  readonly nativeBinding: string | null;
}

/** Two pages of a small commit, or a hundred of a packet: the disk's own block size wastes least. */
const PAGE_SIZE = 4096;
const BUSY_TIMEOUT_MS = 5_000;
/** 16 MiB: far below the 64 MiB that a WAL may grow to, far above one record, so idle time does most of the work. */
const CHECKPOINT_PAGES = 4096;
const WAL_LIMIT_BYTES = 32 * 1024 * 1024;

/**
 * Opens or makes the station's database.
 * @throws RekamError `store.key` when the key is not this database's, `store.damaged`, `disk.full`
 */
export function openDatabase(options: OpenOptions): Database {
  const inMemory = options.file === ':memory:';
  if (options.key.length !== 32) throw new Error('the database key must be 32 bytes');
  const proven = inMemory || keyIsProven(options);
  return atBorder(() => {
    const db = new BetterSqlite3(options.file, {
      timeout: BUSY_TIMEOUT_MS,
      ...(options.nativeBinding === null ? {} : { nativeBinding: options.nativeBinding }),
    });
    try {
      if (!inMemory) configureFile(db, options.key);
      db.pragma('temp_store = MEMORY');
      db.pragma('foreign_keys = ON');
      // What a draft held must not outlive it in free pages: no key on the station may open a recorded finger again.
      db.pragma('secure_delete = ON');
      if (!proven) rememberKey(options.file, options.key);
      return wrap(db, options.key);
    } catch (error) {
      db.close();
      if (!proven && isNotADatabase(error)) throw new RekamError('store.key', {}, error);
      throw error;
    }
  });
}

/**
 * A connection beside the station's own that cannot write, whatever it is asked. It leaves the database and its log as
 * they are; only SQLite's index of the log (`-shm`) may appear beside them.
 * @throws RekamError `store.key`, `store.damaged`
 */
export function openReader(options: OpenOptions): Reader & { close(): void } {
  const proven = keyIsProven(options);
  return atBorder(() => {
    const db = new BetterSqlite3(options.file, {
      readonly: true,
      fileMustExist: true,
      timeout: BUSY_TIMEOUT_MS,
      ...(options.nativeBinding === null ? {} : { nativeBinding: options.nativeBinding }),
    });
    try {
      unlock(db, options.key);
      db.pragma('temp_store = MEMORY');
      const reader = wrap(db, options.key);
      reader.get('SELECT count(*) FROM sqlite_master');
      return Object.assign(reader, { close: () => db.close() });
    } catch (error) {
      db.close();
      if (!proven && isNotADatabase(error)) throw new RekamError('store.key', {}, error);
      throw error;
    }
  });
}

/**
 * AEGIS-256 (draft-irtf-cfrg-aegis-aead), each page with a nonce and a tag of its own. Where the processor has AES
 * instructions a packet is read in a third of the time that ChaCha20-Poly1305 takes, and committed in two thirds.
 */
const CIPHER = 'aegis';

export function unlock(db: BetterSqlite3.Database, key: Buffer): void {
  db.pragma(`cipher = '${CIPHER}'`);
  db.pragma(`key = "x'${key.toString('hex')}'"`);
}

function configureFile(db: BetterSqlite3.Database, key: Buffer): void {
  unlock(db, key);
  // Fixed when the file is made; said to an existing one, auto_vacuum would write to it at every start.
  if (db.pragma('page_count', { simple: true }) === 0) {
    db.pragma(`page_size = ${PAGE_SIZE}`);
    db.pragma('auto_vacuum = INCREMENTAL');
  }
  db.pragma('journal_mode = WAL');
  // After WAL, on every connection: this build's default under WAL is NORMAL, which does not sync a commit.
  db.pragma('synchronous = FULL');
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  db.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`);
  if (
    db.pragma('journal_mode', { simple: true }) !== 'wal' ||
    db.pragma('synchronous', { simple: true }) !== 2
  ) {
    throw new Error('the database would not be durable');
  }
}

function wrap(db: BetterSqlite3.Database, key: Buffer): Database {
  // As a key object: as bytes it would be made into one again for each hash, which takes four times as long as the hash.
  const hashKey = createSecretKey(
    Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'rekam nik hash', 32)),
  );
  const statements = new Map<string, BetterSqlite3.Statement<unknown[]>>();
  const prepare = (sql: string): BetterSqlite3.Statement<unknown[]> => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = db.prepare<unknown[]>(sql);
    statements.set(sql, statement);
    return statement;
  };
  const prepareRead = (sql: string): BetterSqlite3.Statement<unknown[]> => {
    const statement = prepare(sql);
    if (!statement.readonly) throw new Error('a read path cannot write');
    return statement;
  };
  const reader: Reader = {
    get: <Row>(sql: string, ...values: SqlValues) => prepareRead(sql).get(...values) as Row | undefined,
    all: <Row>(sql: string, ...values: SqlValues) => prepareRead(sql).all(...values) as Row[],
    keyedHash: (text) => createHmac('sha256', hashKey).update(text).digest('hex'),
  };
  const writer: Writer = { ...reader, run: (sql, ...values) => prepare(sql).run(...values).changes };
  const write = <T>(act: (tx: Writer) => T): T => db.transaction(() => act(writer)).immediate();
  return {
    ...reader,
    write,
    writeUnsynced: (act) => {
      db.pragma('synchronous = NORMAL');
      try {
        return write(act);
      } finally {
        db.pragma('synchronous = FULL');
      }
    },
    exec: (sql) => {
      db.exec(sql);
    },
    pragma: (name) => db.pragma(name, { simple: true }),
    checkpoint: () => {
      if (db.memory) return;
      // Whoever reads at length (an examination) is not waited for: the next idle moment takes what is left.
      db.pragma('busy_timeout = 0');
      try {
        db.pragma('wal_checkpoint(TRUNCATE)');
      } finally {
        db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
      }
    },
    close: () => db.close(),
  };
}

/**
 * A wrong key is told from a damaged file by a check value beside it, before SQLite touches either. It is an HMAC
 * under the key itself: 256 random bits cannot be found from it. The value may be what the disk damaged: a key that
 * opens the file all the same is right.
 * @returns false when nothing beside the file says whether the key is right
 * @throws RekamError `store.key`
 */
function keyIsProven(options: OpenOptions): boolean {
  const { file, key } = options;
  if (!existsSync(file) || !existsSync(checkFile(file))) return false;
  const known = Buffer.from(readFileSync(checkFile(file), 'ascii').trim(), 'hex');
  const check = checkValue(key);
  // Torn by a power cut: as good as absent.
  if (known.length !== check.length) return false;
  if (timingSafeEqual(known, check)) return true;
  if (!keyOpens(options)) throw new RekamError('store.key');
  return false;
}

/**
 * Tried on a copy of the first page, which the cipher signs like every other: neither the database nor its log is
 * touched by a wrong key.
 */
function keyOpens({ file, key, nativeBinding }: OpenOptions): boolean {
  const copy = `${file}.keytry`;
  try {
    writeFileSync(copy, firstPage(file), { mode: 0o600 });
    const db = new BetterSqlite3(copy, nativeBinding === null ? {} : { nativeBinding });
    try {
      unlock(db, key);
      db.pragma('schema_version');
      return true;
    } finally {
      db.close();
    }
  } catch (error) {
    // It was read and says that there must be more pages.
    return isCutOff(error);
  } finally {
    for (const end of ['', '-wal', '-shm']) rmSync(`${copy}${end}`, { force: true });
  }
}

function firstPage(file: string): Buffer {
  const handle = openSync(file, 'r');
  try {
    const page = Buffer.alloc(PAGE_SIZE);
    return page.subarray(0, readSync(handle, page, 0, PAGE_SIZE, 0));
  } finally {
    closeSync(handle);
  }
}

function rememberKey(file: string, key: Buffer): void {
  const handle = openSync(checkFile(file), 'w', 0o600);
  try {
    writeSync(handle, `${checkValue(key).toString('hex')}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  // Windows has no handle to a folder; NTFS journals the entry itself.
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function checkFile(file: string): string {
  return `${file}.keycheck`;
}

function checkValue(key: Buffer): Buffer {
  return createHmac('sha256', key).update('rekam database key').digest();
}
