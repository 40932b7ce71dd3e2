import type { PacketId, Sha256 } from '../../../app/ids.ts';

/** lost: not there, or not the one that was chosen · full · failing: it does not give back what was written. */
export type MirrorTrouble = 'lost' | 'full' | 'failing';

export class MirrorError extends Error {
  readonly trouble: MirrorTrouble;

  constructor(trouble: MirrorTrouble, cause?: unknown) {
    super(`mirror: ${trouble}`, cause === undefined ? undefined : { cause });
    this.name = 'MirrorError';
    this.trouble = trouble;
  }
}

export interface SealedSource {
  readonly packetId: PacketId;
  readonly sha256: Sha256;
  readonly size: number;
}

/** Where second copies go. Every method throws a MirrorError when the target cannot do its part. */
export interface MirrorTarget {
  /** Looks whether it is there and the one that was chosen. */
  attach(): Promise<{ readonly sameDisk: boolean }>;
  /**
   * Makes one copy. On return bytes and entry are durable and were read back as they should be.
   * @param load the sealed bytes; not asked for when a whole copy is there already
   * @returns false when there is nothing to copy
   */
  put(
    packet: SealedSource,
    entry: string,
    load: () => Promise<Uint8Array | null>,
    signal: AbortSignal,
  ): Promise<boolean>;
  /** Reads a copy back: true when its bytes are whole and its entry speaks of this manifest. */
  isWhole(packet: SealedSource, manifest: string, signal: AbortSignal): Promise<boolean>;
  /** Puts a small file beside the packets, in place of the one before it. */
  note(name: string, bytes: Uint8Array): Promise<void>;
  /** Packets that have an entry. */
  packets(): Promise<PacketId[]>;
  read(
    packetId: PacketId,
  ): Promise<{ readonly entry: string; readonly sealed: () => Promise<Uint8Array | null> } | null>;
  remove(packetId: PacketId): Promise<void>;
}
