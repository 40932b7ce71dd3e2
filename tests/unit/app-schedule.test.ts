import { describe, expect, test } from 'vitest';
import {
  columnsOf,
  judgeRow,
  overBy,
  readDate,
  readRow,
  ROW_PROBLEMS,
  rowProblemSchema,
  type ReadRow,
} from '../../app/desk/schedule.ts';
import { PROBLEM_WORDS, problemSentence } from '../../app/desk/schedule-words.ts';
import { listCsv } from '../../main/schedule/list-csv.ts';

const TODAY = '2011-11-14';
const LOR = { kode: '32.09.03.2005', nama: 'Losari Lor' };
const context = { today: TODAY, desa: [LOR, { kode: '32.09.03.2001', nama: 'Barisan' }] };
const NIK = '3209031402830007';
const order = { nik: 0, tanggal: 1, sesi: 2, desa: 3, nama: 4 };
const read = (...cells: string[]) => readRow(2, cells, order, context);

describe('a date', () => {
  test.each([
    ['2012-09-05', '2012-09-05'],
    ['05/09/2012', '2012-09-05'],
    ['5/9/2012', '2012-09-05'],
    ['05-09-2012', '2012-09-05'],
    ['5.9.2012', '2012-09-05'],
    ['29/02/2012', '2012-02-29'],
  ])('%s', (text, date) => expect(readDate(text)).toBe(date));
  test.each(['', '29/02/2011', '31/04/2012', '2012/09/05', '05/13/2012', '05/09/12', '41157', '0000-00-00'])(
    '%s is none',
    (text) => expect(readDate(text)).toBeNull(),
  );
});

describe('the columns', () => {
  test('are found by their names in any order, however they are written', () => {
    expect(columnsOf(['Nama', ' SESI ', 'Tanggal', 'NIK'])).toEqual({
      isHeader: true,
      order: { nik: 3, tanggal: 2, sesi: 1, desa: null, nama: 0 },
    });
  });
  test('stand in their own order where the first line is a resident', () => {
    expect(columnsOf([NIK, TODAY, 'pagi'])).toEqual({ isHeader: false, order });
  });
  test.each([[['nik', 'tanggal']], [['Daftar undangan']], [['', '', '']]])('%j says neither', (first) =>
    expect(columnsOf(first)).toBeNull(),
  );
});

describe('a row', () => {
  test('that says all', () => {
    expect(read(NIK, '15/11/2011', 'Pagi', 'Losari Lor', ' SUPARMAN ')).toEqual({
      ...{ line: 2, nik: NIK, date: '2011-11-15', session: 'pagi', desa: LOR.kode, nama: 'SUPARMAN' },
    });
  });
  test('with three columns is enough, and digits may come in groups or as text', () => {
    expect(read(`'3209 0314 0283 0007`, TODAY, 'siang')).toMatchObject({ nik: NIK, desa: null, nama: null });
  });
  test.each(['32.09.03.2005', '3209032005', 'Desa LOSARI LOR', 'losari-lor'])('knows the desa %s', (desa) =>
    expect(read(NIK, TODAY, 'pagi', desa)).toMatchObject({ desa: LOR.kode }),
  );
  test.each([
    [[NIK, TODAY], 'cells'],
    [['3,20903E+15', TODAY, 'pagi'], 'nikExcel'],
    [['3.20903140283000E+15', TODAY, 'pagi'], 'nikExcel'],
    [['32090314028A0007', TODAY, 'pagi'], 'nikDigits'],
    [['320903140283007', TODAY, 'pagi'], 'nikLength'],
    [['3209033213830007', TODAY, 'pagi'], 'nikDate'],
    [['3209031402830000', TODAY, 'pagi'], 'nikSerial'],
    [[NIK, '15/11', 'pagi'], 'date'],
    [[NIK, '2011-11-13', 'pagi'], 'datePast'],
    [[NIK, '2012-03-14', 'pagi'], 'dateFar'],
    [[NIK, TODAY, 'malam'], 'session'],
    [[NIK, TODAY, 'pagi', '32.09.04.2005'], 'desaUnknown'],
  ] as const)('%j is refused: %s', (cells, problem) =>
    expect(read(...cells)).toMatchObject({ line: 2, problem }),
  );
  test('may be for today, and for 120 days from now at most', () => {
    expect(read(NIK, TODAY, 'pagi')).not.toHaveProperty('problem');
    expect(read(NIK, '2012-03-13', 'pagi')).not.toHaveProperty('problem');
  });
});

describe('the register', () => {
  const row = read(NIK, TODAY, 'pagi', LOR.kode, "Siti Nur'aini, S.Pd") as ReadRow;
  const resident = { desa: LOR.kode, nama: "SITI NUR'AINI S.PD" };
  const known = { resident, isRecorded: false, earlier: null };
  test('agrees, however the name is written', () => expect(judgeRow(row, known)).toBeNull());
  test.each([
    [{ ...known, resident: null }, 'nikUnknown', ''],
    [{ ...known, earlier: 7 }, 'twice', '7'],
    [{ ...known, isRecorded: true }, 'recorded', ''],
    [{ ...known, resident: { ...resident, desa: '32.09.03.2001' } }, 'desaDiffers', '32.09.03.2001'],
    [{ ...known, resident: { ...resident, nama: 'SITI AMINAH' } }, 'name', 'SITI AMINAH'],
  ])('does not: %#', (given, problem, detail) => expect(judgeRow(row, given)).toEqual({ problem, detail }));
});

describe('words', () => {
  test('for every reason in both languages, with its value in them', () => {
    expect(Object.keys(PROBLEM_WORDS).sort()).toEqual([...ROW_PROBLEMS, 'name'].sort());
    for (const problem of rowProblemSchema.options)
      for (const language of ['id', 'en'] as const) {
        const said = problemSentence(problem, '$& 7', language);
        expect(said.length).toBeGreaterThan(10);
        expect(said).not.toContain('{{');
      }
    expect(problemSentence('twice', '$& 7', 'id')).toBe('NIK sudah ada di baris $& 7.');
  });
});

test('a session is over by what it cannot serve', () => {
  expect([overBy(99, 100), overBy(100, 100), overBy(140, 100)]).toEqual([0, 0, 40]);
});

test('a saved list can be read in again, and no cell is a formula', () => {
  const people = [
    { nik: NIK, nama: 'SITI; "A"', desa: LOR.kode, date: TODAY, session: 'pagi' as const },
    { nik: NIK, nama: '=1+1', desa: LOR.kode, date: TODAY, session: 'siang' as const },
  ];
  expect(listCsv(people, context.desa)).toBe(
    '\ufeffnik;tanggal;sesi;desa;nama\r\n' +
      '3209 0314 0283 0007;2011-11-14;pagi;Losari Lor;"SITI; ""A"""\r\n' +
      `3209 0314 0283 0007;2011-11-14;siang;Losari Lor;'=1+1\r\n`,
  );
  expect(columnsOf(['nik', 'tanggal', 'sesi', 'desa', 'nama'])?.isHeader).toBe(true);
});
