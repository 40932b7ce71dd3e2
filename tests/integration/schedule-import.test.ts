// The dinas' list from real files: what each is refused for, a hundred thousand rows in flat memory, and both stations.
import { execFile } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { plusDays } from '../../app/desk/carry-over.ts';
import type { ReadRow, WrongRow } from '../../app/desk/schedule.ts';
import { ListImport } from '../../main/schedule/list-import.ts';
import { BYTES_MAX, readList } from '../../main/schedule/read-list.ts';
import { office, type Office } from '../helpers/office.ts';
import { openTestStore, testActivation, TEST_DATE, TEST_NOW, type TestStore } from '../helpers/store.ts';

const LOR = '32.09.03.2005';
const NEXT = '2011-11-15';
const ROWS = 100_000;
const BAD = 50;
/** For what hangs: three readings beside other work. */
const LONG_MS = 300_000;
const quiet = () => undefined;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rekam-list-'));
  return () => rmSync(dir, { recursive: true, force: true });
});

function fileOf(content: string | Uint8Array, name = 'daftar.csv'): string {
  const file = join(dir, name);
  writeFileSync(file, content);
  return file;
}
const desa = [{ kode: LOR, nama: 'Losari Lor' }];
const context = { today: TEST_DATE, desa };

async function rowsOf(file: string): Promise<(ReadRow | WrongRow)[]> {
  const rows: (ReadRow | WrongRow)[] = [];
  await readList(file, context, {
    signal: new AbortController().signal,
    take: (some) => Promise.resolve(void rows.push(...some)),
    progress: quiet,
  });
  return rows;
}

const NIK = '3209031402830007';
const OTHER = '3209031402830008';

describe('a file as people save it', () => {
  const expected = [
    { line: 2, nik: NIK, date: NEXT, session: 'pagi', desa: LOR, nama: 'SITI; A' },
    { line: 4, nik: OTHER, date: NEXT, session: 'siang', desa: null, nama: null },
  ];
  test.each([
    [
      'commas and LF',
      `nik,tanggal,sesi,desa,nama\n${NIK},${NEXT},pagi,Losari Lor,SITI; A\n\n${OTHER},15/11/2011,Siang,,\n`,
    ],
    [
      'semicolons, CRLF, a mark and quotes',
      `\ufeffNIK;Tanggal;Sesi;Desa;Nama\r\n"${NIK}";${NEXT};pagi;"Losari Lor";"SITI; A"\r\n;;;;\r\n${OTHER};15/11/2011;siang;;\r\n`,
    ],
    [
      'tabs',
      `nik\ttanggal\tsesi\tdesa\tnama\n${NIK}\t${NEXT}\tpagi\t${LOR}\tSITI; A\n\n${OTHER}\t${NEXT}\tsiang\t\t`,
    ],
  ])('with %s', async (_, content) => expect(await rowsOf(fileOf(content))).toEqual(expected));

  test('without names of columns', async () => {
    expect(await rowsOf(fileOf(`${NIK};${NEXT};pagi\n`))).toMatchObject([{ line: 1, nik: NIK }]);
  });
});

describe('a file that is none', () => {
  const head = 'nik;tanggal;sesi;nama\n';
  test.each<[string, string | Uint8Array]>([
    ['schedule.empty', ''],
    ['schedule.empty', '\n\n'],
    ['schedule.empty', head],
    ['schedule.columns', 'Daftar undangan\nNovember\n'],
    ['schedule.notCsv', Buffer.from('PK\x03\x04zip', 'latin1')],
    ['schedule.notCsv', Buffer.from('\xd0\xcf\x11\xe0xls', 'latin1')],
    ['schedule.notCsv', Buffer.from('%PDF-1.7')],
    ['schedule.notCsv', `${head}${NIK};${NEXT};pagi;"never closed\n${'x'.repeat(9000)}`],
    ['schedule.notCsv', `${head}\0`],
    ['schedule.encoding', Buffer.from(`${head}${NIK};${NEXT};pagi;JOS\xc9\n`, 'latin1')],
    ['schedule.encoding', Buffer.from(`\ufeff${head}`, 'utf16le')],
    ['schedule.tooLarge', Buffer.alloc(BYTES_MAX + 1, 'x')],
  ])('%s', async (code, content) => {
    await expect(rowsOf(fileOf(content))).rejects.toThrow(code);
  });
  test('or is gone', async () => {
    await expect(rowsOf(join(dir, 'nothing.csv'))).rejects.toThrow('schedule.fileGone');
    await expect(rowsOf(dir)).rejects.toThrow('schedule.fileGone');
  });
});

/** As long as names get, so that the file has ten megabytes. */
const NAME = 'SITI NURHALIMAH '.repeat(4).trim();

/** NIKs as they are, and none twice. */
const nikAt = (index: number) =>
  `320903${String(1 + (index % 28)).padStart(2, '0')}0180${String(1 + Math.floor(index / 28)).padStart(4, '0')}`;

/** A register so long that a list of its own length can be read against it. */
async function fullStore(): Promise<TestStore> {
  const store = await openTestStore({ residents: 1 });
  onTestFinished(() => store.destroy());
  for (let from = 0; from < ROWS; from += 10_000)
    store.db.write((tx) => {
      for (let index = from; index < from + 10_000; index += 1)
        tx.run(
          `INSERT INTO resident(nik, nama, tanggal_lahir, jenis_kelamin, alamat, desa, biodata)
           VALUES (?, ?, '1980-01-01', 1, 'x', ?, '{}')`,
          nikAt(index),
          NAME,
          LOR,
        );
    });
  return store;
}

/** So many rows, each 2,000th with something wrong. @returns the lines that are */
async function longList(file: string): Promise<number[]> {
  const out = createWriteStream(file);
  const wrong: number[] = [];
  out.write('nik;tanggal;sesi;desa;nama\r\n');
  for (let index = 0; index < ROWS; index += 1) {
    const isBad = index % (ROWS / BAD) === 7;
    if (isBad) wrong.push(index + 2);
    const [nik, date, session] = isBad
      ? ([
          [nikAt(index).slice(1), NEXT, 'pagi'],
          [nikAt(index), '2011-11-01', 'pagi'],
          [nikAt(index), NEXT, 'malam'],
          ['3209030101809999', NEXT, 'pagi'],
          [nikAt(0), NEXT, 'pagi'],
        ][wrong.length % 5] ?? [])
      : [nikAt(index), plusDays(NEXT, index % 60), index % 2 === 0 ? 'pagi' : 'siang'];
    if (!out.write(`${nik};${date};${session};Losari Lor;${NAME}\r\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return wrong;
}

describe('a hundred thousand rows', () => {
  /** In a process of its own, where nothing else is kept or let go. */
  async function memory(file: string, mode: 'rows' | 'whole') {
    const child = join(import.meta.dirname, '../helpers/list-memory-child.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--expose-gc', child, file, TEST_DATE, mode],
    ]);
    return JSON.parse(stdout) as { most: number; bites: number; size: number };
  }

  test('are read in flat memory; control: the file held whole is seen', { timeout: LONG_MS }, async () => {
    const file = join(dir, 'panjang.csv');
    await longList(file);
    const flat = await memory(file, 'rows');
    expect(flat.bites).toBe(ROWS / 500);
    expect(flat.most).toBeLessThan(4_000_000);
    const whole = await memory(file, 'whole');
    expect(whole.size).toBeGreaterThan(9_000_000);
    expect(whole.most).toBeGreaterThan(4_000_000);
  });

  test('are read in bites, each bad row is named, and both choices are whole', {
    timeout: LONG_MS,
  }, async () => {
    const store = await fullStore();
    const file = join(dir, 'panjang.csv');
    const wrong = await longList(file);
    let bites = 0;
    const told: number[] = [];
    const schedule = {
      ...store.store.schedule,
      stage: async (...given: Parameters<typeof store.store.schedule.stage>) => {
        bites += 1;
        expect(given[0].length).toBeLessThanOrEqual(500);
        await store.store.schedule.stage(...given);
      },
      forget: (limit: number) => store.store.schedule.forget(limit),
      counts: () => store.store.schedule.counts(),
      take: (...given: Parameters<typeof store.store.schedule.take>) => store.store.schedule.take(...given),
    };
    const list = new ListImport({
      store: { schedule: schedule as never },
      now: () => TEST_NOW,
      changed: (progress) => void told.push(progress?.rows ?? -1),
    });
    const by = store.supervisor.accountId;
    const preview = await list.read(file, context, by);
    expect(preview).toEqual({
      ...{ file: 'panjang.csv', rows: ROWS, added: ROWS - BAD, moved: 0, same: 0, wrong: BAD, named: 0 },
    });
    expect(bites).toBe(ROWS / 500);
    expect(told.at(-1)).toBe(-1);
    expect(told.length).toBeGreaterThan(100);
    const problems = store.api.schedule.problems({ offset: 0, limit: 200 });
    expect(problems.map(({ line }) => line)).toEqual(wrong);
    expect(new Set(problems.map(({ problem }) => problem))).toEqual(
      new Set(['nikLength', 'datePast', 'session', 'nikUnknown', 'twice']),
    );

    await list.drop();
    await expect(list.take({ moved: true, today: TEST_DATE }, by)).rejects.toThrow('schedule.stale');
    const summoned = () => store.db.get<{ n: number }>('SELECT count(*) AS n FROM summons')?.n;
    expect(summoned()).toBe(0);

    await list.read(file, context, by);
    expect(await list.take({ moved: true, today: TEST_DATE }, by)).toEqual({ added: ROWS - BAD, moved: 0 });
    expect(summoned()).toBe(ROWS - BAD);
    const entries = store.db.get<{ n: number }>('SELECT count(*) AS n FROM journal')?.n ?? 0;
    expect(entries).toBeLessThan(700);
    // Again, and nothing is new.
    expect(await list.read(file, context, by)).toMatchObject({ added: 0, moved: 0, same: ROWS - BAD });
  });

  test('are called off in the middle, and nothing is left of them', async () => {
    const store = await openTestStore();
    onTestFinished(() => store.destroy());
    const file = join(dir, 'panjang.csv');
    await longList(file);
    const list = new ListImport({
      store: store.store,
      now: () => TEST_NOW,
      changed: (progress) => {
        if (progress !== null && progress.rows >= 5_000) void list.drop();
      },
    });
    expect(await list.read(file, context, store.supervisor.accountId)).toBeNull();
    expect(store.api.schedule.counts().rows).toBe(0);
  });
});

describe('between the look and the choice', () => {
  async function looked(): Promise<{ store: TestStore; file: string; list: ListImport }> {
    const store = await openTestStore();
    onTestFinished(() => store.destroy());
    const file = fileOf(`nik;tanggal;sesi\n${store.niks.map((nik) => `${nik};${NEXT};pagi\n`).join('')}`);
    const list = new ListImport({ store: store.store, now: () => TEST_NOW, changed: quiet });
    await list.read(
      file,
      { today: TEST_DATE, desa: testActivation(store.center).kecamatan.desa },
      store.supervisor.accountId,
    );
    return { store, file, list };
  }
  const take = ({ list, store }: { list: ListImport; store: TestStore }) =>
    list.take({ moved: true, today: TEST_DATE }, store.supervisor.accountId);

  test.each([
    ['schedule.fileGone', (file: string) => unlinkSync(file)],
    ['schedule.fileChanged', (file: string) => writeFileSync(file, 'nik;tanggal;sesi\n')],
  ])('%s: nothing is changed, and it must be chosen anew', async (code, change) => {
    const given = await looked();
    change(given.file);
    await expect(take(given)).rejects.toThrow(code);
    await expect(take(given)).rejects.toThrow('schedule.stale');
    expect(given.store.db.all('SELECT 1 FROM summons')).toEqual([]);
    expect(given.store.api.schedule.counts().rows).toBe(0);
  });

  test('another person has nothing to choose', async () => {
    const { list, store } = await looked();
    const other = list.take({ moved: true, today: TEST_DATE }, store.operator.accountId);
    await expect(other).rejects.toThrow('schedule.stale');
  });
});

test('the office’s other station and the center have the list too, one place for each', async () => {
  const one = await office();
  const two = await office({ center: one.center, code: await one.center.activationCode('Meja 2') });
  const niks = one.waiting.slice(0, 12);
  const date = plusDays(one.date, 9);
  const file = fileOf(`nik,tanggal,sesi\n${niks.map((nik) => `${nik},${date},siang\n`).join('')}`);
  const kecamatan = one.test.api.station.record()?.activation.kecamatan;
  const list = new ListImport({ store: one.test.store, now: () => Date.now(), changed: quiet });
  const by = one.test.supervisor.accountId;
  expect(await list.read(file, { today: one.date, desa: kecamatan?.desa ?? [] }, by)).toMatchObject({
    wrong: 0,
    rows: 12,
  });
  const done = await list.take({ moved: true, today: one.date }, by);
  expect(done.added + done.moved).toBe(12);

  const placed = ({ test: { db } }: Office) =>
    db.all<{ nik: string; date: string; session: string }>(
      `SELECT nik, date, session FROM summons WHERE date >= ? AND nik IN (SELECT value FROM json_each(?)) ORDER BY nik`,
      one.date,
      JSON.stringify(niks),
    );
  const expected = niks.toSorted().map((nik) => ({ nik, date, session: 'siang' }));
  expect(placed(one)).toEqual(expected);
  while (one.test.api.journal.pending(1).length > 0) await one.engine.syncNow();
  const atCenter = await one.center.running.db
    .selectFrom('summons')
    .select(['nik', 'date', 'session'])
    .where('removed', '=', false)
    .where('date', '>=', one.date)
    .where('nik', 'in', niks)
    .orderBy('nik')
    .execute();
  expect(atCenter).toEqual(expected);
  while (placed(two).filter((row) => row.date === date).length < niks.length) await two.engine.syncNow();
  expect(placed(two)).toEqual(expected);
  // What comes back from the center changes nothing here.
  await one.engine.syncNow();
  expect(placed(one)).toEqual(expected);
});
