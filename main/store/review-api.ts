import type { AccountId, PacketId } from '../../app/ids.ts';
import type { ReviewList, Reviewed } from '../../app/ipc/review.ts';
import type { DeskRow } from '../../app/sync/mirror.ts';

/** What a supervisor has to see before it goes. Nothing here sends a packet: one that is approved waits like any other. */
export interface ReviewStore {
  /** What waits, risky ones first, then the oldest; or what was returned and not recorded anew yet, the newest first. */
  list(which: 'waiting' | 'returned', forWhom: AccountId): ReviewList;
  /** @throws RekamError `packet.state` for what neither waits for a look nor was returned */
  open(packetId: PacketId): Reviewed;
  /**
   * All of them or none; audited.
   * @throws RekamError `packet.state`, `review.own`, `request.invalid` for several of which one has a risk
   */
  approve(packetIds: readonly PacketId[], by: AccountId, now: number): void;
  /** Audited. @throws RekamError `packet.state` */
  return(packetId: PacketId, reason: string, by: AccountId, now: number): void;
  /** Audited. @throws RekamError `packet.state`, also once the resident was recorded anew */
  takeBack(packetId: PacketId, by: AccountId, now: number): void;
}

/** How a packet stands in its review, as its second copy keeps it. */
export type KeptReview = NonNullable<DeskRow['review']>;
