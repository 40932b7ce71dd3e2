import type { Checkup } from '../../app/ipc/contract.ts';
import type { Facts } from '../../app/checkup/judge.ts';
import { judge } from '../../app/checkup/judge.ts';
import { RekamError } from '../../app/errors.ts';
import { reason, type Log } from '../log.ts';
import type { Examination } from '../store/examine.ts';

interface Needs {
  /** One look at the whole database. */
  readonly examine: () => Promise<Examination>;
  /** Everything but the database, as it is now. */
  readonly others: () => Promise<Omit<Facts, 'database' | 'audit' | 'cameras'>>;
  readonly now: () => number;
  readonly log: Log;
}

/** Owner of what the last look at the station found. One look at a time: a second caller gets the first one's. */
export class StationCheckup {
  readonly #needs: Needs;
  #running: Promise<Checkup> | null = null;
  #last: { readonly checkup: Checkup; readonly examination: Examination | null } | null = null;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  last(): Checkup | null {
    return this.#last?.checkup ?? null;
  }

  examination(): Examination | null {
    return this.#last?.examination ?? null;
  }

  /** @param cameras as the window sees them; null where there is none to see them */
  run(cameras: number | null): Promise<Checkup> {
    this.#running ??= this.#look(cameras).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #look(cameras: number | null): Promise<Checkup> {
    const { now, log } = this.#needs;
    const [looked, others] = await Promise.all([this.#database(), this.#needs.others()]);
    const findings = judge({
      ...others,
      cameras,
      database: looked.database,
      audit: looked.examination?.audit ?? null,
    });
    const checkup = { at: new Date(now()).toISOString(), findings };
    this.#last = { checkup, examination: looked.examination };
    for (const { code } of findings) log.info('checkup', { code });
    return checkup;
  }

  async #database(): Promise<{ database: Facts['database']; examination: Examination | null }> {
    try {
      const examination = await this.#needs.examine();
      return { database: { sound: examination.sound, seconds: examination.seconds }, examination };
    } catch (error) {
      this.#needs.log.error('checkup.database', { reason: reason(error) });
      return { database: { problem: problemOf(error) }, examination: null };
    }
  }
}

export function problemOf(error: unknown): 'wrongKey' | 'newer' | 'unopened' {
  if (!(error instanceof RekamError)) return 'unopened';
  return error.code === 'store.key' ? 'wrongKey' : error.code === 'store.newer' ? 'newer' : 'unopened';
}
