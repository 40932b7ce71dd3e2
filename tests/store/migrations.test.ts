// A station that is updated takes everything along, from whichever version it comes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../main/store/database.ts';
import { migrate, MIGRATIONS } from '../../main/store/migrate.ts';
import { openStore } from '../../main/store/open-store.ts';
import { createStore } from '../../main/store/store.ts';
import {
  answers,
  oldDatabase,
  rowFaults,
  schemaAt,
  schemaOf,
  stationAtWork,
} from '../helpers/old-database.ts';
import { completeDraft, handOver, recordDraft, takeOver, type TestStore } from '../helpers/store.ts';

const nativeBinding = null;
const NEWEST = MIGRATIONS.length;
const OLDER = MIGRATIONS.slice(0, -1).map(({ version }) => version);

let source: TestStore;
let dir: string;
let file: string;
beforeAll(async () => {
  source = await stationAtWork();
});
afterAll(() => source.destroy());
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rekam-old-'));
  file = join(dir, 'rekam.db');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe.each(OLDER)('a database of schema %i', (version) => {
  test('comes to the newest with every row, and answers as before', () => {
    const { db, key, rows } = oldDatabase(source, version, file);
    db.close();
    const opened = openStore({ file, key, nativeBinding });
    expect(opened.db.pragma('user_version')).toBe(NEWEST);
    expect(schemaOf(opened.db)).toEqual(schemaAt(NEWEST));
    expect(rowFaults(opened.db, rows)).toEqual([]);
    expect(opened.db.pragma('integrity_check')).toBe('ok');
    expect(opened.db.all('PRAGMA foreign_key_check')).toEqual([]);
    expect(answers(opened.api, version)).toEqual(answers(source.api, version));
    // Who had a ticket before arrivals were written down had come at the latest when called.
    const arrived =
      'SELECT count(*) AS n FROM ticket WHERE ? < 4 AND arrived_at IS NOT coalesce(called_at, 0)';
    expect(opened.db.get(arrived, version)).toEqual({ n: 0 });
    opened.db.close();
  });

  test('takes the next record where the old version stopped', async () => {
    const { db, key } = oldDatabase(source, version, file, source.key);
    db.close();
    const opened = openStore({ file, key, nativeBinding });
    const before = opened.api.outbox.lastSequence();
    opened.db.close();
    const after = takeOver(handOver({ ...source, file, dir }));
    const draft = await completeDraft(after, source.niks[12] ?? '');
    expect(await recordDraft(after, draft)).toMatchObject({ sequence: before + 1 });
    expect(after.api.audit.verify()).toBeNull();
    after.close();
  });

  test('is as it was, and usable, where the next migration fails', () => {
    const { db, key, rows } = oldDatabase(source, version, file);
    const next = MIGRATIONS[version];
    const broken = { version: version + 1, sql: `${next?.sql}; DELETE FROM audit; CREATE TABLE nonsense(;` };
    const steps = [...MIGRATIONS.slice(0, version), broken];
    expect(() => migrate(db, steps)).toThrow('syntax error');
    db.close();
    const again = openDatabase({ file, key, nativeBinding });
    expect(again.pragma('user_version')).toBe(version);
    expect(schemaOf(again)).toEqual(schemaAt(version));
    expect(rowFaults(again, rows)).toEqual([]);
    again.write((tx) => tx.run("INSERT INTO setting(key, value) VALUES ('theme', 'dark')"));
    migrate(again);
    expect(createStore(again).station.setting('theme')).toBe('dark');
    again.close();
  });
});

test('the station that is taken along has something in every table of the newest schema', () => {
  const { db, rows } = oldDatabase(source, NEWEST, file);
  expect(rowFaults(db, rows)).toEqual([]);
  db.close();
});

test('control: a migration that drops a row is seen', () => {
  const { db, rows } = oldDatabase(source, 1, file);
  expect(rowFaults(db, rows)).toEqual([]);
  db.write((tx) => tx.run('DELETE FROM peer_fact'));
  db.write((tx) => tx.run("UPDATE ticket SET reason = 'x'"));
  expect(rowFaults(db, rows)).toEqual([
    expect.stringContaining('ticket'),
    expect.stringContaining('peer_fact'),
  ]);
  db.close();
});
