import type { AuditAct } from '../../app/desk/audit.ts';
import type { Correction } from '../../app/enrollment/enrollment.ts';
import type { AccountId, PacketId } from '../../app/ids.ts';
import { audit } from './audit.ts';
import type { Reader, Writer } from './database.ts';
import { iso } from './rows.ts';

const CONFIRMED = 'correction.confirmed' satisfies AuditAct;

export const CONFIRMED_CORRECTION = 'SELECT 1 FROM audit WHERE subject = ? AND what = ? AND detail = ?';

/** The audit chain is the witness that a person confirmed this very change: the draft alone could say so of anything. */
export function confirmCorrection(
  tx: Writer,
  packetId: PacketId,
  correction: Omit<Correction, 'confirmed'>,
  by: AccountId,
  now: number,
): Correction {
  const confirmed: Correction = { ...correction, confirmed: { by, at: iso(now) } };
  audit(tx, { at: now, by, what: CONFIRMED, subject: packetId, detail: asText(confirmed) });
  return confirmed;
}

/** The first correction that nobody confirmed for this packet. */
export function unconfirmed(
  db: Reader,
  packetId: PacketId,
  corrections: readonly Correction[],
): Correction | undefined {
  return corrections.find(
    (correction) => db.get(CONFIRMED_CORRECTION, packetId, CONFIRMED, asText(correction)) === undefined,
  );
}

/** One text for one correction, in whatever order a draft's JSON has its keys. */
function asText({ field, before, after, document, confirmed }: Correction): string {
  return JSON.stringify([field, before, after, document, confirmed.by, confirmed.at]);
}
