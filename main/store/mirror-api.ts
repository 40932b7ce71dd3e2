import type { PacketId, Sha256, StationId } from '../../app/ids.ts';
import type { Recovery } from '../../app/ipc/mirror.ts';
import type { MirrorPlace } from '../../app/sync/mirror.ts';
import type { Policy } from '../../app/sync/protocol.ts';
import type { StationRecord } from './api.ts';

export interface MirrorItem {
  readonly packetId: PacketId;
  /** Where it stands in the outbox. */
  readonly place: number;
  /** Compact JWS. */
  readonly manifest: string;
  /** Of the sealed bytes. */
  readonly sha256: Sha256;
  readonly size: number;
}

/** What an entry speaks of. */
export interface EntryItem extends Omit<MirrorItem, 'place'> {
  readonly sequence: number;
  /** Of another station, which this one took over. */
  readonly isForeign: boolean;
}

/** A dead station's, by the kit that its recovery code opened. */
export interface DeadStation {
  readonly stationId: StationId;
  /** Ed25519, its public key. */
  readonly key: string;
  /** The kecamatan's recovery identity. */
  readonly identity: string;
}

/** Which packets have a verified second copy. Bytes that are gone here by receipt, outcome and retention need none. */
export interface MirrorStore {
  /** Without a copy, oldest first. */
  due(after: number, limit: number): MirrorItem[];
  /** With one, for reading it back again. */
  copied(after: number, limit: number): MirrorItem[];
  /** How many are without one. */
  behind(): number;
  /** It was read back whole. */
  done(packetId: PacketId, now: number): void;
  /** There is no copy any more: of these, or of any (another mirror, another recovery key). */
  forget(packets: readonly PacketId[] | 'all'): void;
  /** Purged here, so that their copies may go too. */
  leftover(limit: number): PacketId[];
  removed(packetId: PacketId): void;
  /** Which of these this database does not have. */
  unknown(packets: readonly PacketId[]): PacketId[];
  last(): { readonly sequence: number; readonly manifestSha256: Sha256 } | null;
}

export interface RecoveryStore {
  /**
   * The first word of a database that was built anew: which station it is, where its numbers go on, and an audit chain
   * that begins with what happened.
   */
  begin(input: {
    readonly record: StationRecord | null;
    readonly mirror: MirrorPlace | null;
    readonly last: { readonly sequence: number; readonly manifestSha256: Sha256 } | null;
    /** Name of the folder that holds the old one. */
    readonly setAside: string | null;
    readonly why: string;
    readonly now: number;
  }): void;
  /** Numbers below are given; raised by what a mirror's entries say. */
  raise(last: { readonly sequence: number; readonly manifestSha256: Sha256 }): void;
  report(): Recovery | null;
  /** Adds to what was restored. */
  note(add: Partial<Pick<Recovery, 'fromFile' | 'fromMirror' | 'drafts' | 'rowless' | 'left'>>): void;
}

export type AdoptResult = RestoreResult;
export type RestoreResult = 'restored' | 'rowless' | 'known' | 'foreign' | 'damaged' | 'conflict';

/** The worker's part of a second copy: it has the keys, seals and checks. */
export interface CopyApi {
  readonly copies: {
    /** The signed entry of a packet; null when there is no such packet. */
    entry(packetId: PacketId, recovery: Policy['recovery']): Promise<string | null>;
    /** Whose and which an entry is; null for what this station did not sign. */
    read(entry: string): Promise<EntryItem | null>;
    /** Brings a packet back into the outbox. Only what this station signed, and exactly the bytes that it signed. */
    restore(entry: string, sealed: Uint8Array, now: number): Promise<RestoreResult>;
    /** Brings a packet of a dead station into the outbox, under its own manifest. Only what that station signed. */
    adopt(entry: string, sealed: Uint8Array, from: DeadStation, now: number): Promise<AdoptResult>;
    /** Everything that a database that was set aside still gives. */
    salvage(
      file: string,
      now: number,
    ): Promise<{
      readonly packets: number;
      readonly drafts: number;
      /** Residents, summons, accounts and targets came over whole. */
      readonly reference: boolean;
    }>;
  };
}
