import type { LinkCause } from '../../app/sync/link.ts';
import {
  DENIED_BACKOFF,
  fullJitter,
  PACE_CAP_MS,
  PULSE_BACKOFF,
  untilDeadline,
} from '../../app/sync/retry.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { Clock, Random, Transport } from './api.ts';
import { verdictOf } from './classify.ts';
import { nextLink, UNKNOWN_LINK, type LinkEvent, type LinkView } from './link.ts';
import type { SyncLog } from './log.ts';
import { takePulse } from './pulse.ts';

/** Between two pulses while the link is good and nothing else tells of it: 30 to 60 seconds. */
const PULSE_EVERY_MS = 30_000;
/** While we wait for a slot, the link's state may be so old. */
const LONGEST_SILENCE_MS = 5 * 60_000;
const SHORTEST_WAIT_MS = 250;
const SHORTEST_PAUSE_MS = 1_000;
/** A smaller change of the offset is the link's own unevenness: not worth a write. */
const OFFSET_STEP_MS = 500;
/** A change this large is told: somebody set the clock, or its battery is flat. */
const CLOCK_JUMP_MS = 60_000;
/** Shorter than this, an outage was our own link's: nobody else comes back at the same moment. */
const HERD_OUTAGE_MS = 30_000;
const HERD_SPREAD_MS = 30_000;
const LONGEST_REST_MS = 10 * 60_000;

/** open: work may go out · resting: not yet, of our own accord · the rest as people see the link. */
export type Gate = 'open' | 'resting' | 'paused' | 'offline' | 'denied';

export interface ContactDeps {
  readonly store: Remote<Pick<StoreApi, 'station' | 'outages'>>;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly receiptKeyX: string;
  readonly nonce: () => string;
  readonly log: SyncLog;
  readonly changed: () => void;
}

/** Owner of what is known about the center right now: link, clock offset, pace, outage. One at a time per engine. */
export class Contact {
  readonly #deps: ContactDeps;
  #isLoaded = false;
  #link: LinkView = UNKNOWN_LINK;
  #offsetMs: number | null = null;
  #maxConcurrent = 1;
  #accepting = true;
  /** The center's slot for us, by the station's clock. */
  #notBefore = 0;
  /** How long the pause under way is in all: more than that left means that the clock here was put back. */
  #pauseMs = 0;
  /** A slot that was waited for is good until work has gone out in it; else each pulse would move it on. */
  #slotUnused = false;
  #restUntil = 0;
  #failures = 0;
  #denials = 0;
  #deniedUntil = 0;
  #nextPulseAt = 0;
  #suspectSince: number | null = null;
  /** At start a former run's outage may be open still. */
  #outage: 'unknown' | 'none' | 'open' = 'unknown';
  #outageAt = 0;
  #probe: Promise<boolean> | null = null;

  constructor(deps: ContactDeps) {
    this.#deps = deps;
  }

  /** What the last run learnt; once. */
  async load(): Promise<void> {
    if (this.#isLoaded) return;
    const stored = await this.#deps.store.station.setting('clockOffset');
    if (stored !== null && Number.isFinite(Number(stored))) this.#offsetMs = Number(stored);
    this.#isLoaded = true;
  }

  get link(): LinkView {
    return this.#link;
  }

  get clockOffsetMs(): number | null {
    return this.#offsetMs;
  }

  get maxConcurrent(): number {
    return this.#maxConcurrent;
  }

  get isReachable(): boolean {
    return this.#link.state === 'online' || this.#link.state === 'slow';
  }

  /** Manual skips our own rest after an outage and the backoff after a denial, never the center's wait. */
  gate(manual: boolean): Gate {
    const now = this.#deps.clock.now();
    if (this.#link.cause === 'notAllowed') {
      return manual || untilDeadline(this.#deniedUntil, now, DENIED_BACKOFF.capMs) === 0 ? 'open' : 'denied';
    }
    if (!this.isReachable) return 'offline';
    if (!this.#accepting || this.#pauseLeft(now) > 0) return 'paused';
    if (this.#link.cause === 'paused') this.#on({ type: 'resumed' });
    return !manual && untilDeadline(this.#restUntil, now, LONGEST_REST_MS) > 0 ? 'resting' : 'open';
  }

  /** By hand the backoff is passed over, the center's wait is not. */
  pulseIsDue(manual: boolean): boolean {
    const now = this.#deps.clock.now();
    return this.#pulseLeft(now) === 0 || (manual && this.#pauseLeft(now) === 0);
  }

  /** Milliseconds until something here changes by itself: a pulse, a slot, the end of a rest. */
  untilNext(): number {
    const now = this.#deps.clock.now();
    const others: number[] = [];
    const paused = this.#pauseLeft(now);
    if (this.#accepting && paused > 0) others.push(paused);
    const resting = untilDeadline(this.#restUntil, now, LONGEST_REST_MS);
    if (resting > 0) others.push(resting);
    if (this.#link.cause === 'notAllowed')
      others.push(untilDeadline(this.#deniedUntil, now, DENIED_BACKOFF.capMs));
    return Math.min(this.#pulseLeft(now), ...others);
  }

  /** One pulse at a time; who asks meanwhile gets the same answer. True when the center answered with a valid one. */
  probe(signal: AbortSignal): Promise<boolean> {
    this.#probe ??= this.#pulse(signal).finally(() => {
      this.#probe = null;
    });
    return this.#probe;
  }

  /** A signed call was answered as ours. */
  answered(): void {
    const now = this.#deps.clock.now();
    if (this.#pauseLeft(now) === 0) this.#slotUnused = false;
    this.#denials = 0;
    this.#suspectSince = null;
    // Real traffic tells as much about the link as a pulse would; only a pulse ends an outage.
    this.#nextPulseAt = this.#outage === 'open' ? now : this.#laterPulse(now);
    this.#on({ type: 'answered' });
  }

  /** Something on the link broke: the first moment of an outage, should the next pulse fail too. */
  suspect(): void {
    this.#suspectSince ??= this.#deps.clock.now();
  }

  /** The center refused for now. */
  pause(retryAfterMs: number): void {
    const now = this.#deps.clock.now();
    // Even a center that says zero has just refused.
    const until = now + Math.min(Math.max(retryAfterMs, SHORTEST_PAUSE_MS), PACE_CAP_MS);
    const before = this.#pauseLeft(now) > 0 ? this.#notBefore : now;
    this.#pauseUntil(Math.max(before, until), now);
    this.#slotUnused = true;
    this.#on({ type: 'paused' });
  }

  /** Our own forbearance with a center in trouble; a sync by hand passes over it. */
  rest(ms: number): void {
    this.#restUntil = this.#deps.clock.now() + Math.min(Math.max(ms, 1_000), LONGEST_REST_MS);
  }

  async denied(problem: string): Promise<void> {
    const now = this.#deps.clock.now();
    this.#denials += 1;
    this.#deniedUntil = now + Math.max(1_000, fullJitter(this.#denials, this.#deps.random(), DENIED_BACKOFF));
    this.#deps.log.error('sync.denied', { problem });
    this.#on({ type: 'denied' });
    await this.#outageBegan(now, 'notAllowed');
  }

  async #pulse(signal: AbortSignal): Promise<boolean> {
    const { clock, log } = this.#deps;
    try {
      const { pulse, rttMs, offsetMs } = await takePulse(this.#deps, signal);
      const now = clock.now();
      this.#failures = 0;
      this.#suspectSince = null;
      this.#maxConcurrent = pulse.pace.maxConcurrent;
      this.#accepting = pulse.accepting;
      if (pulse.pace.retryAfterMs > 0 && !this.#slotUnused && this.#pauseLeft(now) === 0) {
        this.#pauseUntil(now + Math.min(pulse.pace.retryAfterMs, PACE_CAP_MS), now);
        this.#slotUnused = true;
      }
      // Whoever asks again before its slot only stands in the center's queue twice.
      const slot = Math.min(this.#pauseLeft(now), LONGEST_SILENCE_MS);
      this.#nextPulseAt = this.#laterPulse(now + slot);
      const paused = !this.#accepting || this.#pauseLeft(now) > 0;
      this.#on({ type: 'pulse', rttMs, paused });
      await this.#learnOffset(offsetMs);
      await this.#outageEnded(now, pulse.pace.retryAfterMs > 0);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      const verdict = verdictOf(error);
      if (verdict === null) throw error;
      if (verdict.kind === 'pause') {
        // It answers, only not now: no outage, and no pulse before the time it named.
        this.pause(verdict.retryAfterMs);
        this.#nextPulseAt = Math.max(this.#notBefore, clock.now() + SHORTEST_WAIT_MS);
        return false;
      }
      await this.#lost(verdict.kind === 'retry' && verdict.cause !== null ? verdict.cause : 'centerError');
      log.warn('sync.pulse', { problem: verdict.problem, failures: this.#failures });
      return false;
    }
  }

  async #lost(cause: LinkCause): Promise<void> {
    const { clock, random } = this.#deps;
    const now = clock.now();
    this.#failures += 1;
    this.#nextPulseAt = now + Math.max(SHORTEST_WAIT_MS, fullJitter(this.#failures, random(), PULSE_BACKOFF));
    this.#on({ type: 'failed', cause });
    await this.#outageBegan(this.#suspectSince ?? now, cause);
  }

  async #outageBegan(at: number, cause: LinkCause): Promise<void> {
    if (this.#outage === 'open') return;
    await this.#deps.store.outages.began(at, cause);
    this.#outage = 'open';
    this.#outageAt = at;
    this.#deps.log.warn('sync.outage.began', { cause });
  }

  async #outageEnded(now: number, spreadByCenter: boolean): Promise<void> {
    if (this.#outage === 'none' || this.#link.cause === 'notAllowed') return;
    await this.#deps.store.outages.ended(now);
    const lasted = this.#outage === 'open' ? now - this.#outageAt : 0;
    if (this.#outage === 'open') this.#deps.log.info('sync.outage.ended', { lastedMs: lasted });
    this.#outage = 'none';
    // Thousands of stations see the center come back at the same moment (G7).
    if (!spreadByCenter && lasted >= HERD_OUTAGE_MS) {
      this.#restUntil = now + Math.floor(this.#deps.random() * HERD_SPREAD_MS);
    }
  }

  async #learnOffset(offsetMs: number): Promise<void> {
    const before = this.#offsetMs;
    if (before !== null && Math.abs(offsetMs - before) < OFFSET_STEP_MS) return;
    if (
      before === null ? Math.abs(offsetMs) >= CLOCK_JUMP_MS : Math.abs(offsetMs - before) >= CLOCK_JUMP_MS
    ) {
      this.#deps.log.warn('sync.clock.jump', { beforeMs: before, offsetMs });
    }
    this.#offsetMs = offsetMs;
    await this.#deps.store.station.set('clockOffset', String(offsetMs));
    this.#deps.changed();
  }

  #pauseLeft(now: number): number {
    return untilDeadline(this.#notBefore, now, this.#pauseMs);
  }

  #pulseLeft(now: number): number {
    return untilDeadline(this.#nextPulseAt, now, this.#pauseLeft(now) + 2 * PULSE_EVERY_MS);
  }

  #pauseUntil(at: number, now: number): void {
    this.#notBefore = at;
    this.#pauseMs = at - now;
  }

  #laterPulse(now: number): number {
    return now + PULSE_EVERY_MS + Math.floor(this.#deps.random() * PULSE_EVERY_MS);
  }

  #on(event: LinkEvent): void {
    const before = this.#link;
    this.#link = nextLink(before, event, this.#deps.clock.now());
    if (this.#link === before) return;
    this.#deps.log.info('sync.link', { state: this.#link.state, cause: this.#link.cause });
    this.#deps.changed();
  }
}
