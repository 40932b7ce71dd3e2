import { err, ok, unreachable, type Result } from '../result.ts';

/**
 * The life of a packet at the station. `recorded → sending → received → accepted | rejected | duplicate`, with
 * `held` beside `sending` and `superseded` at the end of what an amendment replaced. Where the office looks over what
 * was recorded, a packet is in `review` before anything of it goes, and `returned` when it shall not go. This function
 * owns every transition; store and engine only apply what it answers.
 */
export const PACKET_STATES = [
  'recorded',
  'review',
  'returned',
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
  /** A supervisor has to see it before it goes; also one that was returned, and is to be seen again. */
  | 'review'
  | 'approve'
  /** The supervisor does not let it go: the resident has to be recorded anew. */
  | 'return'
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
    case 'review':
      return state === 'recorded' || state === 'review' || state === 'returned'
        ? ok('review')
        : err('lifecycle.illegal');
    case 'approve':
      if (state === 'returned') return err('lifecycle.illegal');
      return ok(state === 'review' ? 'recorded' : state);
    case 'return':
      return state === 'review' || state === 'returned' ? ok('returned') : err('lifecycle.illegal');
    case 'receipt':
      // A receipt may come by courier while the packet is held or still queued here; and of one that came back from a
      // second copy into its review the center may have been sent long ago.
      return ok(isReceived(state) ? state : 'received');
    case 'accepted':
    case 'rejected':
    case 'duplicate':
      return applyOutcome(state, event);
    case 'superseded':
      // `held`: its bytes cannot be read and the resident came again; `returned`: it never went, and the resident came
      // again. What the center accepted or is still to get stays.
      if (state === 'held' || state === 'returned' || state === 'received' || state === 'rejected')
        return ok('superseded');
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
