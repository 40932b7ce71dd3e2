import { z } from 'zod';
import { draftSchema, uncorrected, type Draft } from '../../app/desk/draft.ts';
import { RekamError } from '../../app/errors.ts';
import { stepSchema } from '../../app/enrollment/biometrics.ts';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { partSchema, type Part } from '../../app/enrollment/enrollment.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import { packetIdSchema, type AccountId, type PacketId } from '../../app/ids.ts';
import { cutTo } from '../../app/text.ts';
import type { DraftStore } from './api.ts';
import { audit } from './audit.ts';
import { confirmCorrection } from './corrections.ts';
import type { Database, Reader, Writer } from './database.ts';
import { readPacket, refuseRecorded } from './packets.ts';
import { readResident, recordingOf } from './residents.ts';
import { iso, parseJson, plainBytes, sha256 } from './rows.ts';
import { changeTicket, takeTicket, ticketsOf } from './tickets.ts';

/** Behind it a year has five digits. */
const LAST_INSTANT = Date.UTC(9999, 11, 31);
/** In the audit log. */
export const DROPPED = 'draft.dropped';

interface DraftRow {
  packet_id: string;
  nik: string;
  revision: number;
  body: string;
  set_aside: number;
}

export function createDraftStore(db: Database): Omit<DraftStore, 'fates' | 'restore'> {
  return {
    begin: (input) => db.write((tx) => beginDraft(tx, input)),
    list: () =>
      db
        .all<{
          packet_id: string;
          nik: string;
          nama: string;
          step: string;
          revision: number;
          updated_at: number;
        }>(
          `SELECT packet_id, nik, nama, step, revision, updated_at FROM draft
           WHERE set_aside = 0 ORDER BY updated_at DESC`,
        )
        .map((row) => ({
          packetId: packetIdSchema.parse(row.packet_id),
          nik: row.nik,
          nama: row.nama,
          // One row that another version left, or a hand, must not hide the others; opened, it is told as unreadable.
          step: stepSchema.catch('biodata').parse(row.step),
          revision: row.revision,
          updatedAt: iso(Math.max(0, Math.min(row.updated_at, LAST_INSTANT))),
        })),
    load: (packetId, by, now) => {
      const loaded = setAsideUnreadable(db, packetId, { by, now }, () => loadDraft(db, packetId));
      return { ...loaded, ...besides(db, loaded.draft) };
    },
    commit: (draft, captures, now) => db.write((tx) => commitDraft(tx, draft, captures, now)),
    drop: (packetId, reason, by, now) => db.write((tx) => drop(tx, packetId, reason, by, now)),
    correct: (packetId, correction, by, now) =>
      db.write((tx) => {
        requireDraft(tx, packetId);
        return confirmCorrection(tx, packetId, correction, by, now);
      }),
  };
}

/** @throws RekamError `draft.unknown`; ZodError or SyntaxError for what an older version or damage left unreadable */
export function loadDraft(db: Reader, packetId: PacketId): { draft: Draft; captures: Capture[] } {
  const row = requireDraft(db, packetId);
  const draft = parseJson(draftSchema, row.body);
  const captures = db
    .all<{ part: string; bytes: Uint8Array; preview: Uint8Array | null }>(
      'SELECT part, bytes, preview FROM draft_part WHERE packet_id = ? ORDER BY name',
      packetId,
    )
    .map((stored) => ({
      part: parseJson(partSchema, stored.part),
      bytes: plainBytes(stored.bytes),
      preview: stored.preview === null ? null : plainBytes(stored.preview),
    }));
  return { draft, captures };
}

/** What whoever opens it must hear: an enrollment of a resident who was recorded meanwhile will be refused (G3). */
function besides(
  db: Reader,
  { packetId, nik, amends }: Draft,
): Omit<ReturnType<DraftStore['load']>, 'draft' | 'captures'> {
  const other = db.get(
    'SELECT 1 FROM draft WHERE nik = ? AND set_aside = 1 AND packet_id <> ?',
    nik,
    packetId,
  );
  return { recorded: amends === undefined ? recordingOf(db, nik) : null, setAside: other !== undefined };
}

/** One unreadable draft must not stop the resident from being begun again; its bytes stay for support. */
export function setAsideUnreadable<T>(
  db: Database,
  packetId: PacketId,
  act: { readonly by: AccountId; readonly now: number },
  read: () => T,
): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof z.ZodError) && !(error instanceof SyntaxError)) throw error;
    db.write((tx) => setAside(tx, packetId, 'unreadable', act));
    throw new RekamError('draft.unreadable', {}, error);
  }
}

/** Out of the desk's way, kept for support, and never without a trace. */
function setAside(
  tx: Writer,
  packetId: PacketId,
  why: 'unreadable' | 'unwanted',
  { by, now }: { readonly by: AccountId; readonly now: number },
): void {
  tx.run('UPDATE draft SET set_aside = 1 WHERE packet_id = ?', packetId);
  audit(tx, { at: now, by, what: 'draft.setAside', subject: packetId, detail: why });
}

/** Parts go first, so that the sealed packet of the same transaction fills the pages that they leave. */
export function deleteDraft(tx: Writer, packetId: PacketId): void {
  tx.run('DELETE FROM draft_part WHERE packet_id = ?', packetId);
  tx.run('DELETE FROM draft WHERE packet_id = ?', packetId);
}

type Begin = Parameters<DraftStore['begin']>[0];

export function beginDraft(tx: Writer, input: Begin): Draft {
  const resident = readResident(tx, input.nik);
  if (resident === null) throw new RekamError('resident.unknown');
  refuseRecorded(tx, input.nik, resident.center);
  const known = openDraftOf(tx, input.nik, undefined, input);
  if (known !== null) {
    if (input.turn !== false) takeTicket(tx, { ...input, packetId: known.packetId });
    return known;
  }
  const ticket = input.turn === false ? null : takeTicket(tx, input);
  const { packetId, nik } = input;
  const draft = plainDraft(resident.biodata, { packetId, nik, ticket, startedAt: iso(input.now) });
  insertDraft(tx, draft, resident.biodata.nama, input);
  audit(tx, { at: input.now, by: input.by, what: 'draft.begun', subject: draft.packetId, detail: draft.nik });
  return draft;
}

/** Nothing but what the register says. */
export function plainDraft(
  biodata: Biodata,
  own: Pick<Draft, 'packetId' | 'nik' | 'ticket' | 'startedAt'>,
): Draft {
  return {
    ...own,
    revision: 0,
    step: 'biodata',
    biodata,
    corrections: [],
    warnings: [],
    biodataConfirmed: false,
    parts: [],
    exceptions: [],
    approval: null,
  };
}

/**
 * The resident's draft of the wanted kind. One that cannot be read, or that can never be recorded since the center has
 * thought better of what it wants, is set aside, so that another may begin.
 * @param amends the packet that it must amend; undefined for a whole enrollment
 */
export function openDraftOf(
  tx: Writer,
  nik: string,
  amends: PacketId | undefined,
  act: { readonly by: AccountId; readonly now: number },
): Draft | null {
  const known = tx.get<{ packet_id: PacketId; body: string }>(
    'SELECT packet_id, body FROM draft WHERE nik = ? AND set_aside = 0',
    nik,
  );
  if (known === undefined) return null;
  const readable = draftSchema.safeParse(safeJson(known.body));
  if (readable.success && readable.data.amends?.packetId === amends) return readable.data;
  setAside(tx, known.packet_id, readable.success ? 'unwanted' : 'unreadable', act);
  return null;
}

export function insertDraft(
  tx: Writer,
  draft: Draft,
  nama: string,
  { by, now }: Pick<Begin, 'by' | 'now'>,
): void {
  tx.run(
    `INSERT INTO draft(packet_id, nik, nama, step, revision, body, begun_by, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    draft.packetId,
    draft.nik,
    nama,
    draft.step,
    draft.revision,
    JSON.stringify(draft),
    by,
    now,
  );
}

export function commitDraft(
  tx: Writer,
  draft: Draft,
  captures: readonly Capture[],
  now: number,
): { revision: number } {
  const checked = draftSchema.parse(draft);
  const row = requireDraft(tx, checked.packetId);
  if (row.nik !== checked.nik) throw new RekamError('request.invalid');
  if (checked.revision < row.revision) throw new RekamError('draft.stale');
  refuseUncorrected(row, checked);

  for (const capture of captures) {
    const { name, size, sha256: hash } = capture.part;
    if (capture.bytes.length !== size || sha256(capture.bytes) !== hash) {
      throw new RekamError('request.invalid', { part: name });
    }
    tx.run(
      `INSERT INTO draft_part(packet_id, name, part, bytes, preview) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT(packet_id, name) DO UPDATE
       SET part = excluded.part, bytes = excluded.bytes, preview = excluded.preview`,
      checked.packetId,
      name,
      JSON.stringify(capture.part),
      capture.bytes,
      capture.preview,
    );
  }
  keepOnlyParts(tx, checked);
  const nama = checked.biodata.nama;
  tx.run(
    'UPDATE draft SET nama = ?, step = ?, revision = ?, body = ?, updated_at = ? WHERE packet_id = ?',
    typeof nama === 'string' ? nama : '',
    checked.step,
    checked.revision,
    JSON.stringify(checked),
    now,
    checked.packetId,
  );
  return { revision: checked.revision };
}

/** Biodata are the register's, but for what a correction says: record then asks who confirmed each of these. */
function refuseUncorrected(row: DraftRow, draft: Draft): void {
  // What cannot be read here has nothing to compare with, and is mended by this very commit.
  const before = draftSchema.safeParse(safeJson(row.body));
  const field = before.success ? uncorrected(before.data, draft) : undefined;
  if (field !== undefined) throw new RekamError('correction.unconfirmed', { field });
}

/**
 * After a commit the bytes here are exactly the parts that the draft names: a promise of bytes is not the bytes. Bytes
 * that stay are described as the draft now describes them: a better one was looked for, and the attempts counted on.
 */
function keepOnlyParts(tx: Writer, draft: Draft): void {
  const wanted = new Map<string, Part>();
  for (const part of draft.parts) {
    // There is one place for a part's bytes: of two that bear its name one would have none.
    if (wanted.has(part.name)) throw new RekamError('request.invalid', { part: part.name });
    wanted.set(part.name, part);
  }
  const stored = tx.all<{ name: string; sha256: string; size: number }>(
    "SELECT name, part ->> '$.sha256' AS sha256, length(bytes) AS size FROM draft_part WHERE packet_id = ?",
    draft.packetId,
  );
  for (const { name, sha256: hash, size } of stored) {
    const part = wanted.get(name);
    if (part === undefined) {
      tx.run('DELETE FROM draft_part WHERE packet_id = ? AND name = ?', draft.packetId, name);
    } else if (part.sha256 === hash && part.size === size) {
      const described = JSON.stringify(part);
      tx.run(
        'UPDATE draft_part SET part = ? WHERE packet_id = ? AND name = ? AND part <> ?',
        described,
        draft.packetId,
        name,
        described,
      );
      wanted.delete(name);
    }
  }
  const [absent] = wanted.keys();
  if (absent !== undefined) throw new RekamError('request.invalid', { part: absent });
}

function drop(
  tx: Writer,
  packetId: PacketId,
  reason: string,
  by: Parameters<DraftStore['drop']>[2],
  now: number,
): void {
  const row = requireDraft(tx, packetId);
  deleteDraft(tx, packetId);
  for (const ticket of ticketsOf(tx, packetId)) {
    changeTicket(tx, ticket, 'drop', cutTo(reason, 120), by, now);
  }
  audit(tx, { at: now, by, what: DROPPED, subject: packetId, detail: `${row.nik} ${reason}` });
}

function requireDraft(db: Reader, packetId: PacketId): DraftRow {
  const row = db.get<DraftRow>(
    'SELECT packet_id, nik, revision, body, set_aside FROM draft WHERE packet_id = ?',
    packetId,
  );
  if (row === undefined || readPacket(db, packetId) !== undefined) throw new RekamError('draft.unknown');
  if (row.set_aside === 1) throw new RekamError('draft.unreadable');
  return row;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
