import type { ResidentRow } from '../../app/ipc/contract.ts';
import { biodataSchema } from '../../app/enrollment/biodata.ts';
import { packetIdSchema, stationIdSchema } from '../../app/ids.ts';
import type { ResidentStore } from './api.ts';
import type { Database, Reader } from './database.ts';
import { readFindQuery, type FindQuery } from './find-query.ts';
import { COUNTS_AS_RECORDED, erasedHere, IS_MARKED_FOR_LOST, recordedHere } from './packets.ts';
import { iso, parseJson } from './rows.ts';
import { taskOfResident } from './tasks.ts';

interface FoundRow {
  nik: string;
  nama: string;
  tanggal_lahir: string;
  jenis_kelamin: 1 | 2;
  alamat: string;
  rt: string | null;
  rw: string | null;
  desa: string;
  desa_nama: string | null;
  recorded_at: string | null;
  here: number;
}

const NIK_PREFIX_MIN = 6;
const NIK_LENGTH = 16;

const FOUND = `
  SELECT r.nik, r.nama, r.tanggal_lahir, r.jenis_kelamin, r.alamat,
    r.biodata ->> '$.rt' AS rt, r.biodata ->> '$.rw' AS rw, r.desa, d.nama AS desa_nama,
    CASE WHEN ${IS_MARKED_FOR_LOST} THEN NULL ELSE r.recorded_at END AS recorded_at,
    EXISTS (
      SELECT 1 FROM enrollment e JOIN packet p USING (packet_id) LEFT JOIN outcome o USING (packet_id)
      WHERE e.nik = r.nik AND ${COUNTS_AS_RECORDED}
    ) AS here`;

/** The upper end of a prefix as a range, since LIKE would not use the index. Digits only, so ':' comes after all. */
export const FIND_BY_NIK = `${FOUND}
  FROM resident r LEFT JOIN desa d ON d.kode = r.desa
  WHERE r.nik >= ? AND r.nik < ? || ':' ORDER BY r.nik LIMIT ?`;

/** The name as a whole, in any case of its letters without accents. */
export const FIND_BY_WHOLE_NAME = `${FOUND}
  FROM resident r LEFT JOIN desa d ON d.kode = r.desa
  WHERE r.nama = ? COLLATE NOCASE LIMIT ?`;

/** Unranked: ranking a short prefix over a million names costs thirty times as much and says nothing here. */
export const FIND_BY_NAME = `${FOUND}
  FROM (SELECT rowid AS id FROM resident_name WHERE resident_name MATCH ? LIMIT ?) f
  JOIN resident r ON r.id = f.id LEFT JOIN desa d ON d.kode = r.desa`;

/** Rows are read only where desa, birth and name all fit: the index and the full-text search give the ids. */
const IN_DESA = `
  FROM resident r INDEXED BY resident_desa_birth
  WHERE r.desa IN (SELECT value FROM json_each(?)) AND r.tanggal_lahir >= ? AND r.tanggal_lahir < ?
    AND r.id IN (SELECT rowid FROM resident_name WHERE resident_name MATCH ?) LIMIT ?`;
const BORN = `
  FROM resident_name CROSS JOIN resident r ON r.id = resident_name.rowid
  WHERE resident_name MATCH ? AND r.tanggal_lahir >= ? AND r.tanggal_lahir < ? LIMIT ?`;
const withDesa = (ids: string): string =>
  `${FOUND} FROM (SELECT r.id ${ids}) f JOIN resident r ON r.id = f.id LEFT JOIN desa d ON d.kode = r.desa`;
export const FIND_IN_DESA = withDesa(IN_DESA);
export const FIND_BORN = withDesa(BORN);
const COUNT_BY_NAME =
  'SELECT count(*) AS n FROM (SELECT 1 FROM resident_name WHERE resident_name MATCH ? LIMIT ?)';

export const RESIDENT_BY_NIK = `SELECT biodata, recorded_station,
  CASE WHEN ${IS_MARKED_FOR_LOST} THEN NULL ELSE recorded_at END AS recorded_at FROM resident r WHERE nik = ?`;

export function createResidentStore(db: Database): ResidentStore {
  return {
    count: () => db.get<{ n: number | null }>('SELECT sum(residents) AS n FROM resident_count')?.n ?? 0,
    find: (query, limit) => find(db, query, limit),
    matches: (query, limit) => matches(db, query, limit),
    byNik: (nik) => {
      const row = readResident(db, nik);
      if (row === null) return null;
      const draft = db.get<{ packet_id: string }>(
        'SELECT packet_id FROM draft WHERE nik = ? AND set_aside = 0',
        nik,
      );
      return {
        biodata: row.biodata,
        recorded: recordingOf(db, nik, row.center),
        draft: draft === undefined ? null : packetIdSchema.parse(draft.packet_id),
        task: taskOfResident(db, nik),
      };
    },
  };
}

/** Where a recording of this resident is known: here before the center. */
export function recordingOf(db: Reader, nik: string, center = readResident(db, nik)?.center ?? null) {
  const here = recordedHere(db, nik);
  return here === null ? center : ({ where: 'here', at: iso(here.at), stationId: ownStation(db) } as const);
}

/** A resident of the reference data and what the center knows of a recording. */
export function readResident(db: Reader, nik: string) {
  const row = db.get<{ biodata: string; recorded_at: string | null; recorded_station: string | null }>(
    RESIDENT_BY_NIK,
    nik,
  );
  if (row === undefined) return null;
  const stationId = row.recorded_station === null ? null : stationIdSchema.parse(row.recorded_station);
  const center =
    row.recorded_at === null ? null : ({ where: 'center', at: row.recorded_at, stationId } as const);
  return { biodata: parseJson(biodataSchema, row.biodata), center };
}

/** `"word"*` for each word, all of which must match; null when the text has no word. No other syntax can come out. */
export function matchExpression(query: string): string | null {
  const words = query.normalize('NFKC').match(/[\p{L}\p{N}\p{M}]+/gu);
  return words === null ? null : words.map((word) => `"${word}"*`).join(' ');
}

function find(db: Reader, query: string, limit: number): ResidentRow[] {
  const digits = query.replace(/[\s.-]/g, '');
  if (/^\d+$/.test(digits)) {
    if (digits.length < NIK_PREFIX_MIN || digits.length > NIK_LENGTH) return [];
    return toResidentRows(db, db.all<FoundRow>(FIND_BY_NIK, digits, digits, limit));
  }
  const typed = readFindQuery(query, db.all<{ kode: string; nama: string }>('SELECT kode, nama FROM desa'));
  const near = typed.inDesa === null ? [] : findInDesa(db, typed.inDesa, typed.born, limit);
  const seen = new Set(near.map(({ nik }) => nik));
  const rest = typed.isNarrowed ? findBorn(db, typed, limit) : findByName(db, query, limit);
  return toResidentRows(db, [...near, ...rest.filter(({ nik }) => !seen.has(nik))].slice(0, limit));
}

function findInDesa(
  db: Reader,
  { words, codes }: NonNullable<FindQuery['inDesa']>,
  [from, before]: FindQuery['born'],
  limit: number,
): FoundRow[] {
  const match = matchExpression(words);
  if (match === null) return [];
  return db.all<FoundRow>(FIND_IN_DESA, JSON.stringify(codes), from, before, match, limit);
}

function findBorn(db: Reader, { words, born: [from, before] }: FindQuery, limit: number): FoundRow[] {
  const match = matchExpression(words);
  return match === null ? [] : db.all<FoundRow>(FIND_BORN, match, from, before, limit);
}

/** How many names fit, counted as far as the limit; what is narrowed already is not counted. */
function matches(db: Reader, query: string, limit: number): number | null {
  const typed = readFindQuery(query, db.all<{ kode: string; nama: string }>('SELECT kode, nama FROM desa'));
  const match = /^[\d\s.-]+$/.test(query) ? null : matchExpression(query);
  if (match === null || typed.isNarrowed || typed.inDesa !== null) return null;
  return db.get<{ n: number }>(COUNT_BY_NAME, match, limit)?.n ?? 0;
}

function findByName(db: Reader, query: string, limit: number): FoundRow[] {
  const match = matchExpression(query);
  if (match === null) return [];
  const typed = query.trim().replace(/\s+/g, ' ');
  // No letter of Indonesian has a case of its own, and the general one is a good deal faster.
  const start = typed.toUpperCase();
  const begins = (row: FoundRow): boolean => row.nama.toUpperCase().startsWith(start);
  const exact = db.all<FoundRow>(FIND_BY_WHOLE_NAME, typed, limit);
  const niks = new Set(exact.map(({ nik }) => nik));
  const rows = db.all<FoundRow>(FIND_BY_NAME, match, limit).filter(({ nik }) => !niks.has(nik));
  // Whole names first, then those that begin as typed, then those that only contain the words.
  return [...exact, ...rows.filter(begins), ...rows.filter((row) => !begins(row))];
}

function toResidentRows(db: Reader, rows: readonly FoundRow[]): ResidentRow[] {
  // What was erased here is known by a hash alone, which the query cannot make.
  const asked = rows.filter(({ here, recorded_at }) => here === 0 && recorded_at === null);
  const erased = erasedHere(
    db,
    asked.map(({ nik }) => nik),
  );
  return rows.map((row) => toResidentRow(row, row.here === 1 || erased.has(row.nik)));
}

function toResidentRow(row: FoundRow, isHere: boolean): ResidentRow {
  return {
    nik: row.nik,
    nama: row.nama,
    tanggalLahir: row.tanggal_lahir,
    jenisKelamin: row.jenis_kelamin,
    alamat: row.alamat,
    rt: row.rt ?? '',
    rw: row.rw ?? '',
    desa: row.desa,
    desaNama: row.desa_nama ?? row.desa,
    recorded: isHere ? 'here' : row.recorded_at === null ? 'no' : 'center',
  };
}

function ownStation(db: Reader) {
  const row = db.get<{ id: string }>("SELECT activation ->> '$.stationId' AS id FROM station WHERE id = 1");
  return row === undefined ? null : stationIdSchema.parse(row.id);
}
