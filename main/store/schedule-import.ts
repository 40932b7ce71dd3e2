import { isWrong, judgeRow, type ReadRow, type RowProblem } from '../../app/desk/schedule.ts';
import { nikSchema, type Nik } from '../../app/enrollment/nik.ts';
import type { SessionOfDay } from '../../app/desk/ticket.ts';
import { SUMMONS_LIST_MAX } from '../../app/sync/protocol.ts';
import { audit } from './audit.ts';
import type { Database, Reader, Writer } from './database.ts';
import { applyFact } from './facts.ts';
import { appendFact } from './journal.ts';
import { COUNTS_AS_RECORDED, erasedHere, IS_MARKED_FOR_LOST, recordedHere } from './packets.ts';
import type { ScheduleStore } from './schedule-api.ts';

type Import = Pick<ScheduleStore, 'stage' | 'counts' | 'problems' | 'take' | 'forget'>;
type Change = 'added' | 'moved' | 'same';

export function createScheduleImport(db: Database): Import {
  return {
    // What a cut takes back is read from the file again.
    stage: (rows, today) =>
      db.writeUnsynced((tx) => {
        for (const row of rows) {
          if (isWrong(row)) insertWrong(tx, row.line, row.nik, row.problem, '');
          else stageRow(tx, row, today);
        }
      }),
    counts: () => {
      const rows = db.all<{ change: Change | null; count: number; named: number }>(
        'SELECT change, count(*) AS count, count(problem) AS named FROM summons_row GROUP BY change',
      );
      const of = (change: Change | null) => rows.find((row) => row.change === change)?.count ?? 0;
      return {
        rows: rows.reduce((sum, { count }) => sum + count, 0),
        ...{ added: of('added'), moved: of('moved'), same: of('same'), wrong: of(null) },
        named: rows.reduce((sum, { change, named }) => sum + (change === null ? 0 : named), 0),
      };
    },
    problems: ({ offset, limit }) =>
      db.all<{ line: number; nik: string; problem: RowProblem; detail: string }>(
        `SELECT line, nik, problem, detail FROM summons_row WHERE problem IS NOT NULL ORDER BY line LIMIT ? OFFSET ?`,
        limit,
        offset,
      ),
    take: (input) => db.write((tx) => take(tx, input)),
    forget: (limit) =>
      db.writeUnsynced((tx) =>
        tx.run('DELETE FROM summons_row WHERE line IN (SELECT line FROM summons_row LIMIT ?)', limit),
      ) === limit,
  };
}

function stageRow(tx: Writer, row: ReadRow, today: string): void {
  const resident =
    tx.get<{ desa: string; nama: string; known: 0 | 1 }>(
      `SELECT r.desa, r.nama, r.recorded_at IS NOT NULL AND NOT ${IS_MARKED_FOR_LOST} AS known
       FROM resident r WHERE r.nik = ?`,
      row.nik,
    ) ?? null;
  const judged = judgeRow(row, {
    resident,
    isRecorded: resident?.known === 1 || recordedHere(tx, row.nik) !== null,
    earlier:
      tx.get<{ line: number }>('SELECT line FROM summons_row WHERE nik = ? AND change IS NOT NULL', row.nik)
        ?.line ?? null,
  });
  if (resident === null || (judged !== null && judged.problem !== 'name')) {
    insertWrong(tx, row.line, row.nik, judged?.problem ?? 'nikUnknown', judged?.detail ?? '');
    return;
  }
  const place = { nik: row.nik, date: row.date, session: row.session, desa: resident.desa };
  tx.run(
    `INSERT INTO summons_row(line, nik, date, session, desa, change, problem, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    row.line,
    place.nik,
    place.date,
    place.session,
    place.desa,
    changeOf(tx, place, today),
    judged?.problem ?? null,
    judged?.detail ?? '',
  );
}

function insertWrong(tx: Writer, line: number, nik: string, problem: RowProblem, detail: string): void {
  tx.run(
    'INSERT INTO summons_row(line, nik, problem, detail) VALUES (?, ?, ?, ?)',
    line,
    nik,
    problem,
    detail,
  );
}

interface PlacedRow {
  readonly nik: string;
  readonly date: string;
  readonly session: SessionOfDay;
  readonly desa: string;
}

function changeOf(db: Reader, row: PlacedRow, today: string): Change {
  const open = db.all<PlacedRow>(
    'SELECT nik, date, session, desa FROM summons WHERE nik = ? AND date >= ? LIMIT 2',
    row.nik,
    today,
  );
  return changeFrom(open, row);
}

/** @param open the places that this resident has from today on */
function changeFrom(open: readonly PlacedRow[], { date, session, desa }: PlacedRow): Change {
  const [only] = open;
  if (only === undefined) return 'added';
  const isSame = only.date === date && only.session === session && only.desa === desa;
  return open.length === 1 && isSame ? 'same' : 'moved';
}

/** So many of one place, on from the last: memory stays flat however long the list is. */
export const NEXT_ROWS = `
  SELECT date, session, desa, nik FROM summons_row
  WHERE change IN ('added', 'moved') AND (date, session, desa, nik) > (?, ?, ?, ?)
  ORDER BY date, session, desa, nik LIMIT ${SUMMONS_LIST_MAX}`;

/** Of these, who has an enrollment that counts: known to the center, or recorded here. */
export const RECORDED_OF_LIST = `
  SELECT asked.value AS nik FROM json_each(?) asked JOIN resident r ON r.nik = asked.value
  WHERE r.recorded_at IS NOT NULL AND NOT ${IS_MARKED_FOR_LOST}
  UNION SELECT e.nik FROM json_each(?) asked JOIN enrollment e ON e.nik = asked.value
  JOIN packet p USING (packet_id) LEFT JOIN outcome o USING (packet_id) WHERE ${COUNTS_AS_RECORDED}`;

export const PLACES_OF_LIST = `
  SELECT s.nik, s.date, s.session, s.desa FROM json_each(?) asked JOIN summons s ON s.nik = asked.value
  WHERE s.date >= ?`;

const IN_REGISTER = 'SELECT r.nik FROM json_each(?) asked JOIN resident r ON r.nik = asked.value';

/** What each of these rows would change, by NIK; who was recorded meanwhile, or left the register, is missing. */
function changesOf(tx: Writer, rows: readonly PlacedRow[], today: string): ReadonlyMap<string, Change> {
  const niks = rows.map(({ nik }) => nik);
  const list = JSON.stringify(niks);
  const of = (sql: string, ...values: string[]) =>
    tx.all<{ nik: string }>(sql, ...values).map(({ nik }) => nik);
  const known = new Set(of(IN_REGISTER, list));
  const recorded = new Set([...of(RECORDED_OF_LIST, list, list), ...erasedHere(tx, niks)]);
  const open = new Map<string, PlacedRow[]>();
  for (const place of tx.all<PlacedRow>(PLACES_OF_LIST, list, today))
    open.set(place.nik, [...(open.get(place.nik) ?? []), place]);
  return new Map(
    rows
      .filter(({ nik }) => known.has(nik) && !recorded.has(nik))
      .map((row) => [row.nik, changeFrom(open.get(row.nik) ?? [], row)]),
  );
}

/** A list at a time: a hundred thousand rows one by one hold up whoever wants the database for eight seconds. */
function take(
  tx: Writer,
  { today, moved, by, now }: Parameters<Import['take']>[0],
): ReturnType<Import['take']> {
  const done = { added: 0, moved: 0 };
  let last: PlacedRow = { date: '', session: 'pagi', desa: '', nik: '' };
  for (;;) {
    const rows = tx.all<PlacedRow>(NEXT_ROWS, last.date, last.session, last.desa, last.nik);
    const [first] = rows;
    if (first === undefined) break;
    // One entry speaks of one place: what follows of another comes with the next look.
    const same = rows.filter(
      ({ date, session, desa }) => date === first.date && session === first.session && desa === first.desa,
    );
    last = same.at(-1) ?? first;
    const niks: Nik[] = [];
    for (const [nik, change] of changesOf(tx, same, today)) {
      if (change === 'same' || (change === 'moved' && !moved)) continue;
      niks.push(nikSchema.parse(nik));
      done[change] += 1;
    }
    if (niks.length === 0) continue;
    const { date, session, desa } = first;
    const fact = { type: 'summons-list', from: today, date, session, desa, niks } as const;
    applyFact(tx, fact);
    appendFact(tx, fact, now);
  }
  audit(tx, {
    at: now,
    by,
    what: 'summons.imported',
    subject: null,
    detail: `added ${done.added}, moved ${done.moved}`,
  });
  return done;
}
