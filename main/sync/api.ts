import type { PacketId } from '../../app/ids.ts';
import type { SyncProgress, SyncSummary } from '../../app/ipc/status.ts';
import type { SyncLimits } from '../../app/sync/limits.ts';
import type { LinkCause, LinkState } from '../../app/sync/link.ts';

/** The engine's one injected view of time, so that a simulator can run it with a clock of its own. */
export interface Clock {
  /** Milliseconds since the epoch by the station's clock, which may be wrong. */
  now(): number;
  /** Milliseconds since some moment of this process. Nobody can set it: waits of one run are reckoned by it. */
  elapsed(): number;
  /** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** In [0, 1). */
export type Random = () => number;

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'HEAD' | 'PATCH';
  /** Path and query, e.g. /v1/pulse?nonce=… */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** No byte in either direction for this long ends the request. */
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
  /** Bytes of the body that the network took so far. */
  readonly onSent?: (bytes: number) => void;
  /** Asked before each piece of the body. */
  readonly pace?: Pace;
  /** Only pulse: the certificate must be the pinned CA's, its dates may fail (the clock here may be years off). */
  readonly allowExpiredCertificate?: boolean;
  /** The center's time by the last verified pulse: certificate dates are judged by it where the clock here is wrong. */
  readonly centerTime?: number;
}

/** How a body goes out: in pieces of this many bytes, each when `take` resolves. */
export interface Pace {
  readonly piece: number;
  take(bytes: number, signal: AbortSignal): Promise<void>;
}

export interface TransportResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whole bodies end after 4 MiB; a reference delta is read as a stream. */
  text(): Promise<string>;
  lines(): AsyncIterable<string>;
}

/** One request over the network. Rejects with a TransportFailure for everything that is not an HTTP answer. */
export interface Transport {
  send(request: TransportRequest): Promise<TransportResponse>;
  close(): void;
}

export class TransportFailure extends Error {
  readonly linkCause: LinkCause;
  /** A kept-alive connection was already closed by the other side: nothing is wrong, ask again on a fresh one. */
  readonly stale: boolean;

  constructor(linkCause: LinkCause, message: string, cause?: unknown, stale = false) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'TransportFailure';
    this.linkCause = linkCause;
    this.stale = stale;
  }
}

export interface EngineState {
  readonly link: {
    readonly state: LinkState;
    readonly cause: LinkCause | null;
    readonly since: number | null;
  };
  /** Center's time minus the station's, from the last verified pulse. */
  readonly clockOffsetMs: number | null;
  /** Verified in this run; the offset may be an earlier run's while there was none. */
  readonly pulses: number;
  readonly progress: SyncProgress | null;
  readonly lastManual: SyncSummary | null;
  readonly referenceLoading: boolean;
  readonly limits: {
    readonly set: SyncLimits;
    /** By the station's clock, when packets may go again; null while they may, or always may. */
    readonly opensAt: number | null;
  };
}

export interface SyncEngine {
  /** Runs from process start, whoever is logged in. */
  start(): void;
  /** Ends after the request under way is cut; packets keep their offsets. */
  stop(): Promise<void>;
  state(): EngineState;
  onChange(listener: () => void): () => void;
  /** Something new waits (a packet was recorded): look at once unless backoff or pace forbid it. */
  wake(): void;
  /** By hand: skips the station's backoff, not the center's pace. Rejects with `sync.running` when one by hand runs already. */
  syncNow(): Promise<SyncSummary>;
  cancel(): void;
  /** The PC has slept: what was under way is cut, and link and clock are looked at before anything goes out. */
  slept(): void;
  /** A person wants this one tried now: skips what `syncNow` skips. @param place of a packet that waits */
  tryNow(place: number): void;
  /** A person holds this one: what is under way of it ends. */
  leave(packetId: PacketId): void;
  /**
   * A person wants to know now what the center holds of this station's packets, whenever it was asked last. Never
   * rejects: `offline` where the center did not answer, or asks to wait.
   */
  compareNow(): Promise<{ readonly ended: 'done' | 'offline'; readonly cause: LinkCause | null }>;
  /** Counts from now on. */
  limit(limits: SyncLimits): void;
}
