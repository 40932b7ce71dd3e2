import { CHORE_BACKOFF, fullJitter } from '../../app/sync/retry.ts';
import type { Random } from './api.ts';
import { verdictOf, type Verdict } from './classify.ts';
import type { Contact } from './contact.ts';
import { reason } from '../log.ts';
import type { SyncLog } from './log.ts';

export type ChoreName = 'takeover' | 'outcomes' | 'journal' | 'reference' | 'reconcile' | 'purge';

/** How often each is looked after when nothing calls for it sooner, milliseconds. Twelve thousand stations share one center. */
const EVERY_MS: Readonly<Record<ChoreName, number>> = {
  /** Nearly always there is nothing to tell, and then nothing is sent. */
  takeover: 10 * 60_000,
  outcomes: 3 * 60_000,
  journal: 60_000,
  /** What the office’s other desk has done, above all: whom it serves, whom it has recorded. */
  reference: 90_000,
  /** Looked at hourly; done once a day. */
  reconcile: 60 * 60_000,
  purge: 24 * 60 * 60_000,
};

/** Whatever has been due for so long has always been too late for its turn. */
const OVERDUE_MS = 60_000;

export interface ChoreDeps {
  readonly contact: Contact;
  /** The clock's `elapsed`. */
  readonly elapsed: () => number;
  readonly random: Random;
  readonly log: SyncLog;
}

/** The center asked to wait, or the link went, between two calls of one chore: it goes on when it may. */
export class GateClosed extends Error {}

/** Owner of when the small regular calls are due; all of them are at start. */
export class Chores {
  readonly #deps: ChoreDeps;
  readonly #at = new Map<ChoreName, number>();
  readonly #failures = new Map<ChoreName, number>();
  readonly #began: number;

  constructor(deps: ChoreDeps) {
    this.#deps = deps;
    this.#began = deps.elapsed();
  }

  /**
   * Does a chore if it is due (or `isWanted`) and the center may be asked. Whatever it throws, the store's own errors
   * too, is noted and comes again by its backoff, so that no chore stops the packets or another chore (G4).
   * @param act answers 'yielded' when it broke off to let others go first
   */
  async run(
    name: ChoreName,
    isWanted: boolean,
    signal: AbortSignal,
    act: () => Promise<unknown>,
  ): Promise<void> {
    if (!isWanted && this.#left(name) > 0) return;
    try {
      await this.#exchange(name, isWanted, signal, act);
    } catch (error) {
      this.#deps.log.error('sync.chore.fault', { name, reason: reason(error) });
      this.#failed(name);
    }
  }

  /** Throws what is no exchange's. */
  async #exchange(
    name: ChoreName,
    isWanted: boolean,
    signal: AbortSignal,
    act: () => Promise<unknown>,
  ): Promise<void> {
    const { contact, log } = this.#deps;
    for (let attempt = 1; !signal.aborted && contact.gate(isWanted) === 'open'; attempt += 1) {
      try {
        if ((await act()) !== 'yielded') this.#done(name);
        return;
      } catch (error) {
        if (signal.aborted || error instanceof GateClosed) return;
        const verdict = verdictOf(error);
        if (verdict === null) throw error;
        log.warn('sync.chore', { name, verdict: verdict.kind, problem: verdict.problem });
        this.#failed(name);
        await this.#tell(verdict, signal);
        // After a pulse the clock is right: once more, signed anew.
        if (verdict.kind !== 'clock') return;
        if (attempt > 1) return await contact.denied(verdict.problem, 'clock');
      }
    }
  }

  /** Due `ms` from now at the latest; a backoff stays. */
  soon(name: ChoreName, ms: number): void {
    if (!this.#failures.has(name) && this.#left(name) > ms) this.#at.set(name, this.#deps.elapsed() + ms);
  }

  isOverdue(name: ChoreName): boolean {
    return this.#deps.elapsed() - (this.#at.get(name) ?? this.#began) >= OVERDUE_MS;
  }

  /** Milliseconds until the first is due. */
  untilNext(): number {
    return Math.min(...(Object.keys(EVERY_MS) as ChoreName[]).map((name) => this.#left(name)));
  }

  async #tell(verdict: Verdict, signal: AbortSignal): Promise<void> {
    const { contact } = this.#deps;
    if (verdict.kind === 'pause') contact.pause(verdict);
    else if (verdict.kind === 'station') await contact.denied(verdict.problem);
    else if (verdict.kind === 'clock') await contact.probe(signal);
    else if (verdict.kind === 'retry' && verdict.cause !== null && verdict.cause !== 'centerError') {
      contact.suspect();
      // The pulse lets a certificate's dates fail; nothing else does.
      if ((await contact.probe(signal)) && verdict.cause === 'clock')
        await contact.denied(verdict.problem, 'clock');
    }
  }

  #done(name: ChoreName): void {
    const { elapsed, random } = this.#deps;
    this.#failures.delete(name);
    // Between once and one and a half times the period, so that stations never march in step.
    this.#at.set(name, elapsed() + Math.floor(EVERY_MS[name] * (1 + random() / 2)));
  }

  #failed(name: ChoreName): void {
    const { elapsed, random } = this.#deps;
    const failures = (this.#failures.get(name) ?? 0) + 1;
    this.#failures.set(name, failures);
    this.#at.set(name, elapsed() + Math.max(1_000, fullJitter(failures, random(), CHORE_BACKOFF)));
  }

  #left(name: ChoreName): number {
    return Math.max(0, (this.#at.get(name) ?? 0) - this.#deps.elapsed());
  }
}
