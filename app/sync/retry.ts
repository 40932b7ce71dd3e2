/** Full-jitter backoff: a random wait between 0 and min(cap, base × 2^(attempts − 1)), so that stations never march in step. */
export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

export const PACKET_BACKOFF: Backoff = { baseMs: 2_000, capMs: 10 * 60_000 };
/** The pulse is tiny; a station should notice the center's return within half a minute or so. */
export const PULSE_BACKOFF: Backoff = { baseMs: 1_000, capMs: 30_000 };
/** News, reference and reconcile: nobody waits for them at the desk. */
export const CHORE_BACKOFF: Backoff = { baseMs: 5_000, capMs: 10 * 60_000 };
/** After a refusal of the whole station: only a person at the center can change it. */
export const DENIED_BACKOFF: Backoff = { baseMs: 60_000, capMs: 15 * 60_000 };

/** Longest wait that an answer can impose, so that one wrong number at the center cannot silence a station for days. */
export const PACE_CAP_MS = 6 * 60 * 60_000;
/** When the center asks to wait without saying how long. */
export const PAUSE_DEFAULT_MS = 30_000;

/**
 * @param attempts failed attempts so far, at least 1
 * @param random a number in [0, 1)
 * @returns milliseconds
 */
export function fullJitter(attempts: number, random: number, backoff: Backoff): number {
  const ceiling = Math.min(backoff.capMs, backoff.baseMs * 2 ** Math.min(attempts - 1, 30));
  return Math.floor(random * ceiling);
}

/** Date.parse alone reads `-5`, `1.5` and `soon 5` as days of 2001. These are the forms that name their zone (RFC 9110 § 5.6.7). */
const HTTP_DATE = /^[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Retry-After (RFC 9110 § 10.2.3), seconds or an HTTP date, as milliseconds from now, at most PACE_CAP_MS; null when
 * absent or unreadable.
 * @param now milliseconds since the epoch by the center's clock: a date in the header is the center's
 */
export function parseRetryAfter(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, PACE_CAP_MS);
  const at = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - now), PACE_CAP_MS);
}

/**
 * Milliseconds until a deadline that lies at most `longest` ahead. One further ahead was set before the clock here
 * was put back (a flat battery, a person), so it counts as reached.
 */
export function untilDeadline(at: number, now: number, longest: number): number {
  const wait = at - now;
  return wait > longest ? 0 : Math.max(0, wait);
}
