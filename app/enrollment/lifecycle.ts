import { err, ok, unreachable, type Result } from '../result.ts';

/**
 * The life of a packet at the station. `recorded → sending → received → accepted | rejected | duplicate`, with
 * `held` beside `sending` and `superseded` at the end of what an amendment replaced. This function owns every
 * transition; store and engine only apply what it answers.
 */
export const PACKET_STATES = [
  'recorded',
  'sending',
  'held',
  'received',
  'accepted',
  'rejected',
  'duplicate',
  'superseded',
] as const;
export type PacketState = (typeof PACKET_STATES)[number];

/** Why a packet waits for a person. Each has words and a next action. */
export const HOLD_REASONS = ['refused', 'unreadable', 'tooLarge', 'conflict', 'person'] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

export type PacketEvent =
  /** The engine took the packet under a lease. */
  | 'attempt'
  /** The attempt failed, was cut or its lease ran out: the packet waits again. */
  | 'failed'
  | 'hold'
  /** A person lets a held packet go again. */
  | 'release'
  /** A receipt signed by the center's key over this manifest was verified here: the only way out of our care. */
  | 'receipt'
  | 'accepted'
  | 'rejected'
  | 'duplicate'
  /** An amendment or replacement of this packet was received. */
  | 'superseded'
  /** Reconcile: the center no longer holds it. The sealed bytes are still here before retention ends. */
  | 'missing';

/** The next state, the same state when the event says nothing new (events may arrive twice), or a refusal. */
export function transition(state: PacketState, event: PacketEvent): Result<PacketState, 'lifecycle.illegal'> {
  switch (event) {
    case 'attempt':
      return state === 'recorded' || state === 'sending' ? ok('sending') : err('lifecycle.illegal');
    case 'failed':
      // A late failure of one attempt must not undo the receipt that another one brought.
      return ok(state === 'sending' ? 'recorded' : state);
    case 'hold':
      if (state === 'recorded' || state === 'sending' || state === 'held') return ok('held');
      return err('lifecycle.illegal');
    case 'release':
      return state === 'held' ? ok('recorded') : ok(state);
    case 'receipt':
      // A receipt may come by courier while the packet is held or still queued here.
      return ok(state === 'recorded' || state === 'sending' || state === 'held' ? 'received' : state);
    case 'accepted':
    case 'rejected':
    case 'duplicate':
      return applyOutcome(state, event);
    case 'superseded':
      // `held`: its bytes cannot be read and the resident came again. What the center accepted or is still to get stays.
      if (state === 'held' || state === 'received' || state === 'rejected') return ok('superseded');
      return state === 'superseded' ? ok('superseded') : err('lifecycle.illegal');
    case 'missing':
      return isReceived(state) ? ok('recorded') : ok(state);
    default:
      return unreachable(event);
  }
}

/** The center may revise a verdict after a person there looked again, so one outcome can follow another. */
function applyOutcome(
  state: PacketState,
  verdict: 'accepted' | 'rejected' | 'duplicate',
): Result<PacketState, 'lifecycle.illegal'> {
  if (state === 'superseded') return ok('superseded');
  return isReceived(state) ? ok(verdict) : err('lifecycle.illegal');
}

/** Held by the center, with a receipt verified here; `superseded`: it or what took its place. */
export function isReceived(state: PacketState): boolean {
  return (
    state === 'received' ||
    state === 'accepted' ||
    state === 'rejected' ||
    state === 'duplicate' ||
    state === 'superseded'
  );
}

/** Still ours to deliver. */
export function isPending(state: PacketState): boolean {
  return !isReceived(state);
}

/** Nothing more will be asked about the bytes of these. */
export const FINAL_STATES: readonly PacketState[] = ['accepted', 'duplicate', 'superseded'];

/**
 * Whether the sealed bytes may go: receipt and a final outcome and the retention time. `rejected` is not final.
 * The row and its receipt stay for ever.
 * @param receivedAt milliseconds since the epoch, of the verified receipt; null without one
 * @param now by the same clock: the center's
 */
export function mayPurge(
  state: PacketState,
  receivedAt: number | null,
  retentionMs: number,
  now: number,
): boolean {
  if (receivedAt === null) return false;
  return FINAL_STATES.includes(state) && now - receivedAt >= retentionMs;
}
