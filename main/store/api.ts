import type { Capture, OutboxRow, ResidentRow, TicketRow } from '../../app/ipc/contract.ts';
import type { Draft } from '../../app/desk/draft.ts';
import type { SessionOfDay, TicketState } from '../../app/desk/ticket.ts';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import type { Step } from '../../app/enrollment/biometrics.ts';
import type { HoldReason, PacketState } from '../../app/enrollment/lifecycle.ts';
import type { Nik } from '../../app/enrollment/nik.ts';
import type { AccountId, PacketId, Sha256, StationId } from '../../app/ids.ts';
import type { LinkCause } from '../../app/sync/link.ts';
import type { Activation, Fact, JournalEntry, Outcome, ReferenceLine } from '../../app/sync/protocol.ts';

/**
 * What the store can do, one group a table family. Each method is one transaction, plain and synchronous in the
 * thread that holds the database; the rest of main calls it through `Remote<…>` over a message port. All times are
 * milliseconds since the epoch by the station's clock. Errors are thrown as RekamError; a full disk is `disk.full`.
 */
export interface StoreApi {
  readonly station: StationStore;
  readonly accounts: AccountStore;
  readonly residents: ResidentStore;
  readonly desk: DeskStore;
  readonly drafts: DraftStore;
  readonly outbox: OutboxStore;
  readonly journal: JournalStore;
  readonly reference: ReferenceStore;
  readonly outages: OutageStore;
  readonly audit: AuditStore;
}

/** The same groups as seen from another thread. */
export type Remote<T> = {
  readonly [G in keyof T]: {
    readonly [M in keyof T[G]]: T[G][M] extends (...args: infer A) => infer R
      ? (...args: A) => Promise<Awaited<R>>
      : never;
  };
};

export interface StationRecord {
  readonly activation: Activation;
  readonly centerUrl: string;
  /** PEM of the center's CA, pinned at activation; null for plain HTTP on loopback. */
  readonly caPem: string | null;
}

export interface StationStore {
  record(): StationRecord | null;
  activate(record: StationRecord, now: number): void;
  setting(key: SettingKey): string | null;
  set(key: SettingKey, value: string): void;
  /** Marks this run as begun; tells of the previous one when it did not end by itself. Leases of that run are reset. */
  begin(now: number): {
    readonly uncleanStop: { readonly lastAliveAt: number; readonly drafts: number } | null;
  };
  alive(now: number): void;
  end(now: number): void;
}
/** `clockOffset` is milliseconds; `policy` JSON of protocol's Policy as last received. */
export type SettingKey = 'language' | 'clockOffset' | 'policy' | 'reconciledOn' | 'outcomeCursor';

export interface Account {
  readonly id: AccountId;
  readonly username: string;
  readonly name: string;
  readonly role: 'operator' | 'supervisor';
  readonly hash: string;
  readonly failures: number;
  /** Login is refused until then. */
  readonly lockedUntil: number | null;
}

export interface AccountStore {
  count(): number;
  /** Active accounts only; user names do not distinguish case. */
  byUsername(username: string): Account | null;
  /** Counts a wrong password and locks for a growing time; audited. */
  failed(id: AccountId, now: number): { readonly lockedUntil: number | null };
  /** Audited. */
  loggedIn(id: AccountId, now: number): void;
  loggedOut(id: AccountId, now: number, reason: 'logout' | 'idle'): void;
}

export interface ResidentStore {
  count(): number;
  /** By NIK (16 digits or their beginning, 6 or more) or by the beginnings of name words; best first, never more than limit. */
  find(query: string, limit: number): ResidentRow[];
  byNik(nik: string): {
    readonly biodata: Biodata;
    readonly recorded: {
      readonly where: 'here' | 'center';
      readonly at: string;
      readonly stationId: StationId | null;
    } | null;
    readonly draft: PacketId | null;
  } | null;
}

export interface DeskStore {
  /** @param date ISO date at the desk */
  today(
    date: string,
    limit: number,
  ): {
    readonly tickets: TicketRow[];
    readonly summons: {
      readonly nik: string;
      readonly nama: string;
      readonly desa: string;
      readonly session: SessionOfDay;
      readonly recorded: boolean;
    }[];
    readonly summonsTotal: number;
  };
  setTicket(
    date: string,
    number: number,
    state: TicketState,
    reason: string | null,
    by: AccountId,
    now: number,
  ): void;
}

export interface DraftStore {
  /** Ticket (unless the resident already has one today) and draft in one transaction. An existing draft comes back as it is. */
  begin(input: {
    readonly packetId: PacketId;
    readonly nik: Nik;
    readonly date: string;
    readonly by: AccountId;
    readonly now: number;
  }): Draft;
  list(): {
    readonly packetId: PacketId;
    readonly nik: string;
    readonly nama: string;
    readonly step: Step;
    readonly revision: number;
    readonly updatedAt: string;
  }[];
  load(packetId: PacketId): { readonly draft: Draft; readonly captures: Capture[] };
  /** Refuses an older revision (`draft.stale`); the same revision again is fine. Parts no longer in the draft go. */
  commit(draft: Draft, captures: readonly Capture[], now: number): { readonly revision: number };
  drop(packetId: PacketId, reason: string, by: AccountId, now: number): void;
}

/** Made by intake: everything that one record commits together. */
export interface RecordInput {
  readonly packetId: PacketId;
  readonly revision: number;
  readonly draft: Draft;
  readonly biodata: Biodata;
  /** JPEG, small; what the desk still needs of the photo. */
  readonly thumbnail: Uint8Array | null;
  readonly sealed: Uint8Array;
  readonly sealedSha256: Sha256;
  readonly recordedAt: number;
  readonly clockOffsetMs: number | null;
  readonly date: string;
  readonly by: { readonly accountId: AccountId; readonly name: string };
  readonly recipientKeyId: string;
}

export interface Recorded {
  readonly packetId: PacketId;
  readonly sequence: number;
  readonly nik: string;
  readonly nama: string;
  readonly recordedAt: string;
}

export interface OutboxItem {
  readonly packetId: PacketId;
  readonly sequence: number;
  readonly manifest: string;
  readonly manifestSha256: Sha256;
  readonly sha256: Sha256;
  readonly size: number;
  readonly attempts: number;
  readonly offset: number;
  readonly state: PacketState;
}

export interface OutboxSummary {
  readonly waiting: number;
  readonly held: number;
  readonly rejected: number;
  readonly received: number;
  readonly waitingBytes: number;
  readonly oldestAt: number | null;
  readonly lastReceiptAt: number | null;
  readonly recordedToday: number;
}

export interface OutboxStore {
  /** Waiting packets whose next attempt has come (all of them with `ignoreBackoff`) and that nobody leases, oldest first. */
  due(now: number, limit: number, ignoreBackoff: boolean): OutboxItem[];
  /** When the next waiting packet is due; null when none waits. */
  nextDueAt(): number | null;
  /** Takes a packet for one attempt; null when it is no longer waiting or is leased. */
  lease(packetId: PacketId, now: number, leaseMs: number): OutboxItem | null;
  renew(packetId: PacketId, now: number, leaseMs: number): void;
  sealed(packetId: PacketId): Uint8Array | null;
  progress(packetId: PacketId, offset: number): void;
  failed(packetId: PacketId, problem: string, nextAttemptAt: number): void;
  /** Gives the lease back without counting an attempt (cancelled, paused by the center). */
  unlease(packetId: PacketId): void;
  hold(packetId: PacketId, reason: HoldReason, problem: string, now: number): void;
  release(packetId: PacketId, by: AccountId, now: number): void;
  /** The engine has verified the receipt's signature and that it speaks of this manifest; it is kept for ever. */
  received(packetId: PacketId, receipt: string, receivedAt: number): void;
  /** Applies verdicts and moves the cursor in one transaction; unknown ids are passed over. */
  outcomes(outcomes: readonly Outcome[], cursor: string, now: number): void;
  summary(startOfDay: number): OutboxSummary;
  list(
    filter: 'all' | 'pending' | 'held' | 'received' | 'rejected',
    offset: number,
    limit: number,
  ): { readonly total: number; readonly rows: OutboxRow[] };
  /** For reconcile: what the station lists for a sequence range. */
  range(
    from: number,
    to: number,
  ): { readonly sequence: number; readonly packetId: PacketId; readonly manifestSha256: Sha256 }[];
  lastSequence(): number;
  /** Reconcile found these missing at the center: those whose bytes are still here wait again. */
  missing(packetIds: readonly PacketId[], now: number): number;
  /** Drops sealed bytes whose receipt, final outcome and retention time are all there. */
  purge(now: number, retentionMs: number): number;
}

export interface JournalStore {
  append(fact: Fact, now: number): void;
  /** Not yet acknowledged, in sequence; unsigned (the engine signs, deterministically). */
  pending(limit: number): JournalEntry[];
  acknowledge(sequence: number): void;
}

export interface ReferenceStore {
  cursor(): string | null;
  /** Applies lines and, when given, moves the cursor, in one transaction. Malformed lines never reach here. */
  apply(lines: readonly ReferenceLine[], cursor: string | null, now: number): void;
}

export interface OutageRow {
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly cause: LinkCause;
  readonly recordedMeanwhile: number;
}

export interface OutageStore {
  /** Opens an outage unless one is open; its end and what was recorded meanwhile go to the journal as one fact. */
  began(at: number, cause: LinkCause): void;
  ended(at: number): void;
  latest(limit: number): OutageRow[];
}

export interface AuditStore {
  /** Hash-chained. `what` names the act, `subject` a packet, account or NIK. */
  append(entry: {
    readonly at: number;
    readonly by: AccountId | null;
    readonly what: string;
    readonly subject: string | null;
    readonly detail?: string;
  }): void;
  head(): Sha256;
  /** Checks the last `count` entries (all without it); the first broken sequence or null. */
  verify(count?: number): number | null;
}
