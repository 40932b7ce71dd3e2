import { z } from 'zod';
import { kodeDesaSchema } from '../ids.ts';
import { parseNik, type Nik, type NikError } from '../enrollment/nik.ts';
import { DAYS_AHEAD, daysBetween } from './carry-over.ts';
import { SESSIONS, sessionOfDaySchema, type SessionOfDay } from './ticket.ts';

/** How many the office serves in a session of a day, all desks and desa together. */
export const capacitySchema = z.strictObject({
  pagi: z.int().min(1).max(2000),
  siang: z.int().min(1).max(2000),
});
export type Capacity = z.infer<typeof capacitySchema>;
/** Until a supervisor says otherwise: two desks, a dozen residents an hour each, four hours. */
export const USUAL_CAPACITY: Capacity = { pagi: 100, siang: 100 };

/** So many were called and the session cannot serve. */
export const overBy = (called: number, capacity: number): number => Math.max(0, called - capacity);

/** One day, session and desa of the schedule. */
export const summonedGroupSchema = z.strictObject({
  date: z.iso.date(),
  session: sessionOfDaySchema,
  desa: kodeDesaSchema,
});
export type SummonedGroup = z.infer<typeof summonedGroupSchema>;

/** The columns of the dinas' list, as its first line names them; in this order where it names none. */
export const LIST_COLUMNS = ['nik', 'tanggal', 'sesi', 'desa', 'nama'] as const;
export type ListColumn = (typeof LIST_COLUMNS)[number];
export type ColumnOrder = Readonly<Record<'nik' | 'tanggal' | 'sesi', number>> &
  Readonly<Record<'desa' | 'nama', number | null>>;

/** What keeps a row of the list out, or (`name`) asks for a look. Words: schedule-words.ts. */
export const ROW_PROBLEMS = [
  'cells',
  'nikExcel',
  'nikDigits',
  'nikLength',
  'nikDate',
  'nikSerial',
  'nikUnknown',
  'date',
  'datePast',
  'dateFar',
  'session',
  'desaUnknown',
  'desaDiffers',
  'twice',
  'recorded',
] as const;
export const rowProblemSchema = z.enum([...ROW_PROBLEMS, 'name']);
export type RowProblem = z.infer<typeof rowProblemSchema>;

const NIK_PROBLEM: Readonly<Record<NikError, RowProblem>> = {
  'nik.digits': 'nikDigits',
  'nik.length': 'nikLength',
  'nik.date': 'nikDate',
  'nik.serial': 'nikSerial',
};

/** A row that says something that can be, before the register is asked. */
export interface ReadRow {
  readonly line: number;
  readonly nik: Nik;
  readonly date: string;
  readonly session: SessionOfDay;
  /** Where the list has that column, and something in it. */
  readonly desa: string | null;
  readonly nama: string | null;
}
export interface WrongRow {
  readonly line: number;
  /** As it stands in the file. */
  readonly nik: string;
  readonly problem: RowProblem;
}

export interface ListContext {
  /** ISO date at the desk. */
  readonly today: string;
  readonly desa: readonly { readonly kode: string; readonly nama: string }[];
}

/** Null where neither names nor the first cell say which column is which. @param first the cells of the first line */
export function columnsOf(first: readonly string[]): { order: ColumnOrder; isHeader: boolean } | null {
  const names = first.map((cell) => cell.trim().toLowerCase());
  const at = (column: ListColumn) => {
    const index = names.indexOf(column);
    return index < 0 ? null : index;
  };
  const [nik, tanggal, sesi] = [at('nik'), at('tanggal'), at('sesi')];
  if (nik !== null && tanggal !== null && sesi !== null)
    return { order: { nik, tanggal, sesi, desa: at('desa'), nama: at('nama') }, isHeader: true };
  const isRow = first.length >= 3 && /^[\d\s.'-]{10,}$/.test(first[0] ?? '');
  return isRow ? { order: { nik: 0, tanggal: 1, sesi: 2, desa: 3, nama: 4 }, isHeader: false } : null;
}

export function readRow(
  line: number,
  cells: readonly string[],
  order: ColumnOrder,
  { today, desa }: ListContext,
): ReadRow | WrongRow {
  const cell = (index: number | null) => (index === null ? '' : (cells[index] ?? '').trim());
  const typed = cell(order.nik);
  const wrong = (problem: RowProblem): WrongRow => ({ line, nik: typed.slice(0, 40), problem });
  if (cells.length <= Math.max(order.nik, order.tanggal, order.sesi)) return wrong('cells');
  // A spreadsheet that took the number for an amount has lost its last digits.
  if (/^\d([.,]\d+)?e\+?\d+$/i.test(typed)) return wrong('nikExcel');
  // An apostrophe is how a spreadsheet is told that digits are text.
  const nik = parseNik(typed.replace(/^'/, ''));
  if (!nik.ok) return wrong(NIK_PROBLEM[nik.error]);
  const date = readDate(cell(order.tanggal));
  if (date === null) return wrong('date');
  const days = daysBetween(today, date);
  if (days < 0) return wrong('datePast');
  if (days > DAYS_AHEAD) return wrong('dateFar');
  const said = cell(order.sesi).toLowerCase();
  const session = SESSIONS.find((one) => one === said);
  if (session === undefined) return wrong('session');
  const named = cell(order.desa);
  const kode = named === '' ? null : readDesa(named, desa);
  if (named !== '' && kode === null) return wrong('desaUnknown');
  const nama = cell(order.nama).slice(0, 100);
  return { line, nik: nik.value.nik, date, session, desa: kode, nama: nama === '' ? null : nama };
}

export function isWrong(row: ReadRow | WrongRow): row is WrongRow {
  return 'problem' in row;
}

/** What the register and the rest of the file know of a row's resident. */
export interface KnownOfRow {
  readonly resident: { readonly desa: string; readonly nama: string } | null;
  readonly isRecorded: boolean;
  /** An earlier line with the same NIK. */
  readonly earlier: number | null;
}

/** Why a row is kept out, or what of it asks for a look, with what the sentence needs; null where all agrees. */
export function judgeRow(
  row: ReadRow,
  { resident, isRecorded, earlier }: KnownOfRow,
): { readonly problem: RowProblem; readonly detail: string } | null {
  if (resident === null) return { problem: 'nikUnknown', detail: '' };
  if (earlier !== null) return { problem: 'twice', detail: String(earlier) };
  if (isRecorded) return { problem: 'recorded', detail: '' };
  if (row.desa !== null && row.desa !== resident.desa)
    return { problem: 'desaDiffers', detail: resident.desa };
  if (row.nama !== null && plain(row.nama) !== plain(resident.nama))
    return { problem: 'name', detail: resident.nama };
  return null;
}

/** Case, points and blanks are how people write, not who somebody is. */
function plain(nama: string): string {
  return nama
    .normalize('NFD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toUpperCase();
}

/** 2012-09-05, or as it is written here: 05/09/2012, 5-9-2012, 5.9.2012. Null for no day of the calendar. */
export function readDate(text: string): string | null {
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const here = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text);
  const [year, month, day] =
    iso !== null ? [iso[1], iso[2], iso[3]] : here === null ? [] : [here[3], here[2], here[1]];
  if (year === undefined || month === undefined || day === undefined) return null;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return z.iso.date().safeParse(date).success ? date : null;
}

/** By its code, with or without points, or its name. */
function readDesa(text: string, desa: ListContext['desa']): string | null {
  const digits = text.replaceAll('.', '');
  const name = plain(text.replace(/^(desa|kelurahan|kel\.)\s+/i, ''));
  return (
    desa.find(({ kode, nama }) => kode.replaceAll('.', '') === digits || plain(nama) === name)?.kode ?? null
  );
}
