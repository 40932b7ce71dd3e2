import type { HoldReason } from '../../app/enrollment/lifecycle.ts';
import { unreachable } from '../../app/result.ts';
import type { LinkCause } from '../../app/sync/link.ts';
import { PROBLEM_MEDIA_TYPE, PROBLEMS, problemName, type ProblemName } from '../../app/sync/problems.ts';
import { parseRetryAfter, PAUSE_DEFAULT_MS } from '../../app/sync/retry.ts';
import { TransportFailure } from './api.ts';

/** What a failed exchange means for the station. */
export type Verdict =
  /** Try again by the backoff. `cause` names trouble of the link; null when the center itself answered so. */
  | { readonly kind: 'retry'; readonly problem: string; readonly cause: LinkCause | null }
  /** The center asks everybody of us to wait. `isNamed`: the time is its own, and so is the slot at its end. */
  | Pause
  /** This packet waits for a person; the others flow. */
  | { readonly kind: 'hold'; readonly problem: string; readonly reason: HoldReason }
  /** No call of this station will pass until somebody acts. */
  | { readonly kind: 'station'; readonly problem: string }
  /** The next pulse mends it. */
  | { readonly kind: 'clock'; readonly problem: string }
  /** A defect in the call itself. */
  | { readonly kind: 'request'; readonly problem: string }
  /** Ask for the offset and go on from there. */
  | { readonly kind: 'offset'; readonly problem: string };

export interface Pause {
  readonly kind: 'pause';
  readonly problem: string;
  readonly retryAfterMs: number;
  readonly isNamed: boolean;
}

/** Thrown inside main/sync for every answer that is not the wanted one. */
export class CallFailure extends Error {
  readonly verdict: Verdict;

  constructor(verdict: Verdict) {
    super(verdict.problem);
    this.name = 'CallFailure';
    this.verdict = verdict;
  }
}

/** Something else answers in the center's place, or our center answers what it never should. */
export function notOurs(cause: 'captivePortal' | 'centerError', problem: string): CallFailure {
  return new CallFailure({ kind: 'retry', problem, cause });
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The verdict on an answer that is not a success. @param now for Retry-After dates without a Date header */
export function refusal(answer: Answer, now: number): CallFailure {
  const date = Date.parse(answer.headers['date'] ?? '');
  const retryAfter = parseRetryAfter(answer.headers['retry-after'], Number.isNaN(date) ? now : date);
  const name = listedProblem(answer);
  return new CallFailure(name === null ? unlisted(answer.status, retryAfter) : listed(name, retryAfter));
}

/** The verdict on whatever an exchange threw; null for errors that are no exchange's (a defect, a full disk). */
export function verdictOf(error: unknown): Verdict | null {
  if (error instanceof CallFailure) return error.verdict;
  if (error instanceof TransportFailure)
    return { kind: 'retry', problem: error.linkCause, cause: error.linkCause };
  return null;
}

function listedProblem(answer: Answer): ProblemName | null {
  if (!(answer.headers['content-type'] ?? '').startsWith(PROBLEM_MEDIA_TYPE)) return null;
  try {
    return problemName(JSON.parse(answer.text));
  } catch {
    return null;
  }
}

function listed(name: ProblemName, retryAfter: number | null): Verdict {
  const does = PROBLEMS[name].does;
  switch (does) {
    case 'hold':
      return { kind: 'hold', problem: name, reason: holdReason(name) };
    case 'station':
      return { kind: 'station', problem: name };
    case 'request':
      return { kind: 'request', problem: name };
    case 'offset':
      return { kind: 'offset', problem: name };
    case 'retry':
      if (name === 'clock-skew') return { kind: 'clock', problem: name };
      // Retry-After of a locked upload speaks of that packet alone.
      if (name === 'rate-limited' || name === 'overloaded' || name === 'storage-full') {
        return paused(name, retryAfter);
      }
      return { kind: 'retry', problem: name, cause: PROBLEMS[name].status >= 500 ? 'centerError' : null };
    default:
      return unreachable(does);
  }
}

function unlisted(status: number, retryAfter: number | null): Verdict {
  const problem = `http-${status}`;
  if (status === 429 || status === 503) return paused(problem, retryAfter);
  // 407 and 511 are a proxy or a portal asking for a login.
  const portal = status < 400 || status === 407 || status === 511;
  return { kind: 'retry', problem, cause: portal ? 'captivePortal' : 'centerError' };
}

function paused(problem: string, retryAfter: number | null): Pause {
  return {
    kind: 'pause',
    problem,
    retryAfterMs: retryAfter ?? PAUSE_DEFAULT_MS,
    isNamed: retryAfter !== null,
  };
}

function holdReason(name: ProblemName): HoldReason {
  if (name === 'packet-too-large') return 'tooLarge';
  return name === 'manifest-conflict' ? 'conflict' : 'refused';
}
