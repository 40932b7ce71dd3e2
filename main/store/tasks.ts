import type { AuditAct } from '../../app/desk/audit.ts';
import { askedFor, hasStep } from '../../app/desk/task.ts';
import type { Draft } from '../../app/desk/draft.ts';
import { RekamError } from '../../app/errors.ts';
import { biodataSchema } from '../../app/enrollment/biodata.ts';
import { STEPS } from '../../app/enrollment/biometrics.ts';
import { nikSchema } from '../../app/enrollment/nik.ts';
import type { PacketId } from '../../app/ids.ts';
import type { TaskRow } from '../../app/ipc/contract.ts';
import { outcomeSchema, type Outcome } from '../../app/sync/protocol.ts';
import type { TaskStore } from './api.ts';
import { audit } from './audit.ts';
import type { Database, Reader, Writer } from './database.ts';
import { beginDraft, insertDraft, openDraftOf, plainDraft } from './drafts.ts';
import { isReturned, isUnreadable } from './packets.ts';
import { iso, parseJson, plainBytes } from './rows.ts';

const CLOSED = 'task.closed' satisfies AuditAct;
/** Of a rejected one: nothing that is done here can mend it. */
const ABANDONED = 'task.abandoned' satisfies AuditAct;
const SHOWN = 500;

/**
 * A successor whose bytes the disk lost has mended nothing, and never will; nor has an amendment that the supervisor
 * returned. An enrollment that was returned is a task of its own.
 */
const notMended = (packet: string): string => `NOT EXISTS (
    SELECT 1 FROM packet s WHERE (s.amends = ${packet}.packet_id OR s.replaces = ${packet}.packet_id)
      AND NOT ${isUnreadable('s')} AND NOT (s.state = 'returned' AND s.kind = 'amendment')
  )`;
const isNoted = (packet: string, what: string): string =>
  `EXISTS (SELECT 1 FROM audit a WHERE a.subject = ${packet}.packet_id AND a.what = '${what}')`;
/** Whether a packet, by its alias, stands at the desk as a task: the one meaning of it, on every screen. */
export const isOpenTask = (packet: string): string =>
  `(${packet}.state = 'rejected' AND ${notMended(packet)} AND NOT ${isNoted(packet, ABANDONED)}
    OR ${isReturned(packet)} AND ${notMended(packet)}
    OR ${packet}.state = 'duplicate' AND NOT ${isNoted(packet, CLOSED)})`;
/** Of packet `t`. */
export const IS_OPEN_TASK = isOpenTask('t');

/** Of a verdict there is an outcome; what was returned has none. */
const OPEN = `t.state IN ('rejected', 'duplicate', 'returned') AND ${IS_OPEN_TASK}
  AND (o.packet_id IS NOT NULL OR t.state = 'returned')`;
const TASKS = `
  SELECT t.packet_id, coalesce(t.origin_sequence, t.sequence) AS sequence, t.state, e.nik, e.nama, e.recorded_at, e.operator_name, e.biodata, o.outcome,
    (SELECT d.packet_id FROM draft d WHERE d.nik = e.nik AND d.set_aside = 0) AS draft
  FROM packet t JOIN enrollment e USING (packet_id) LEFT JOIN outcome o USING (packet_id)
  WHERE ${OPEN}`;
export const TASK_LIST = `${TASKS} ORDER BY t.sequence LIMIT ?`;
export const TASK_COUNT = `
  SELECT count(*) AS n FROM packet t JOIN enrollment e USING (packet_id) LEFT JOIN outcome o USING (packet_id)
  WHERE ${OPEN}`;
/** The supervisor's last word against this packet, or against an amendment of it. */
export const RETURNED = `
  SELECT r.decided_at, r.reason, coalesce((SELECT name FROM account WHERE id = r.decided_by), r.decided_by, '') AS by_name
  FROM packet p JOIN review r USING (packet_id)
  WHERE (p.packet_id = @of OR p.amends = @of) AND p.state = 'returned' ORDER BY r.decided_at DESC LIMIT 1`;
/** One at most: while it is open it counts as recorded, and nobody records the resident again. */
export const TASK_OF_RESIDENT = `
  SELECT t.packet_id FROM enrollment e CROSS JOIN packet t USING (packet_id) JOIN outcome o USING (packet_id)
  WHERE e.nik = ? AND t.state = 'rejected' AND o.remedy = 'amend' AND ${IS_OPEN_TASK}`;

interface TaskRecord {
  packet_id: PacketId;
  sequence: number;
  state: TaskRow['verdict'];
  nik: string;
  nama: string;
  recorded_at: number;
  operator_name: string;
  biodata: string;
  outcome: string | null;
  draft: PacketId | null;
}

export function createTaskStore(db: Database): TaskStore {
  return {
    list: () => db.all<TaskRecord>(TASK_LIST, SHOWN).map((task) => toRow(db, task)),
    photo: (of) => {
      const row = db.get<{ thumbnail: Uint8Array | null }>(
        'SELECT thumbnail FROM enrollment WHERE packet_id = ?',
        of,
      );
      return row?.thumbnail == null ? null : plainBytes(row.thumbnail);
    },
    begin: (of, input) => db.write((tx) => begin(tx, of, input)),
    close: (of, reason, by, now) =>
      db.write((tx) => {
        const task = requireTask(tx, of);
        if (!mayClose(task)) throw new RekamError('packet.state');
        audit(tx, {
          at: now,
          by,
          what: task.state === 'duplicate' ? CLOSED : ABANDONED,
          subject: of,
          detail: reason,
        });
      }),
  };
}

/** What no recording of this NIK can mend: a second one of its resident, or a NIK that is nobody's. */
function mayClose(task: TaskRecord): boolean {
  return task.state === 'duplicate' || outcomeOf(task).reasons.some(({ code }) => code === 'nik.unknown');
}

export function countTasks(db: Reader): number {
  return db.get<{ n: number }>(TASK_COUNT)?.n ?? 0;
}

/** The recording of this resident that the center wants amended. */
export function taskOfResident(db: Reader, nik: string): PacketId | null {
  return db.get<Pick<TaskRecord, 'packet_id'>>(TASK_OF_RESIDENT, nik)?.packet_id ?? null;
}

/**
 * For record: this packet may be amended now, and by this resident alone.
 * @throws RekamError `packet.state`
 */
export function requireAmendable(db: Reader, of: PacketId, nik: string): void {
  const task = requireTask(db, of);
  if (task.nik !== nik || task.state !== 'rejected' || outcomeOf(task).remedy !== 'amend')
    throw new RekamError('packet.state');
}

/** An amendment of the same packet that the disk lost, or the supervisor returned: the next one takes its place. */
export function lostAmendmentOf(db: Reader, of: PacketId): PacketId | null {
  const row = db.get<{ packet_id: PacketId }>(
    `SELECT p.packet_id FROM packet p WHERE p.amends = ? AND (p.state = 'returned' OR ${isUnreadable('p')})
     ORDER BY p.sequence DESC LIMIT 1`,
    of,
  );
  return row?.packet_id ?? null;
}

function begin(tx: Writer, of: PacketId, input: Parameters<TaskStore['begin']>[1]): Draft {
  const task = requireTask(tx, of);
  if (task.state === 'duplicate') throw new RekamError('packet.state');
  const nik = nikSchema.parse(task.nik);
  if (outcomeOf(task).remedy !== 'amend') return beginDraft(tx, { ...input, nik });
  const known = openDraftOf(tx, nik, of, input);
  if (known !== null) return known;
  const draft = amendmentDraft(tx, of, { packetId: input.packetId, startedAt: iso(input.now) });
  insertDraft(tx, draft, task.nama, input);
  audit(tx, { at: input.now, by: input.by, what: 'amendment.begun', subject: draft.packetId, detail: of });
  return draft;
}

/** A draft that amends this packet, with nothing done yet. @throws RekamError `packet.state` where none is wanted */
export function amendmentDraft(db: Reader, of: PacketId, own: Pick<Draft, 'packetId' | 'startedAt'>): Draft {
  const task = requireTask(db, of);
  const { remedy, reasons } = outcomeOf(task);
  if (task.state !== 'rejected' || remedy !== 'amend') throw new RekamError('packet.state');
  const asked = askedFor(reasons);
  const biodata = parseJson(biodataSchema, task.biodata);
  return {
    ...plainDraft(biodata, { ...own, nik: nikSchema.parse(task.nik), ticket: null }),
    step: STEPS.find((step) => hasStep(step, asked)) ?? 'review',
    amends: { packetId: of, ...asked, reasons },
  };
}

/** @throws RekamError `packet.state` where there is nothing (left) to do */
function requireTask(db: Reader, of: PacketId): TaskRecord {
  const task = db.get<TaskRecord>(`${TASKS} AND t.packet_id = ?`, of);
  if (task === undefined) throw new RekamError('packet.state');
  return task;
}

type Word = Pick<Outcome, 'remedy' | 'reasons'>;
/** What a return asks: nobody here can open the first recording, so the whole is done anew. */
const ANEW: Word = { remedy: 'recapture', reasons: [] };

function outcomeOf(task: TaskRecord): Word & Partial<Pick<Outcome, 'decidedAt'>> {
  return task.outcome === null || task.state === 'returned' ? ANEW : parseJson(outcomeSchema, task.outcome);
}

function returnedOf(db: Reader, of: PacketId): (NonNullable<TaskRow['returned']> & { at: string }) | null {
  const row = db.get<{ decided_at: number; reason: string | null; by_name: string }>(RETURNED, { of });
  return row === undefined ? null : { at: iso(row.decided_at), by: row.by_name, reason: row.reason ?? '' };
}

function toRow(db: Reader, task: TaskRecord): TaskRow {
  const { remedy, reasons, decidedAt } = outcomeOf(task);
  const returned = returnedOf(db, task.packet_id);
  return {
    packetId: task.packet_id,
    sequence: task.sequence,
    nik: task.nik,
    nama: task.nama,
    recordedAt: iso(task.recorded_at),
    operator: task.operator_name,
    verdict: task.state,
    remedy,
    reasons,
    decidedAt: decidedAt ?? returned?.at ?? iso(task.recorded_at),
    returned: returned === null ? null : { by: returned.by, reason: returned.reason },
    ...askedFor(reasons),
    draft: task.draft,
  };
}
