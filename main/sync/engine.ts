import { randomBytes, type KeyObject } from 'node:crypto';
import { RekamError } from '../../app/errors.ts';
import type { SyncSummary } from '../../app/ipc/status.ts';
import { fullJitter, PULSE_BACKOFF } from '../../app/sync/retry.ts';
import type { PacketId } from '../../app/ids.ts';
import { NO_LIMITS, type SyncLimits } from '../../app/sync/limits.ts';
import type { StationRecord } from '../store/api.ts';
import type { Clock, EngineState, Random, SyncEngine, Transport } from './api.ts';
import { alongside } from './beside.ts';
import { createCaller } from './call.ts';
import { CenterKeys } from './center-keys.ts';
import { Chores, GateClosed, type ChoreName } from './chores.ts';
import { Contact } from './contact.ts';
import { Drain, type DrainEnd, type DrainRun } from './drain.ts';
import { createErrands, type SyncStore } from './errands.ts';
import { Limits, localMinute } from './limits.ts';
import { reason } from '../log.ts';
import type { SyncLog } from './log.ts';
import { ManualSyncs, Tally } from './manual.ts';
import { Progress } from './progress.ts';
import type { ReceiptCheck } from './receipts.ts';
import { createSigner, type Signer } from './request-signature.ts';
import { systemClock } from './system-clock.ts';

export type { SyncStore } from './errands.ts';

export interface SyncEngineDeps {
  readonly store: SyncStore;
  readonly record: StationRecord;
  /** Ed25519 private key. */
  readonly stationKey: KeyObject;
  readonly transport: Transport;
  readonly log: SyncLog;
  readonly appVersion?: string;
  /** What the supervisor has set; default: nothing. */
  readonly limits?: SyncLimits;
  /** Minute of the day at the desk, of milliseconds since the epoch. Default: the PC's time zone. */
  readonly minuteOfDay?: (at: number) => number;
  /** Defaults: the PC's clock, Math.random, the system's random source. */
  readonly clock?: Clock;
  readonly random?: Random;
  readonly pulseNonce?: () => string;
  /** Default: RFC 9421 by the station's key. */
  readonly sign?: Signer;
  /** Default: the center's keys. */
  readonly checkReceipt?: ReceiptCheck;
}

/** Two cycles that nobody asked for are at least this far apart, whatever went wrong in the first. */
const SHORTEST_SLEEP_MS = 250;
const LONGEST_SLEEP_MS = 60_000;
/** The center's intake looks at a packet within seconds: its verdict is worth a question then. */
const OUTCOME_SOON_MS = 20_000;
/** Who was recorded is known at the office's other desk within a couple of minutes. */
const JOURNAL_SOON_MS = 5_000;
/** What is due right after a run over the outbox could not be taken in it: no hurry. */
const LEFT_OVER_MS = 1_000;

/** Small, and somebody waits for them: before the packets. */
const FIRST = ['takeover', 'outcomes', 'journal'] as const;
const LATER = ['reference', 'reconcile', 'purge'] as const;

/** The station's sync: one engine, one loop. It neither opens nor closes the transport. */
export function createSyncEngine(deps: SyncEngineDeps): SyncEngine {
  return new Engine(deps);
}

class Engine implements SyncEngine {
  readonly #deps: SyncEngineDeps;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #contact: Contact;
  readonly #progress: Progress;
  readonly #chores: Chores;
  readonly #errands: ReturnType<typeof createErrands>;
  readonly #drain: Drain;
  readonly #manuals: ManualSyncs;
  readonly #limits: Limits;
  /** Who waits for what the center says now. */
  #comparing: ((isDone: boolean) => void)[] = [];
  /** Places of those that a person wants tried now. */
  #asked: number[] = [];
  readonly #listeners = new Set<() => void>();
  #running: Promise<void> | null = null;
  #isStopping = false;
  /** Ends the cycle under way; a new one for each. */
  #cycle = new AbortController();
  #sleep = new AbortController();
  #isWoken = false;
  #isInTrouble = false;
  #isReferenceLoading = false;
  #isDraining = false;
  /** What takes long goes a little way only. */
  #isBrief = false;
  #faults = 0;

  constructor(deps: SyncEngineDeps) {
    const { store, record, transport, log } = deps;
    const { stationId } = record.activation;
    const clock = deps.clock ?? systemClock;
    const random = deps.random ?? Math.random;
    const now = () => clock.now();
    const changed = () => this.#changed();
    const nonce = deps.pulseNonce ?? (() => randomBytes(18).toString('base64url'));
    const keys = new CenterKeys({ store, now, log }, record.activation);
    const contact = new Contact({ store, transport, clock, random, keys, nonce, log, changed });
    const progress = new Progress(clock, changed);
    const sign = deps.sign ?? createSigner(stationId, deps.stationKey);
    const clockOffsetMs = () => contact.clockOffsetMs;
    const mayRepeat = () => contact.gate(true) === 'open';
    const call = createCaller({ transport, sign, now, clockOffsetMs, mayRepeat });
    const checkReceipt: ReceiptCheck = deps.checkReceipt ?? ((jws, packet) => keys.checkReceipt(jws, packet));
    this.#deps = deps;
    this.#clock = clock;
    this.#random = random;
    this.#contact = contact;
    this.#progress = progress;
    this.#manuals = new ManualSyncs(clock);
    this.#chores = new Chores({ contact, elapsed: () => clock.elapsed(), random, log });
    this.#errands = createErrands({
      ...{ store, now, log, record, stationKey: deps.stationKey },
      appVersion: deps.appVersion ?? '',
      centerTimeAtLeast: () => contact.centerTimeAtLeast(),
      isAwaited: () => !this.#isDraining && (this.#isBrief || this.#isWoken || this.#isManual),
      call: async (request) => {
        // A packet beside it may just have been refused.
        if (contact.gate(true) !== 'open') throw new GateClosed();
        const response = await call(request);
        if (response.status === 200) contact.answered();
        return response;
      },
    });
    const { minuteOfDay = localMinute } = deps;
    this.#limits = new Limits({ clock, clockOffsetMs, minuteOfDay }, deps.limits ?? NO_LIMITS);
    const { ceiling } = this.#limits;
    this.#drain = new Drain({ store, call, contact, clock, random, checkReceipt, progress, ceiling, log });
  }

  start(): void {
    this.#running ??= this.#loop();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#cycle.abort();
    this.#sleep.abort();
    await this.#running;
  }

  state(): EngineState {
    return {
      link: this.#contact.link,
      clockOffsetMs: this.#contact.clockOffsetMs,
      pulses: this.#contact.pulses,
      progress: this.#progress.view(),
      lastManual: this.#manuals.last,
      referenceLoading: this.#isReferenceLoading,
      limits: this.#limits.view(),
    };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  wake(): void {
    this.#isWoken = true;
    this.#chores.soon('takeover', 0);
    this.#sleep.abort();
  }

  syncNow(): Promise<SyncSummary> {
    if (this.#running === null || this.#isStopping)
      return Promise.reject(new RekamError('center.unreachable'));
    if (this.#manuals.current !== null) return Promise.reject(new RekamError('sync.running'));
    const { summary } = this.#manuals.begin();
    this.#progress.begin(true);
    this.wake();
    return summary;
  }

  cancel(): void {
    const manual = this.#manuals.current;
    if (manual === null) return;
    manual.isCancelled = true;
    this.#cycle.abort();
    this.wake();
  }

  slept(): void {
    this.#contact.slept();
    this.cancel();
    this.#cycle.abort();
    this.wake();
  }

  tryNow(place: number): void {
    if (!this.#asked.includes(place)) this.#asked.push(place);
    this.wake();
  }

  compareNow(): ReturnType<SyncEngine['compareNow']> {
    const compared = new Promise<boolean>((resolve) => this.#comparing.push(resolve));
    if (this.#running === null || this.#isStopping) this.#settleComparing(false);
    // A long queue is not waited for.
    else if (this.#isDraining) void this.#compare(this.#cycle.signal);
    this.wake();
    return compared.then((isDone) =>
      isDone ? { ended: 'done', cause: null } : { ended: 'offline', cause: this.#contact.link.cause },
    );
  }

  leave(packetId: PacketId): void {
    this.#drain.leave(packetId);
  }

  limit(limits: SyncLimits): void {
    this.#limits.change(limits);
    this.#changed();
    this.wake();
  }

  async #loop(): Promise<void> {
    while (!this.#isStopping) {
      this.#isWoken = false;
      this.#cycle = new AbortController();
      // Cancelled before the loop came round.
      if (this.#manuals.current?.isCancelled === true) this.#cycle.abort();
      const wait = await this.#guardedCycle(this.#cycle.signal);
      if (!this.#isManual) this.#progress.end();
      await this.#rest(wait);
    }
    await this.#endManual().catch((error: unknown) => this.#abandonManual(error));
    this.#settleComparing(false);
    this.#progress.end();
  }

  /** One cycle that never throws. @returns milliseconds until the next */
  async #guardedCycle(signal: AbortSignal): Promise<number> {
    try {
      await this.#oneCycle(signal);
      this.#faults = 0;
      return await this.#untilNext();
    } catch (error) {
      // The store or a defect: what is stored is safe, and the loop goes on, ever slower.
      this.#faults += 1;
      this.#deps.log.error('sync.cycle', { reason: reason(error), faults: this.#faults });
      this.#abandonManual(error);
      this.#settleComparing(false);
      return Math.max(1_000, fullJitter(this.#faults + 1, this.#random(), PULSE_BACKOFF));
    }
  }

  async #rest(ms: number): Promise<void> {
    this.#sleep = new AbortController();
    if (this.#isWoken || this.#isStopping || this.#isManual || this.#comparing.length > 0) return;
    const wait = Math.min(Math.max(ms, SHORTEST_SLEEP_MS), LONGEST_SLEEP_MS);
    await this.#clock.sleep(wait, this.#sleep.signal);
  }

  async #oneCycle(signal: AbortSignal): Promise<void> {
    const manual = this.#manuals.current;
    await this.#contact.load();
    const isAsked = this.#asked.length > 0 || this.#comparing.length > 0;
    if (this.#contact.pulseIsDue(this.#isManual || isAsked)) {
      this.#progress.phase('link');
      await this.#contact.probe(signal);
    }
    const isManual = this.#isManual;
    this.#progress.phase('news');
    const isWanted = this.#comparing.length > 0;
    for (const name of FIRST) await this.#chore(name, signal, isWanted || (isManual && this.#isManual));
    await this.#compare(signal);
    if (!isManual) await this.#overdue(signal);
    await this.#askedFor(signal);
    await this.#packets(signal);
    // One that was asked for in the middle has a cycle of its own: what failed before the press is no answer to it.
    if (this.#manuals.current === manual) await this.#endManual();
    if (isManual && !signal.aborted) this.#chores.soon('reference', 0);
    for (const name of LATER) await this.#chore(name, signal, false);
  }

  /** A center that asks to wait after every few packets would never be asked for what comes behind them. */
  async #overdue(signal: AbortSignal): Promise<void> {
    this.#isBrief = true;
    try {
      for (const name of LATER) if (this.#chores.isOverdue(name)) await this.#chore(name, signal, false);
    } finally {
      this.#isBrief = false;
    }
  }

  /** @param isWanted by a person, whenever it would be due */
  async #chore(name: ChoreName, signal: AbortSignal, isWanted: boolean): Promise<void> {
    await this.#chores.run(name, isWanted, signal, async () => {
      if (name === 'reference') return await this.#reference(signal);
      const done = await this.#errands[name](signal);
      if (name === 'reconcile' && done !== 0) this.#chores.soon('outcomes', OUTCOME_SOON_MS);
      return done;
    });
  }

  /** Before the packets: what waits is told as waiting, and a day's queue on a thin line keeps nobody. */
  async #compare(signal: AbortSignal): Promise<void> {
    const waiting = this.#comparing;
    if (waiting.length === 0) return;
    this.#comparing = [];
    let isDone = false;
    await this.#chores.run('reconcile', true, signal, async () => {
      const again = await this.#errands.compare(signal);
      isDone = true;
      if (again !== 0) this.#chores.soon('outcomes', OUTCOME_SOON_MS);
    });
    for (const settle of waiting) settle(isDone);
  }

  #settleComparing(isDone: boolean): void {
    for (const settle of this.#comparing.splice(0)) settle(isDone);
  }

  /** Pulse and chores while packets are under way. */
  async #small(signal: AbortSignal): Promise<void> {
    try {
      if (this.#contact.pulseIsDue(false)) await this.#contact.probe(signal);
      for (const name of [...FIRST, ...LATER]) await this.#chore(name, signal, false);
    } catch (error) {
      this.#deps.log.error('sync.beside', { reason: reason(error) });
    }
  }

  async #packets(signal: AbortSignal): Promise<void> {
    this.#isInTrouble = false;
    if (signal.aborted || this.#contact.gate(this.#isManual) !== 'open') return;
    // The news have just been refused: by hand nothing else is tried.
    if (this.#isManual && !this.#contact.isReachable) return;
    if (!this.#isManual) {
      if (this.#limits.closedMs > 0 || this.#manuals.quietLeft > 0 || (await this.#drain.untilDue()) !== 0)
        return;
      this.#progress.begin(false);
    }
    const end = await this.#run({
      signal,
      isManual: () => this.#isManual,
      isOpen: () => this.#isManual || this.#limits.closedMs === 0,
    });
    this.#isInTrouble = end === 'trouble';
  }

  /** Those that a person wants tried now. Where the center cannot be reached or asks to wait they go with the rest. */
  async #askedFor(signal: AbortSignal): Promise<void> {
    if (this.#asked.length === 0) return;
    const only = this.#asked;
    this.#asked = [];
    if (signal.aborted || !this.#contact.isReachable || this.#contact.gate(true) !== 'open') return;
    if (!this.#isManual) this.#progress.begin(false);
    await this.#run({ signal, only, isManual: () => true, isOpen: () => true });
  }

  async #run(run: Omit<DrainRun, 'note'>): Promise<DrainEnd> {
    this.#progress.phase('packets');
    const tally = new Tally();
    const note: DrainRun['note'] = (entry) => {
      tally.note(entry);
      this.#manuals.current?.tally.note(entry);
    };
    const small = {
      clock: this.#clock,
      untilDue: () => this.#untilSmall(),
      act: () => this.#small(run.signal),
    };
    this.#isDraining = true;
    const end = await alongside(small, () =>
      this.#drain.run({ ...run, note }).finally(() => {
        this.#isDraining = false;
      }),
    );
    const counts = tally.counts();
    if (counts.received > 0) {
      this.#chores.soon('outcomes', OUTCOME_SOON_MS);
      this.#chores.soon('journal', JOURNAL_SOON_MS);
    }
    if (!tally.isEmpty) this.#deps.log.info('sync.drain', { ...counts, end });
    return end;
  }

  /** The first load may take half an hour of a thin line: neither a packet nor a person waits for it. */
  async #reference(signal: AbortSignal): Promise<unknown> {
    this.#isReferenceLoading = true;
    if (this.#progress.view() === null) this.#progress.begin(false);
    if (!this.#isDraining) this.#progress.phase('reference');
    try {
      return await this.#errands.reference(signal);
    } finally {
      this.#isReferenceLoading = false;
      this.#changed();
    }
  }

  get #isManual(): boolean {
    return this.#manuals.current !== null;
  }

  async #endManual(): Promise<void> {
    const manual = this.#manuals.current;
    if (manual === null) return;
    const { waiting, review } = await this.#deps.store.outbox.backlog();
    const [ended, cause] = this.#endOf(manual.isCancelled);
    this.#manuals.end(ended, cause, { remaining: waiting, review });
    this.#deps.log.info('sync.manual', { ...manual.tally.counts(), remaining: waiting, ended, cause });
    this.#progress.end();
  }

  #endOf(isCancelled: boolean): [SyncSummary['ended'], SyncSummary['cause']] {
    const { link } = this.#contact;
    if (isCancelled || this.#isStopping) return ['cancelled', null];
    if (!this.#contact.isReachable) return ['offline', link.cause];
    if (this.#contact.gate(true) === 'paused') return ['paused', 'paused'];
    return this.#isInTrouble ? ['offline', 'centerError'] : ['done', null];
  }

  #abandonManual(error: unknown): void {
    this.#manuals.abandon(error);
    this.#progress.end();
  }

  /** Milliseconds until a pulse or a chore is due. */
  #untilSmall(): number {
    const pulse = this.#contact.untilNext();
    return this.#contact.gate(false) === 'open' ? Math.min(pulse, this.#chores.untilNext()) : pulse;
  }

  async #untilNext(): Promise<number> {
    const waits = [this.#untilSmall()];
    if (this.#contact.gate(false) === 'open') {
      const due = await this.#drain.untilDue();
      if (due !== null)
        waits.push(Math.max(due, this.#manuals.quietLeft, this.#limits.closedMs, LEFT_OVER_MS));
    }
    return Math.min(...waits);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
