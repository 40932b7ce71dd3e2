import { randomBytes, type KeyObject } from 'node:crypto';
import { RekamError } from '../../app/errors.ts';
import type { SyncSummary } from '../../app/ipc/status.ts';
import { fullJitter, PULSE_BACKOFF, untilDeadline } from '../../app/sync/retry.ts';
import type { Remote, StationRecord, StoreApi } from '../store/api.ts';
import type { Clock, EngineState, Random, SyncEngine, Transport } from './api.ts';
import { createCaller, type Call } from './call.ts';
import { Chores } from './chores.ts';
import { Contact } from './contact.ts';
import { Drain } from './drain.ts';
import { sendJournal } from './journal.ts';
import type { SyncLog } from './log.ts';
import { ManualSync, Tally } from './manual.ts';
import { fetchOutcomes } from './outcomes.ts';
import { Progress } from './progress.ts';
import { reconcileDaily } from './reconcile.ts';
import { fetchReference } from './reference.ts';
import { createSigner } from './request-signature.ts';
import { systemClock } from './system-clock.ts';

export type SyncStore = Remote<Pick<StoreApi, 'station' | 'outbox' | 'journal' | 'reference' | 'outages'>>;

export interface SyncEngineDeps {
  readonly store: SyncStore;
  readonly record: StationRecord;
  /** Ed25519 private key. */
  readonly stationKey: KeyObject;
  readonly transport: Transport;
  readonly log: SyncLog;
  /** Defaults: the PC's clock, Math.random, the system's random source. */
  readonly clock?: Clock;
  readonly random?: Random;
  readonly pulseNonce?: () => string;
}

/** Two cycles that nobody asked for are at least this far apart, whatever went wrong in the first. */
const SHORTEST_SLEEP_MS = 250;
const LONGEST_SLEEP_MS = 60_000;
/** After a cancelled sync the engine leaves the packets alone for so long: the person meant it. */
const QUIET_AFTER_CANCEL_MS = 60_000;
/** The center's intake looks at a packet within seconds: its verdict is worth a question then. */
const OUTCOME_SOON_MS = 20_000;
/** What is due right after a run over the outbox could not be taken in it: no hurry. */
const LEFT_OVER_MS = 1_000;

/** The station's sync: one engine, one loop. It neither opens nor closes the transport. */
export function createSyncEngine(deps: SyncEngineDeps): SyncEngine {
  return new Engine(deps);
}

class Engine implements SyncEngine {
  readonly #deps: SyncEngineDeps;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #call: Call;
  readonly #contact: Contact;
  readonly #progress: Progress;
  readonly #chores: Chores;
  readonly #drain: Drain;
  readonly #listeners = new Set<() => void>();
  #running: Promise<void> | null = null;
  #isStopping = false;
  /** Ends the cycle under way; a new one for each. */
  #cycle = new AbortController();
  #sleep = new AbortController();
  #isWoken = false;
  #manual: ManualSync | null = null;
  #lastManual: SyncSummary | null = null;
  #quietUntil = 0;
  #isInTrouble = false;
  #isReferenceLoading = false;
  #faults = 0;

  constructor(deps: SyncEngineDeps) {
    const { store, record, transport, log } = deps;
    const { stationId, receiptKey } = record.activation;
    const clock = deps.clock ?? systemClock;
    const random = deps.random ?? Math.random;
    const now = () => clock.now();
    const changed = () => this.#changed();
    const nonce = deps.pulseNonce ?? (() => randomBytes(18).toString('base64url'));
    const receiptKeyX = receiptKey.x;
    const contact = new Contact({ store, transport, clock, random, receiptKeyX, nonce, log, changed });
    const progress = new Progress(now, changed);
    const sign = createSigner(stationId, deps.stationKey);
    const call = createCaller({ transport, sign, now, clockOffsetMs: () => contact.clockOffsetMs });
    this.#deps = deps;
    this.#clock = clock;
    this.#random = random;
    this.#contact = contact;
    this.#progress = progress;
    this.#call = async (request) => {
      const response = await call(request);
      if (response.status === 200) contact.answered();
      return response;
    };
    this.#chores = new Chores({ contact, now, random, log });
    this.#drain = new Drain({ store, call, contact, clock, random, receiptKeyX, progress, log });
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
      progress: this.#progress.view(),
      lastManual: this.#lastManual,
      referenceLoading: this.#isReferenceLoading,
    };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  wake(): void {
    this.#isWoken = true;
    this.#sleep.abort();
  }

  syncNow(): Promise<SyncSummary> {
    if (this.#manual !== null) return Promise.reject(new RekamError('sync.running'));
    if (this.#running === null || this.#isStopping)
      return Promise.reject(new RekamError('center.unreachable'));
    this.#manual = new ManualSync(this.#clock.now());
    this.#quietUntil = 0;
    this.#progress.begin(true);
    this.wake();
    return this.#manual.summary;
  }

  cancel(): void {
    if (this.#manual === null) return;
    this.#manual.isCancelled = true;
    this.#cycle.abort();
    this.wake();
  }

  async #loop(): Promise<void> {
    while (!this.#isStopping) {
      this.#isWoken = false;
      this.#cycle = new AbortController();
      // Cancelled before the loop came round.
      if (this.#manual?.isCancelled === true) this.#cycle.abort();
      const wait = await this.#guardedCycle(this.#cycle.signal);
      if (this.#manual === null) this.#progress.end();
      await this.#rest(wait);
    }
    await this.#endManual().catch((error: unknown) => this.#abandonManual(error));
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
      this.#deps.log.error('sync.cycle', { reason: describe(error), faults: this.#faults });
      this.#abandonManual(error);
      return Math.max(1_000, fullJitter(this.#faults + 1, this.#random(), PULSE_BACKOFF));
    }
  }

  async #rest(ms: number): Promise<void> {
    this.#sleep = new AbortController();
    if (this.#isWoken || this.#isStopping || this.#manual !== null) return;
    const wait = Math.min(Math.max(ms, SHORTEST_SLEEP_MS), LONGEST_SLEEP_MS);
    await this.#clock.sleep(wait, this.#sleep.signal);
  }

  async #oneCycle(signal: AbortSignal): Promise<void> {
    const { store, log, record, stationKey } = this.#deps;
    await this.#contact.load();
    if (this.#contact.pulseIsDue(this.#manual !== null)) {
      this.#progress.phase('link');
      await this.#contact.probe(signal);
    }
    const isManual = this.#manual !== null;
    const { stationId } = record.activation;
    const deps = { store, call: this.#call, now: () => this.#clock.now(), log, stationId, stationKey };
    const chore = (...[name, act]: [Parameters<Chores['run']>[0], () => Promise<unknown>]) =>
      this.#chores.run(name, isManual && this.#manual !== null, signal, act);

    this.#progress.phase('news');
    await chore('outcomes', () => fetchOutcomes(deps, signal));
    await chore('journal', () => sendJournal(deps, signal));
    await this.#packets(signal);
    await this.#endManual();
    await chore('reference', () =>
      this.#reference(() => fetchReference(deps, signal, () => this.#isAwaited())),
    );
    await chore('reconcile', () => reconcileDaily(deps, this.#centerDate(), signal));
  }

  async #packets(signal: AbortSignal): Promise<void> {
    this.#isInTrouble = false;
    if (signal.aborted || this.#contact.gate(this.#manual !== null) !== 'open') return;
    // The news have just been refused: by hand nothing else is tried.
    if (this.#manual !== null && !this.#contact.isReachable) return;
    if (this.#manual === null) {
      if (this.#quietLeft() > 0 || (await this.#drain.untilDue()) !== 0) return;
      this.#progress.begin(false);
    }
    this.#progress.phase('packets');
    const tally = new Tally();
    const end = await this.#drain.run({
      signal,
      isManual: () => this.#manual !== null,
      note: (id, result) => {
        tally.note(id, result);
        this.#manual?.tally.note(id, result);
      },
    });
    this.#isInTrouble = end === 'trouble';
    const counts = tally.counts();
    if (counts.received > 0) this.#chores.soon('outcomes', OUTCOME_SOON_MS);
    if (!tally.isEmpty) this.#deps.log.info('sync.drain', { ...counts, end });
  }

  /** The first load may take half an hour of a thin line: neither a packet nor a person waits for it. */
  async #reference(fetch: () => Promise<unknown>): Promise<unknown> {
    this.#isReferenceLoading = true;
    if (this.#progress.view() === null) this.#progress.begin(false);
    this.#progress.phase('reference');
    try {
      return await fetch();
    } finally {
      this.#isReferenceLoading = false;
      this.#changed();
    }
  }

  #isAwaited(): boolean {
    return this.#isWoken || this.#manual !== null;
  }

  async #endManual(): Promise<void> {
    const manual = this.#manual;
    if (manual === null) return;
    const { waiting } = await this.#deps.store.outbox.summary(this.#clock.now());
    const [ended, cause] = this.#endOf(manual);
    if (ended === 'cancelled') this.#quietUntil = this.#clock.now() + QUIET_AFTER_CANCEL_MS;
    this.#lastManual = manual.end(ended, cause, waiting, this.#clock.now());
    this.#manual = null;
    this.#deps.log.info('sync.manual', { ...manual.tally.counts(), remaining: waiting, ended, cause });
    this.#progress.end();
  }

  #endOf(manual: ManualSync): [SyncSummary['ended'], SyncSummary['cause']] {
    const { link } = this.#contact;
    if (manual.isCancelled || this.#isStopping) return ['cancelled', null];
    if (!this.#contact.isReachable) return ['offline', link.cause];
    if (this.#contact.gate(true) === 'paused') return ['paused', 'paused'];
    return this.#isInTrouble ? ['offline', 'centerError'] : ['done', null];
  }

  #abandonManual(error: unknown): void {
    const manual = this.#manual;
    this.#manual = null;
    manual?.fail(error);
    this.#progress.end();
  }

  async #untilNext(): Promise<number> {
    const waits = [this.#contact.untilNext()];
    if (this.#contact.gate(false) === 'open') {
      waits.push(this.#chores.untilNext());
      const due = await this.#drain.untilDue();
      if (due !== null) waits.push(Math.max(due, this.#quietLeft(), LEFT_OVER_MS));
    }
    return Math.min(...waits);
  }

  #quietLeft(): number {
    return untilDeadline(this.#quietUntil, this.#clock.now(), QUIET_AFTER_CANCEL_MS);
  }

  /** ISO date by the center's time as far as known. */
  #centerDate(): string {
    return new Date(this.#clock.now() + (this.#contact.clockOffsetMs ?? 0)).toISOString().slice(0, 10);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Names and codes only: a message might quote what it choked on. */
function describe(error: unknown): string {
  return error instanceof RekamError ? error.code : error instanceof Error ? error.name : typeof error;
}
