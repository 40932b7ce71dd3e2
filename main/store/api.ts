import type {
  Capture,
  DraftFate,
  OutboxRow,
  ResidentRow,
  TaskRow,
  TicketRow,
} from '../../app/ipc/contract.ts';
import type { AuditAct } from '../../app/desk/audit.ts';
import type { Outage } from '../../app/desk/outages.ts';
import type { DayCount, DesaProgress } from '../../app/desk/progress.ts';
import type { ListedSetting, OwnSettings, PolicySetting } from '../../app/desk/settings.ts';
import type { Draft } from '../../app/desk/draft.ts';
import type { Place } from '../../app/desk/carry-over.ts';
import type { Risk } from '../../app/desk/review.ts';
import type { MeasuredPackets } from '../../app/desk/room.ts';
import type { SessionOfDay, StateByHand, TicketState } from '../../app/desk/ticket.ts';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import type { Correction } from '../../app/enrollment/enrollment.ts';
import type { Step } from '../../app/enrollment/biometrics.ts';
import type { HoldReason, PacketState } from '../../app/enrollment/lifecycle.ts';
import type { Nik } from '../../app/enrollment/nik.ts';
import type { AccountId, PacketId, Sha256, StationId } from '../../app/ids.ts';
import type { OutboxFilter, PacketDetail } from '../../app/ipc/outbox.ts';
import type { AuditRow } from '../../app/ipc/people.ts';
import type { MirrorStore, RecoveryStore } from './mirror-api.ts';
import type { ReviewStore } from './review-api.ts';
import type { ScheduleStore } from './schedule-api.ts';
import type { TakeoverStore } from './takeover-api.ts';
import type { KitAccount } from '../../app/sync/recovery.ts';
import type { Finding } from '../../app/sync/finding.ts';
import type { LinkCause } from '../../app/sync/link.ts';
import type {
  Activation,
  Fact,
  JournalEntry,
  KeyChange,
  Outcome,
  Policy,
  ReconcileAnswer,
  ReferenceLine,
} from '../../app/sync/protocol.ts';
import type { DayStore } from './day-api.ts';
import type { PeerState } from './peers.ts';

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
  readonly tasks: TaskStore;
  readonly reviews: ReviewStore;
  readonly journal: JournalStore;
  readonly reference: ReferenceStore;
  readonly outages: OutageStore;
  readonly progress: ProgressStore;
  readonly days: DayStore;
  readonly schedule: ScheduleStore;
  readonly findings: FindingStore;
  readonly audit: AuditStore;
  readonly slips: SlipStore;
  readonly mirror: MirrorStore;
  readonly recovery: RecoveryStore;
  readonly takeovers: TakeoverStore;
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
  /**
   * The center has other keys; the engine has verified the announcement. Audited with it.
   * @returns the activation as it is from now on; one that has left these keys already stays as it is
   */
  followKeys(change: KeyChange, announcement: string, now: number): Activation;
  /** An announcement that the center did not sign; audited once. @param hash of it */
  refusedKeys(hash: Sha256, now: number): void;
  /** When the keys last changed, and when an announcement was last refused; null for never. */
  keyNews(): { readonly followedAt: number | null; readonly refusedAt: number | null };
  setting(key: SettingKey): string | null;
  set(key: SettingKey, value: string): void;
  /** By a person; audited with what it was and is. Null takes it away; what is the same already changes nothing. */
  setByHand(key: SettingKey, value: string | null, by: AccountId, now: number): void;
  /** Who changed these last, and when. */
  lastChanges(keys: readonly ListedSetting[]): SettingChanged[];
  /** Null until the station is activated. */
  policy(): StationPolicy | null;
  /** Marks this run as begun; tells of the previous one when it did not end by itself. Leases of that run are reset. */
  begin(now: number): {
    readonly uncleanStop: { readonly lastAliveAt: number; readonly drafts: number } | null;
  };
  /** @param corrected the desk's time, which the next run does not begin before */
  alive(now: number, corrected: number): void;
  end(now: number, corrected: number): void;
  /** What is known of the time: the offset of the last pulse, and the latest corrected time that was there. */
  knownTime(): { readonly offsetMs: number | null; readonly latest: number | null };
}
export interface SettingChanged {
  readonly key: ListedSetting;
  readonly at: string;
  /** Name of the account, its id where the center has taken it away. */
  readonly by: string;
}

/** The center's policy as last received (by reference, else with the activation), and what counts at this station. */
export interface StationPolicy {
  readonly center: Policy;
  readonly own: OwnSettings;
  readonly inForce: Policy;
}

/**
 * `clockOffset` is milliseconds; `latestTime` the desk's time when the station was last alive; `policy` JSON of protocol's Policy as last received; `syncLimits` JSON of SyncLimits;
 * `mirror` JSON of MirrorPlace, `mirrorKey` the recovery key its entries are sealed to, `mirrorCheckedAt` when all its
 * copies were last read back; `recovery` JSON of Recovery, where this database was built anew; `checkedAt` the last
 * whole check of the database; `recoveryKit` JSON of KeptKit, what the recovery code on paper opens; `autostart` `off`
 * where a supervisor does not want the station to start by itself.
 */
export type SettingKey =
  /** JSON of a value of OwnSettings. */
  | PolicySetting
  /** JSON of ReviewMode. */
  | 'review'
  /** JSON of Calendar. */
  | 'calendar'
  /** JSON of Capacity. */
  | 'sessionCapacity'
  | 'language'
  | 'theme'
  | 'clockOffset'
  | 'latestTime'
  | 'policy'
  | 'reconciledOn'
  /** ISO date of the last one over the whole sequence. */
  | 'reconciledWholeOn'
  /** JSON of Comparison: what the last one was told of the newest numbers. */
  | 'comparison'
  | 'outcomeCursor'
  | 'syncLimits'
  | 'mirror'
  | 'mirrorKey'
  | 'mirrorCheckedAt'
  | 'recovery'
  | 'checkedAt'
  | 'recoveryKit'
  | 'autostart';

export interface Account {
  readonly id: AccountId;
  readonly username: string;
  readonly name: string;
  readonly role: 'operator' | 'supervisor';
  readonly hash: string;
  /** Somebody else chose the password: it opens nothing but the change to one of the person's own. */
  readonly mustChange: boolean;
  readonly failures: number;
  /** Login is refused for so long, counted by no clock that can be set; 0 when it is not locked. */
  readonly lockedMs: number;
}

export interface AccountStore {
  count(): number;
  /** Active accounts, supervisors first. */
  list(): Account[];
  /** All of them, for the recovery kit. */
  all(): KitAccount[];
  /** Active accounts only; user names do not distinguish case. */
  byUsername(username: string): Account | null;
  /** Counts a wrong password and locks for a growing time; audited. */
  failed(id: AccountId, now: number): { readonly lockedMs: number };
  /** A wrong login under a name that no account has; audited. */
  failedUnknown(now: number): void;
  /** Writes down how long the locks still last: a restart goes on from there. */
  countLocks(): void;
  /** Audited. */
  loggedIn(id: AccountId, now: number): void;
  loggedOut(id: AccountId, now: number, reason: 'logout' | 'idle'): void;
  /**
   * A password of the person's own (`by` is the account itself), or a supervisor's for one login. Here at once, at the
   * center by the journal; audited.
   */
  setPassword(input: {
    readonly id: AccountId;
    readonly hash: string;
    readonly by: AccountId;
    readonly now: number;
  }): void;
}

export interface Recording {
  readonly where: 'here' | 'center';
  readonly at: string;
  readonly stationId: StationId | null;
}

export interface ResidentStore {
  count(): number;
  /**
   * By NIK (16 digits or their beginning, 6 or more) or by the beginnings of name words, with a year of birth and the
   * beginning of a desa's name after them; best first, never more than limit.
   */
  find(query: string, limit: number): ResidentRow[];
  /** How many names fit, counted as far as limit; null for a NIK and for what a year or a desa narrows already. */
  matches(query: string, limit: number): number | null;
  byNik(nik: string): {
    readonly biodata: Biodata;
    readonly recorded: Recording | null;
    readonly draft: PacketId | null;
    readonly task: PacketId | null;
  } | null;
}

export interface SummonsRow {
  readonly nik: string;
  readonly nama: string;
  readonly desa: string;
  readonly session: SessionOfDay;
  readonly recorded: boolean;
}

/** All dates are ISO dates at the desk. Summons that are open: neither a ticket that day nor a recording anywhere. */
export interface DeskStore {
  today(
    date: string,
    limit: number,
  ): {
    readonly tickets: TicketRow[];
    readonly summons: SummonsRow[];
    readonly summonsTotal: number;
    readonly groups: { readonly session: SessionOfDay; readonly desa: string; readonly count: number }[];
  };
  /** The open summons of one desa and session, by name. */
  summons(
    date: string,
    group: {
      readonly session: SessionOfDay;
      readonly desa: string;
      readonly offset: number;
      readonly limit: number;
    },
  ): SummonsRow[];
  /** How many come to each session of those days, recorded nowhere yet; who has a number of the first day comes then. */
  places(from: string, to: string): (Place & { readonly count: number })[];
  ticketOf(date: string, nik: string): { readonly number: number; readonly state: TicketState } | null;
  /** The ticket by which another desk of the office has called the resident or serves them now. */
  elsewhere(date: string, nik: string): { readonly number: number; readonly state: TicketState } | null;
  /**
   * The next number, or the one that the resident has already, of another desk too; refuses who is unknown, recorded,
   * or being served elsewhere.
   */
  arrive(date: string, nik: Nik, by: AccountId, now: number): TicketRow;
  /** Refuses (`request.invalid`) what cannot happen to a ticket in its state. */
  setTicket(
    date: string,
    number: number,
    state: StateByHand,
    reason: string | null,
    by: AccountId,
    now: number,
  ): void;
  /**
   * Gives who was not served another place, one journal fact each, all in one transaction; again, it moves nobody.
   * @param input.niks null: everybody with a number of that day
   */
  carryOver(input: {
    readonly from: string;
    readonly to: Place;
    readonly niks: readonly Nik[] | null;
    readonly by: AccountId;
    readonly now: number;
  }): { readonly moved: number };
  /** Whoever was carried over from that day waits again. @param input.session in which they wait now */
  carryBack(input: {
    readonly date: string;
    readonly session: SessionOfDay;
    readonly by: AccountId;
    readonly now: number;
  }): { readonly moved: number };
  /** When the last enrollments of the day were recorded, newest first. @param startOfDay by the station's clock */
  recordedAt(startOfDay: number, limit: number): number[];
}

export interface DraftStore {
  /** Ticket (unless the resident already has one today) and draft in one transaction. An existing draft comes back as it is. */
  begin(input: {
    readonly packetId: PacketId;
    readonly nik: Nik;
    /** False: no ticket. */
    readonly turn?: boolean;
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
  /** An unreadable one is set aside first: audited, hence `by`. */
  load(
    packetId: PacketId,
    by: AccountId,
    now: number,
  ): {
    readonly draft: Draft;
    readonly captures: Capture[];
    /** The resident was recorded since it began: record will refuse it. Null for an amendment too. */
    readonly recorded: Recording | null;
    /** Another draft of this resident was set aside. */
    readonly setAside: boolean;
  };
  /** What became of drafts of which the window still has a copy. */
  fates(packetIds: readonly PacketId[]): { readonly packetId: PacketId; readonly fate: DraftFate }[];
  /**
   * Takes back a draft that this database lacks or could not read; audited.
   * @throws RekamError `draft.unknown` where its fate is known, `draft.stale` beside another draft of the resident,
   * `resident.unknown` and `packet.state` where what it began from is not here (yet)
   */
  restore(
    draft: Draft,
    captures: readonly Capture[],
    by: AccountId,
    now: number,
  ): { readonly revision: number };
  /** Refuses an older revision (`draft.stale`); the same revision again is fine. Parts no longer in the draft go. */
  commit(draft: Draft, captures: readonly Capture[], now: number): { readonly revision: number };
  drop(packetId: PacketId, reason: string, by: AccountId, now: number): void;
  /** The audit entry that record asks for. The caller has just proved to be `by`. */
  correct(
    packetId: PacketId,
    correction: Omit<Correction, 'confirmed'>,
    by: AccountId,
    now: number,
  ): Correction;
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
  /** What a supervisor would look at twice. */
  readonly risks: readonly Risk[];
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
  /** Where it stands in the outbox: the station's own number, below zero for packets of a station it took over. */
  readonly place: number;
  /** The number in its manifest. */
  readonly sequence: number;
  readonly manifest: string;
  readonly manifestSha256: Sha256;
  readonly sha256: Sha256;
  readonly size: number;
  readonly attempts: number;
  readonly offset: number;
  readonly state: PacketState;
}

/** What waits for the center, recorded or under way, and what a supervisor has to see before. */
export type Backlog = Pick<OutboxSummary, 'waiting' | 'waitingBytes' | 'review'>;

export interface OutboxSummary {
  readonly waiting: number;
  /** A supervisor has to see them before they go. */
  readonly review: number;
  readonly held: number;
  readonly rejected: number;
  readonly received: number;
  readonly waitingBytes: number;
  readonly oldestAt: number | null;
  readonly lastReceiptAt: number | null;
  readonly recordedToday: number;
  /** Sent back by the center, or returned by the supervisor, and not seen to yet. */
  readonly tasks: number;
}

/**
 * What came back: rejected by the center or returned by the supervisor and not mended yet, or a duplicate that nobody
 * has seen to.
 */
export interface TaskStore {
  list(): TaskRow[];
  /** The small photo of that recording, to know its resident by; null where there is none. */
  photo(of: PacketId): Uint8Array | null;
  /**
   * The draft that mends it: an amendment, which has no ticket, or a whole enrollment where the center wants that.
   * @throws RekamError `packet.state`
   */
  begin(
    of: PacketId,
    input: {
      readonly packetId: PacketId;
      readonly date: string;
      readonly by: AccountId;
      readonly now: number;
    },
  ): Draft;
  /** Only a duplicate; audited. @throws RekamError `packet.state` */
  close(of: PacketId, reason: string, by: AccountId, now: number): void;
}

/** A packet as its receipt is held against it. */
export type ReceiptSubject = Pick<
  OutboxItem,
  'packetId' | 'sequence' | 'manifest' | 'manifestSha256' | 'sha256' | 'size'
>;

export interface KeptReceipt {
  readonly packetId: PacketId;
  /** JWS. */
  readonly receipt: string;
  /** By the receipt itself, so the center's time: a clock set here changes no retention. */
  readonly receivedAt: number;
}

export interface OutboxStore {
  /**
   * Waiting packets whose next attempt has come (all of them with `ignoreBackoff`) and that nobody leases, oldest first.
   * @param after only those behind this place
   */
  due(now: number, limit: number, ignoreBackoff: boolean, after?: number): OutboxItem[];
  /** Every waiting packet, whoever leases it, oldest first: what a courier pack takes along. */
  waiting(after: number, limit: number): OutboxItem[];
  /**
   * What a receipt that came by file speaks of; null for a packet that is not ours.
   * `isKnown`: this very receipt was verified here before, whatever became of the packet at the center since.
   */
  subject(
    packetId: PacketId,
    receipt: string,
  ): { readonly packet: ReceiptSubject; readonly state: PacketState; readonly isKnown: boolean } | null;
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
  /** By a supervisor, with a reason in the audit; refuses (`packet.state`) one that is held already or received. */
  holdByHand(packetId: PacketId, note: string, by: AccountId, now: number): void;
  /** Refuses (`packet.state`) what is not held, and what is unreadable and was recorded anew since. */
  release(packetId: PacketId, by: AccountId, now: number): void;
  /** Forgets the backoff of one that waits; `packet.state` for all others. @returns its place */
  retry(packetId: PacketId, by: AccountId, now: number): number;
  /** Sizes of the last whole enrollments, for who plans with the disk. */
  measured(): MeasuredPackets;
  /** All that is known here about one packet. */
  packet(packetId: PacketId): PacketDetail;
  /** The engine has verified each receipt's signature and that it speaks of its packet's manifest; they are kept for ever. */
  received(receipts: readonly KeptReceipt[]): void;
  /** Applies verdicts and moves the cursor in one transaction; unknown ids are passed over. */
  outcomes(outcomes: readonly Outcome[], cursor: string, now: number): void;
  backlog(): Backlog;
  summary(startOfDay: number): OutboxSummary;
  list(
    filter: OutboxFilter,
    offset: number,
    limit: number,
    /** Words of a name, or the beginning of a NIK; all where it is empty. */
    search?: string,
  ): { readonly total: number; readonly rows: OutboxRow[] };
  /** For reconcile: what the station lists for a range of its sequence, or of one that it took over. */
  range(
    from: number,
    to: number,
    of?: StationId,
  ): { readonly sequence: number; readonly packetId: PacketId; readonly manifestSha256: Sha256 }[];
  lastSequence(): number;
  /** The center holds packets of this station above what this database knows: numbers go on above them. */
  continueAbove(sequence: number): void;
  /**
   * What reconcile found. `again`: lost at the center and sent again; `held`: it has something else under the id;
   * `told`: new audit entries about what only a person can settle.
   * @param range the sequences that were compared
   */
  reconciled(
    answer: ReconcileAnswer,
    range: { readonly from: number; readonly to: number },
    now: number,
  ): { readonly again: number; readonly held: number; readonly told: number };
  /** The same about a station that was taken over: sent again where the center lost it, held where it has another. */
  reconciledOf(answer: ReconcileAnswer, now: number): { readonly again: number; readonly held: number };
  /**
   * Drops sealed bytes whose receipt, final outcome and retention time are all there, and with them what the desk kept of
   * the person, unless somebody there has still to see to the packet; some at a time.
   * @param now the center's time
   * @returns how many; ask again until there are none
   */
  purge(now: number, retentionMs: number): number;
}

export interface JournalStore {
  append(fact: Fact, now: number): void;
  /**
   * Not yet acknowledged, in sequence; unsigned (the engine signs, deterministically). One that cannot be read stands
   * there as `unreadable`.
   */
  pending(limit: number): JournalEntry[];
  /** The center is told `unreadable` in place of these; audited. */
  park(sequences: readonly number[], now: number): void;
  /** How many were parked, ever. */
  parked(): number;
  acknowledge(sequence: number): void;
  /** The center holds the journal only up to here (it was restored from a backup): the rest is pending again. @returns whether there is any */
  rewind(sequence: number): boolean;
  /** A database built anew does not know how far the center holds the journal: true until `resume` has told. */
  isUnsure(): boolean;
  /** Numbers what is pending on from there. */
  resume(acknowledged: number): void;
}

export interface Rejected {
  readonly lines: number;
  readonly by: string;
}

export interface ReferenceStore {
  cursor(): string | null;
  /**
   * Applies lines and, when given, moves the cursor, in one transaction. Malformed lines never reach here.
   * @param rejected malformed ones that the cursor passes, and the version that could not read them
   */
  apply(lines: readonly ReferenceLine[], cursor: string | null, now: number, rejected?: Rejected): void;
  /** A whole page was malformed: the cursor stands before it. */
  stuck(rejected: Rejected): void;
  /** How many lines of the center were passed over or stand before the cursor. */
  rejected(): number;
  /** What the office's other stations said of themselves last, the newest first. */
  peers(): PeerState[];
  /** Forgets what the office's other stations told long ago. @returns rows that went */
  prune(now: number): number;
  /** Where an older version passed lines over, the cursor goes back to before the first of them. */
  recall(appVersion: string): void;
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
  /** Whether the PC runs on its battery from now on; saying it again changes nothing. */
  onBattery(isOn: boolean, at: number): void;
  /** Of the link and the power, those that touch this time, which is the desk's. */
  between(from: number, until: number): Outage[];
}

/** Of the whole kecamatan, as far as the register and this station's own packets tell. */
export interface Progress {
  /** By code. */
  readonly desa: readonly DesaProgress[];
  /** Days with recordings, in order. */
  readonly days: readonly DayCount[];
  /** ISO date of the last desa's; null where the center has set none. */
  readonly deadline: string | null;
  /** When the center last counted whom it has accepted, by its time; null before. */
  readonly acceptedAt: string | null;
}

export interface ProgressStore {
  /** @param since days are counted from here, by the desk's time @param now by the station's clock */
  read(since: number, now: number): Progress;
}

export interface FindingStore {
  /** What reconcile found, open ones first, then the newest. */
  latest(limit: number): Finding[];
}

export interface AuditStore {
  /** Hash-chained. `what` names the act, `subject` a packet, account or NIK. */
  append(entry: {
    readonly at: number;
    readonly by: AccountId | null;
    readonly what: AuditAct;
    readonly subject: string | null;
    readonly detail?: string;
  }): void;
  /** Somebody looked at a person's data: told once in a while, without waiting for the disk. */
  opened(entry: {
    readonly at: number;
    readonly by: AccountId;
    readonly what: 'resident.opened' | 'draft.opened' | 'packet.opened';
    readonly subject: string;
  }): void;
  /** Newest first; `from` and `until` (not included) by the station's clock. A person's entries are by or about them. */
  list(filter: {
    readonly by: AccountId | null;
    readonly acts: readonly AuditAct[] | null;
    readonly from: number | null;
    readonly until: number | null;
    readonly offset: number;
    readonly limit: number;
  }): { readonly total: number; readonly rows: AuditRow[] };
  /** The entries themselves, oldest first. */
  page(
    after: number,
    limit: number,
  ): {
    readonly sequence: number;
    readonly at: number;
    readonly by: string | null;
    readonly what: string;
    readonly subject: string | null;
    readonly detail: string | null;
    readonly hash: Sha256;
  }[];
  head(): Sha256;
  /** Checks the last `count` entries (all without it); the first broken sequence or null. */
  verify(count?: number): number | null;
}

/** What a slip says of one recorded enrollment. */
export interface SlipFacts extends Recorded {
  /** Who recorded it. */
  readonly operator: string;
  /** How often it was handed over so far. */
  readonly printed: number;
}

export interface SlipStore {
  /** @throws RekamError `slip.unrecorded`: a draft, or nothing at all, has no slip (G1) */
  open(packetId: PacketId): SlipFacts;
  /**
   * Counts one hand-over, audited, before the paper leaves.
   * @throws RekamError `slip.stale` unless it was handed over exactly `expected` times before; `slip.unrecorded`
   */
  printed(input: {
    readonly packetId: PacketId;
    readonly expected: number;
    readonly by: AccountId;
    readonly paper: '80mm' | 'a4';
    readonly to: 'printer' | 'pdf';
    readonly now: number;
  }): void;
  /** The paper of hand-over `number` never left: it counts no longer, unless a later one does. Audited. */
  takeBack(input: {
    readonly packetId: PacketId;
    readonly number: number;
    readonly by: AccountId;
    readonly now: number;
  }): void;
}
