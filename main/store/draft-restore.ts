import { draftSchema, uncorrected, type Draft } from '../../app/desk/draft.ts';
import { RekamError } from '../../app/errors.ts';
import type { AccountId, PacketId } from '../../app/ids.ts';
import type { Capture, DraftFate } from '../../app/ipc/contract.ts';
import type { DraftStore } from './api.ts';
import { audit, isAudited } from './audit.ts';
import { unconfirmed } from './corrections.ts';
import type { Database, Reader, Writer } from './database.ts';
import { commitDraft, deleteDraft, DROPPED, insertDraft, plainDraft } from './drafts.ts';
import { readPacket } from './packets.ts';
import { readResident } from './residents.ts';
import { amendmentDraft } from './tasks.ts';

/** Drafts that the window still has, and what became of them here: a database that was built anew may lack them. */
export function createDraftRestore(db: Database): Pick<DraftStore, 'fates' | 'restore'> {
  return {
    fates: (packetIds) => packetIds.map((packetId) => ({ packetId, fate: fateOf(db, packetId) })),
    restore: (draft, captures, by, now) => db.write((tx) => restore(tx, draft, captures, by, now)),
  };
}

/** Set aside counts as unknown: nobody here can read it, and the window perhaps can. */
function fateOf(db: Reader, packetId: PacketId): DraftFate {
  if (readPacket(db, packetId) !== undefined) return 'recorded';
  const row = db.get<{ set_aside: number }>('SELECT set_aside FROM draft WHERE packet_id = ?', packetId);
  if (row !== undefined) return row.set_aside === 0 ? 'open' : 'unknown';
  return isAudited(db, packetId, DROPPED) ? 'dropped' : 'unknown';
}

function restore(
  tx: Writer,
  given: Draft,
  captures: readonly Capture[],
  by: AccountId,
  now: number,
): { revision: number } {
  const draft = draftSchema.parse(given);
  const { packetId, nik } = draft;
  if (fateOf(tx, packetId) !== 'unknown') throw new RekamError('draft.unknown');
  // Begun anew meanwhile: one draft of a resident at a time. This one may come when that one has gone.
  const other = tx.get('SELECT 1 FROM draft WHERE nik = ? AND set_aside = 0', nik);
  if (other !== undefined) throw new RekamError('draft.stale');
  deleteDraft(tx, packetId);
  const base = baseOf(tx, draft);
  insertDraft(tx, base, String(base.biodata['nama']), { by, now });
  audit(tx, { at: now, by, what: 'draft.restored', subject: packetId, detail: nik });
  return commitDraft(tx, onto(tx, base, draft), captures, now);
}

/** As it began here. @throws RekamError `resident.unknown`, `packet.state`: not yet, or not any more */
function baseOf(tx: Writer, { packetId, nik, ticket, startedAt, amends }: Draft): Draft {
  if (amends !== undefined) {
    const base = amendmentDraft(tx, amends.packetId, { packetId, startedAt });
    if (base.nik !== nik) throw new RekamError('packet.state');
    return base;
  }
  const resident = readResident(tx, nik);
  if (resident === null) throw new RekamError('resident.unknown');
  return plainDraft(resident.biodata, { packetId, nik, ticket, startedAt });
}

/**
 * Everything that was captured. Biodata that differ from the register by more than is confirmed in the audit log here
 * are asked about once more.
 */
function onto(tx: Reader, base: Draft, draft: Draft): Draft {
  const own: Draft = { ...draft, ...(base.amends !== undefined && { amends: base.amends }) };
  const isKnown =
    uncorrected(base, own) === undefined && unconfirmed(tx, own.packetId, own.corrections) === undefined;
  if (isKnown) return own;
  return {
    ...own,
    revision: own.revision + 1,
    step: base.step,
    biodata: base.biodata,
    corrections: [],
    warnings: [],
    biodataConfirmed: false,
    approval: null,
  };
}
