import type { AccountId, PacketId } from '../../app/ids.ts';
import type { Recorded } from '../store/api.ts';

/** What the worker offers beside the store: work that seals and commits where the database is. */
export interface IntakeApi {
  readonly intake: {
    /**
     * Records the committed draft at exactly this revision: checks it whole, seals the packet to the center's recipient,
     * then commits enrollment, packet, outbox entry, ticket and audit entry in one transaction and drops the draft.
     * Resolves only after the commit (G1). The same packet id again answers what was recorded the first time.
     */
    record(input: {
      readonly packetId: PacketId;
      readonly revision: number;
      readonly by: { readonly accountId: AccountId; readonly name: string };
      readonly now: number;
      /** ISO date at the desk, by the corrected clock. */
      readonly date: string;
    }): Promise<Recorded>;
    /**
     * Signs and keeps the day's count sheet, with a fact for the center and an audit entry. A day may be closed again:
     * the sheet before stays.
     * @throws RekamError `day.unexplained` where something differs and no reason is given
     */
    closeDay(input: {
      /** ISO date at the desk. */
      readonly date: string;
      readonly reason: string | null;
      readonly by: { readonly accountId: AccountId; readonly name: string };
      readonly now: number;
    }): { readonly date: string; readonly number: number };
  };
}
