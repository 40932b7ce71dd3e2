import type { LinkCause } from '../../app/sync/link.ts';
import { DENIED_BACKOFF, fullJitter, PACE_CAP_MS, PULSE_BACKOFF } from '../../app/sync/retry.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { Clock, Random, Transport } from './api.ts';
import type { CenterKeys } from './center-keys.ts';
import { verdictOf, type Pause } from './classify.ts';
import { nextLink, UNKNOWN_LINK, type LinkEvent, type LinkView } from './link.ts';
import type { SyncLog } from './log.ts';
import { takePulse } from './pulse.ts';

/** Between two pulses while the link is good and nothing else tells of it: 30 to 60 seconds. */
const PULSE_EVERY_MS = 30_000;
/** A line that flaps is back in a moment: so many pulses follow close on each other before the backoff grows. */
const EAGER_PULSES = 4;
/** So old may the link's state be while we wait for a slot, and pace and time while packets go. */
const LONGEST_SILENCE_MS = 5 * 60_000;
const SHORTEST_WAIT_MS = 250;
const SHORTEST_PAUSE_MS = 1_000;
/** A smaller change of the offset is the link's own unevenness: not worth a write. */
const OFFSET_STEP_MS = 500;
/** A change this large is told: somebody set the clock, or its battery is flat. */
const CLOCK_JUMP_MS = 60_000;
/** Shorter than this, an outage was our own link's: nobody else comes back at the same moment. */
const HERD_OUTAGE_MS = 30_000;
const HERD_SPREAD_MS = 45_000;
const LONGEST_REST_MS = 10 * 60_000;

/** open: work may go out · resting: not yet, of our own accord · the rest as people see the link. */
export type Gate = 'open' | 'resting' | 'paused' | 'offline' | 'denied';

export interface ContactDeps {
  readonly store: Remote<Pick<StoreApi, 'station' | 'outages'>>;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly keys: Pick<CenterKeys, 'x' | 'query' | 'follow'>;
  readonly nonce: () => string;
  readonly log: SyncLog;
  readonly changed: () => void;
}

/**
 * Owner of what is known about the center right now: link, clock offset, pace, outage. One at a time per engine. Its
 * deadlines are moments of `elapsed`: a clock set here neither shortens the center's wait nor makes a station silent.
 */
export class Contact {
  readonly #deps: ContactDeps;
  #isLoaded = false;
  #link: LinkView = UNKNOWN_LINK;
  #offsetMs: number | null = null;
  /** The center's time at the zero of `elapsed`. */
  #pulseMoment: number | null = null;
  #pulses = 0;
  #maxConcurrent = 1;
  #accepting = true;
  /** The center's slot for us. */
  #notBefore = 0;
  /** A slot that was waited for is good until work has gone out in it; else each pulse would move it on. */
  #slotUnused = false;
  #restUntil = 0;
  #failures = 0;
  /** Until a signed call is answered, or the link itself fails. */
  #isDenied = false;
  #denials = 0;
  #deniedUntil = 0;
  #nextPulseAt = 0;
  #pulsedAt = 0;
  #carriedAt = 0;
  /** By the station's clock, as outages are told. */
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

  /** Verified in this run. */
  get pulses(): number {
    return this.#pulses;
  }

  /**
   * The center's time, rather too early than too late; null before the first pulse of this run. Two reckonings, of
   * which one is right: by the clock here, which somebody may just have set, and by what has passed since the pulse,
   * which stands still while the PC sleeps.
   */
  centerTimeAtLeast(): number | null {
    const { clock } = this.#deps;
    if (this.#offsetMs === null || this.#pulseMoment === null) return null;
    return Math.min(clock.now() + this.#offsetMs, this.#pulseMoment + clock.elapsed());
  }

  get maxConcurrent(): number {
    return this.#maxConcurrent;
  }

  get isReachable(): boolean {
    return this.#link.state === 'online' || this.#link.state === 'slow';
  }

  /** Manual skips our own rest after an outage and the backoff after a denial, never the center's wait. */
  gate(manual: boolean): Gate {
    const isDenied = this.#isDenied;
    if (isDenied && !manual && this.#left(this.#deniedUntil) > 0) return 'denied';
    if (!isDenied && !this.isReachable) return 'offline';
    // Who was refused may ask again, but no sooner than the center takes anybody.
    if (!this.#accepting || this.#left(this.#notBefore) > 0) return 'paused';
    if (isDenied) return 'open';
    if (this.#link.cause === 'paused') this.#on({ type: 'resumed' });
    return !manual && this.#left(this.#restUntil) > 0 ? 'resting' : 'open';
  }

  /** By hand the backoff is passed over, the center's wait is not. */
  pulseIsDue(manual: boolean): boolean {
    return this.#left(this.#nextPulseAt) === 0 || (manual && this.#left(this.#notBefore) === 0);
  }

  /** Milliseconds until something here changes by itself: a pulse, a slot, the end of a rest. */
  untilNext(): number {
    const others: number[] = [];
    const paused = this.#left(this.#notBefore);
    if (this.#accepting && paused > 0) others.push(paused);
    const resting = this.#left(this.#restUntil);
    if (resting > 0) others.push(resting);
    if (this.#isDenied) others.push(this.#left(this.#deniedUntil));
    return Math.min(this.#left(this.#nextPulseAt), ...others);
  }

  /**
   * One pulse at a time; who asks meanwhile gets the same answer. True when the center answered with a valid one, or
   * when its answer was only late because packets fill the link.
   */
  probe(signal: AbortSignal): Promise<boolean> {
    this.#probe ??= this.#pulse(signal).finally(() => {
      this.#probe = null;
    });
    return this.#probe;
  }

  /** While the PC slept the clock went on: the next pulse is due, but for the center's wait. */
  slept(): void {
    this.#nextPulseAt = this.#notBefore;
  }

  /** A signed call was answered as ours. */
  answered(): void {
    if (this.#left(this.#notBefore) === 0) this.#slotUnused = false;
    this.#isDenied = false;
    this.#denials = 0;
    this.#suspectSince = null;
    // Real traffic tells as much about the link as a pulse would, not about pace and time; only a pulse ends an outage.
    const next = Math.min(this.#laterPulse(0), this.#pulsedAt + LONGEST_SILENCE_MS);
    this.#nextPulseAt = this.#outage === 'open' ? 0 : next;
    this.#on({ type: 'answered' });
  }

  /** Bytes of a packet went out: the link carries, however long a small answer takes behind them. */
  carried(): void {
    this.#carriedAt = this.#after(0);
  }

  /** Something on the link broke: the first moment of an outage, should the next pulse fail too. */
  suspect(): void {
    this.#suspectSince ??= this.#deps.clock.now();
  }

  /** The center refused for now. */
  pause({ retryAfterMs, isNamed }: Pick<Pause, 'retryAfterMs' | 'isNamed'>): void {
    // Even a center that says zero has just refused.
    const until = this.#after(Math.min(Math.max(retryAfterMs, SHORTEST_PAUSE_MS), PACE_CAP_MS));
    this.#notBefore = Math.max(this.#notBefore, until);
    // A wait of our own choice is no turn in the center's queue.
    if (isNamed) this.#slotUnused = true;
    if (!this.#isDenied) this.#on({ type: 'paused' });
  }

  /** Our own forbearance with a center in trouble; a sync by hand passes over it. */
  rest(ms: number): void {
    this.#restUntil = this.#after(Math.min(Math.max(ms, 1_000), LONGEST_REST_MS));
  }

  /** Nothing of ours will pass until somebody acts; asked again now and then. */
  async denied(problem: string, cause: 'notAllowed' | 'clock' = 'notAllowed'): Promise<void> {
    this.#isDenied = true;
    this.#denials += 1;
    this.#deniedUntil = this.#after(
      Math.max(1_000, fullJitter(this.#denials, this.#deps.random(), DENIED_BACKOFF)),
    );
    this.#deps.log.error('sync.denied', { problem });
    this.#on({ type: 'denied', cause });
    await this.#outageBegan(this.#deps.clock.now(), cause);
  }

  async #pulse(signal: AbortSignal): Promise<boolean> {
    const { log } = this.#deps;
    const startedAt = this.#after(0);
    try {
      const { pulse, rttMs, offsetMs } = await takePulse(this.#deps, signal);
      this.#failures = 0;
      this.#suspectSince = null;
      this.#pulsedAt = this.#after(0);
      this.#maxConcurrent = pulse.pace.maxConcurrent;
      this.#accepting = pulse.accepting;
      if (pulse.pace.retryAfterMs > 0 && !this.#slotUnused) {
        const slot = this.#after(Math.min(pulse.pace.retryAfterMs, PACE_CAP_MS));
        this.#notBefore = Math.max(this.#notBefore, slot);
        this.#slotUnused = true;
      }
      // Whoever asks again before its slot only stands in the center's queue twice.
      this.#nextPulseAt = this.#laterPulse(Math.min(this.#left(this.#notBefore), LONGEST_SILENCE_MS));
      const paused = !this.#accepting || this.#left(this.#notBefore) > 0;
      // A pulse is unsigned by us: it says nothing about whether what we sign is welcome.
      if (!this.#isDenied) this.#on({ type: 'pulse', rttMs, paused });
      await this.#learnOffset(offsetMs);
      await this.#outageEnded(pulse.pace.retryAfterMs > 0);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      const verdict = verdictOf(error);
      if (verdict === null) throw error;
      if (verdict.kind === 'pause') {
        // It answers, only not now: no outage, and no pulse before the time it named.
        this.pause(verdict);
        this.#nextPulseAt = Math.max(this.#notBefore, this.#after(SHORTEST_WAIT_MS));
        return false;
      }
      if (verdict.problem === 'timeout' && this.#carriedAt > startedAt && this.isReachable) {
        this.#nextPulseAt = this.#laterPulse(0);
        log.warn('sync.pulse', { problem: 'late', failures: this.#failures });
        return true;
      }
      await this.#lost(verdict.kind === 'retry' && verdict.cause !== null ? verdict.cause : 'centerError');
      log.warn('sync.pulse', { problem: verdict.problem, failures: this.#failures });
      return false;
    }
  }

  async #lost(cause: LinkCause): Promise<void> {
    const { clock, random } = this.#deps;
    this.#isDenied = false;
    this.#failures += 1;
    this.#nextPulseAt = this.#after(
      Math.max(
        SHORTEST_WAIT_MS,
        fullJitter(Math.max(1, this.#failures - EAGER_PULSES), random(), PULSE_BACKOFF),
      ),
    );
    this.#on({ type: 'failed', cause });
    await this.#outageBegan(this.#suspectSince ?? clock.now(), cause);
  }

  async #outageBegan(at: number, cause: LinkCause): Promise<void> {
    if (this.#outage === 'open') return;
    await this.#deps.store.outages.began(at, cause);
    this.#outage = 'open';
    this.#outageAt = this.#after(0);
    this.#deps.log.warn('sync.outage.began', { cause });
  }

  async #outageEnded(spreadByCenter: boolean): Promise<void> {
    if (this.#outage === 'none' || this.#isDenied) return;
    await this.#deps.store.outages.ended(this.#deps.clock.now());
    const lasted = this.#outage === 'open' ? this.#after(0) - this.#outageAt : 0;
    if (this.#outage === 'open') this.#deps.log.info('sync.outage.ended', { lastedMs: Math.round(lasted) });
    this.#outage = 'none';
    // Thousands of stations see the center come back at the same moment (G7).
    if (!spreadByCenter && lasted >= HERD_OUTAGE_MS) {
      this.#restUntil = this.#after(Math.floor(this.#deps.random() * HERD_SPREAD_MS));
    }
  }

  async #learnOffset(offsetMs: number): Promise<void> {
    const { clock } = this.#deps;
    this.#pulseMoment = clock.now() + offsetMs - clock.elapsed();
    this.#pulses += 1;
    const before = this.#offsetMs;
    if (before !== null && Math.abs(offsetMs - before) < OFFSET_STEP_MS) return this.#deps.changed();
    if (
      before === null ? Math.abs(offsetMs) >= CLOCK_JUMP_MS : Math.abs(offsetMs - before) >= CLOCK_JUMP_MS
    ) {
      this.#deps.log.warn('sync.clock.jump', { beforeMs: before, offsetMs });
    }
    this.#offsetMs = offsetMs;
    await this.#deps.store.station.set('clockOffset', String(offsetMs));
    this.#deps.changed();
  }

  /** Milliseconds until a moment of `elapsed`. */
  #left(at: number): number {
    return Math.max(0, at - this.#deps.clock.elapsed());
  }

  #after(ms: number): number {
    return this.#deps.clock.elapsed() + ms;
  }

  /** @param ms not before so many milliseconds */
  #laterPulse(ms: number): number {
    return this.#after(ms + PULSE_EVERY_MS + Math.floor(this.#deps.random() * PULSE_EVERY_MS));
  }

  #on(event: LinkEvent): void {
    const before = this.#link;
    this.#link = nextLink(before, event, this.#deps.clock.now());
    if (this.#link === before) return;
    this.#deps.log.info('sync.link', { state: this.#link.state, cause: this.#link.cause });
    this.#deps.changed();
  }
}
