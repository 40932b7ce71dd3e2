import { unreachable } from '../../app/result.ts';
import type { LinkCause, LinkState } from '../../app/sync/link.ts';

export interface LinkView {
  readonly state: LinkState;
  readonly cause: LinkCause | null;
  /** When state or cause last changed; null before the first contact. */
  readonly since: number | null;
}

export type LinkEvent =
  /** A pulse came back with a valid signature. */
  | { readonly type: 'pulse'; readonly rttMs: number; readonly paused: boolean }
  /** A signed call was answered as ours. */
  | { readonly type: 'answered' }
  | { readonly type: 'failed'; readonly cause: LinkCause }
  /** The center asked to wait. */
  | { readonly type: 'paused' }
  /** The wait is over. */
  | { readonly type: 'resumed' }
  /** Nothing of this station's will pass: it is not welcome, or its time or the certificate's dates are wrong. */
  | { readonly type: 'denied'; readonly cause: 'notAllowed' | 'clock' };

export const UNKNOWN_LINK: LinkView = { state: 'unknown', cause: null, since: null };

/** Two bounds, so that a link near one of them does not flicker. */
const SLOW_RTT_MS = 2_500;
const QUICK_RTT_MS = 1_500;

export function nextLink(link: LinkView, event: LinkEvent, now: number): LinkView {
  switch (event.type) {
    case 'pulse': {
      const slow = event.rttMs >= (link.state === 'slow' ? QUICK_RTT_MS : SLOW_RTT_MS);
      return moved(link, slow ? 'slow' : 'online', event.paused ? 'paused' : null, now);
    }
    case 'answered':
      return moved(
        link,
        link.state === 'slow' ? 'slow' : 'online',
        link.cause === 'paused' ? 'paused' : null,
        now,
      );
    case 'failed':
      return moved(link, 'offline', event.cause, now);
    case 'paused':
      return moved(link, link.state === 'slow' ? 'slow' : 'online', 'paused', now);
    case 'resumed':
      return link.cause === 'paused' ? moved(link, link.state, null, now) : link;
    case 'denied':
      return moved(link, 'offline', event.cause, now);
    default:
      return unreachable(event);
  }
}

function moved(link: LinkView, state: LinkState, cause: LinkCause | null, now: number): LinkView {
  return link.state === state && link.cause === cause ? link : { state, cause, since: now };
}
