import type { TakeoverReport, TakeoverRow } from '../../app/ipc/takeover.ts';
import type { AccountId, StationId } from '../../app/ids.ts';
import type { ReconcileAnswer } from '../../app/sync/protocol.ts';
import type { KitAccount } from '../../app/sync/recovery.ts';

export interface TakeoverInput {
  readonly stationId: StationId;
  readonly label: string;
  /** Kode. */
  readonly kecamatan: string;
  readonly centerUrl: string;
  readonly voucher: string;
  readonly by: readonly [AccountId, AccountId];
  /** For a PC that knows nobody yet. */
  readonly accounts: readonly KitAccount[];
  readonly now: number;
}

/** Stations that this one took over. */
export interface TakeoverStore {
  /** Audited, each time it is begun. Accounts are taken in only where there are none. */
  begin(input: TakeoverInput): void;
  ended(stationId: StationId, report: TakeoverReport, last: number, now: number): void;
  list(): TakeoverRow[];
  /** The voucher of one that is ended and that the center knows nothing of yet: for activation and as proof. */
  untold(): {
    readonly stationId: StationId;
    readonly voucher: string;
    readonly centerUrl: string;
    readonly last: number;
  }[];
  /** The voucher goes, and all verdicts are read again: those about the dead one's packets come from now on. */
  told(stationId: StationId, last: number, now: number): void;
  refused(stationId: StationId, problem: string, now: number): void;
  /** Those that the center was told of, for reconcile. */
  toldOf(): { readonly stationId: StationId; readonly last: number }[];
  gaps(stationId: StationId, gaps: ReconcileAnswer['gaps']): void;
}
