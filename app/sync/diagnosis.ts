import type { LinkState } from './link.ts';
import { LINK_CAUSES, type LinkCause } from './link.ts';
import type { PacketDetail } from '../ipc/outbox.ts';

/**
 * Problems of a packet's attempts as people understand them, beside the causes of the link. late: of a station that was
 * taken over, recorded after that · damaged: on the way · busy:
 * the center is just taking it over another way · resent: the center had lost it · receipt: one came that does not hold
 */
export const PROBLEM_KINDS = [
  'damaged',
  'busy',
  'refused',
  'tooLarge',
  'conflict',
  'late',
  'unreadable',
  'resent',
  'receipt',
  'other',
] as const;
export type ProblemKind = (typeof PROBLEM_KINDS)[number] | LinkCause;

const KIND_OF: Readonly<Record<string, ProblemKind>> = {
  'packet-hash': 'damaged',
  'upload-locked': 'busy',
  'upload-exists': 'busy',
  'upload-offset': 'busy',
  'manifest-invalid': 'refused',
  'recipient-unknown': 'refused',
  'request-invalid': 'refused',
  'packet-too-large': 'tooLarge',
  'manifest-conflict': 'conflict',
  'manifest-late': 'late',
  mismatched: 'conflict',
  'sealed-bytes': 'unreadable',
  missing: 'resent',
  'receipt-invalid': 'receipt',
  'clock-skew': 'clock',
  'signature-invalid': 'notAllowed',
  'station-unknown': 'notAllowed',
  'station-revoked': 'notAllowed',
  internal: 'centerError',
  'packet-unknown': 'centerError',
  'nonce-replayed': 'centerError',
  'upload-circles': 'centerError',
  'offset-beyond': 'centerError',
  'answer-schema': 'centerError',
  'not-json': 'captivePortal',
};

/** @param problem an outbox entry's last problem */
export function problemKind(problem: string): ProblemKind {
  const cause = LINK_CAUSES.find((name) => name === problem);
  if (cause !== undefined) return cause;
  const known = KIND_OF[problem];
  if (known !== undefined) return known;
  const status = Number(/^http-(\d{3})$/.exec(problem)?.[1] ?? Number.NaN);
  if (Number.isNaN(status)) return 'other';
  return status < 400 || status === 407 || status === 511 ? 'captivePortal' : 'centerError';
}

/** Where a packet stands, and why it stands there. */
export const STANDS = [
  'queued',
  'failed',
  'linkDown',
  'paused',
  'closed',
  'review',
  'returned',
  'sending',
  'held',
  'replaced',
  'received',
  'rejected',
  'duplicate',
  'over',
] as const;
export type Stand = (typeof STANDS)[number];

/** What happens or is to be done next. */
export const NEXT_STEPS = [
  'byItself',
  'atAttempt',
  'whenLinked',
  'whenAllowed',
  'atHours',
  'look',
  'decide',
  'callCenter',
  'recordAnew',
  'amend',
  'match',
  'awaitVerdict',
  'nothing',
] as const;
export type NextStep = (typeof NEXT_STEPS)[number];

export interface Surroundings {
  readonly link: LinkState;
  readonly cause: LinkCause | null;
  /** The supervisor's hours forbid packets now. */
  readonly isClosed: boolean;
  readonly now: number;
}

/** What a supervisor is told about one packet. */
export function diagnose(
  { row, successor }: Pick<PacketDetail, 'row' | 'successor'>,
  around: Surroundings,
): { readonly stand: Stand; readonly next: NextStep } {
  switch (row.state) {
    case 'recorded':
      return whileWaiting(row, around);
    case 'review':
      return { stand: 'review', next: 'look' };
    case 'returned':
      if (successor !== null) return { stand: 'replaced', next: 'nothing' };
      return { stand: 'returned', next: row.task ? 'recordAnew' : 'amend' };
    case 'sending':
      return { stand: 'sending', next: 'byItself' };
    case 'held':
      if (row.holdReason === 'person') return { stand: 'held', next: 'decide' };
      if (row.holdReason !== 'unreadable') return { stand: 'held', next: 'callCenter' };
      return successor === null
        ? { stand: 'held', next: 'recordAnew' }
        : { stand: 'replaced', next: 'nothing' };
    case 'received':
      return { stand: 'received', next: 'awaitVerdict' };
    case 'rejected':
      if (successor !== null) return { stand: 'replaced', next: 'nothing' };
      return { stand: 'rejected', next: row.outcome?.remedy === 'recapture' ? 'recordAnew' : 'amend' };
    case 'duplicate':
      // Nobody's work only once a person has seen to it.
      return row.task ? { stand: 'duplicate', next: 'match' } : { stand: 'over', next: 'nothing' };
    default:
      return { stand: 'over', next: 'nothing' };
  }
}

function whileWaiting(row: PacketDetail['row'], around: Surroundings): { stand: Stand; next: NextStep } {
  if (around.link === 'offline' || around.link === 'unknown')
    return { stand: 'linkDown', next: 'whenLinked' };
  if (around.cause === 'paused') return { stand: 'paused', next: 'whenAllowed' };
  if (around.isClosed) return { stand: 'closed', next: 'atHours' };
  if (row.attempts === 0) return { stand: 'queued', next: 'byItself' };
  const at = row.nextAttemptAt === null ? 0 : Date.parse(row.nextAttemptAt);
  return { stand: 'failed', next: at > around.now ? 'atAttempt' : 'byItself' };
}
