import type { PacketId } from '../../app/ids.ts';
import type { Draft } from '../../app/desk/draft.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import type { Recorded } from '../../main/store/api.ts';
import { newPacketId, type TestStore } from './store.ts';

export interface Mend {
  readonly captures?: readonly Capture[];
  /** Corrected with a document and a password. */
  readonly alamat?: string;
  readonly change?: Partial<Draft>;
  readonly now: number;
  /** ISO date at the desk. */
  readonly date: string;
}

export function beginTask(test: TestStore, of: PacketId, { now, date }: Pick<Mend, 'now' | 'date'>): Draft {
  return test.api.tasks.begin(of, { packetId: newPacketId(), date, by: test.operator.accountId, now });
}

/** Sees to a task as the desk does: from its draft to the recorded amendment. */
export async function mend(test: TestStore, of: PacketId, how: Mend): Promise<Recorded> {
  const { captures = [], alamat, change, now, date } = how;
  const by = test.operator.accountId;
  const begun = beginTask(test, of, how);
  const corrected =
    alamat === undefined
      ? {}
      : {
          biodata: { ...begun.biodata, alamat },
          corrections: [
            test.api.drafts.correct(
              begun.packetId,
              {
                field: 'alamat',
                before: begun.biodata.alamat ?? null,
                after: alamat,
                document: 'KK 3209030101100000',
              },
              by,
              now,
            ),
          ],
        };
  const draft: Draft = {
    ...begun,
    revision: begun.revision + 1,
    step: 'review',
    biodataConfirmed: true,
    parts: captures.map(({ part }) => part),
    approval: { at: new Date(now).toISOString(), by: 'touch' },
    ...corrected,
    ...change,
  };
  test.api.drafts.commit(draft, captures, now);
  return await test.store.intake.record({
    packetId: draft.packetId,
    revision: draft.revision,
    by: test.operator,
    now,
    date,
  });
}
