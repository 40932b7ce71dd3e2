import { Worker } from 'node:worker_threads';
import { fromMessage, type WorkerReport } from '../store/remote.ts';
import type { WorkerInput } from '../store/open-store.ts';
import { noteDamage } from '../store/set-aside.ts';
import { databaseFile, type StoreWorkerOptions } from './start-worker.ts';

interface Needs {
  readonly options: Pick<StoreWorkerOptions, 'workerFile' | 'dataDir' | 'keys' | 'nativeBinding'>;
  readonly lastCheckedAt: () => Promise<number>;
  readonly checked: (at: number) => Promise<void>;
  readonly now: () => number;
  /** It was written down: the next start sets it aside. */
  readonly damaged: () => void;
  readonly failed: (error: unknown) => void;
}

/** After the start is over, and seldom: it reads the whole disk's worth. */
const FIRST_MS = 60_000;
const EVERY_MS = 60 * 60_000;
const DAY_MS = 24 * EVERY_MS;

/** Owner of the whole check: daily, after an unclean stop, and when a page could not be read. */
export class DatabaseCheck {
  readonly #needs: Needs;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #isDamaged = false;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  get isDamaged(): boolean {
    return this.#isDamaged;
  }

  start(afterUncleanStop: boolean): void {
    const look = (isForced: boolean) => {
      void this.#due(isForced).catch(this.#needs.failed);
      this.#timer = setTimeout(() => look(false), EVERY_MS);
    };
    this.#timer = setTimeout(() => look(afterUncleanStop), FIRST_MS);
  }

  /** A page could not be read: whether that is all of it must be known now. */
  suspect(): void {
    if (!this.#isDamaged) void this.run().catch(this.#needs.failed);
  }

  /** One check at a time. */
  run(): Promise<void> {
    this.#running ??= this.#check().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running?.catch(() => undefined);
  }

  async #due(isForced: boolean): Promise<void> {
    const { lastCheckedAt, now } = this.#needs;
    if (isForced || Math.abs(now() - (await lastCheckedAt())) >= DAY_MS) await this.run();
  }

  async #check(): Promise<void> {
    const { options, checked, damaged, now } = this.#needs;
    if (await isWholeByThread(options)) return checked(now());
    noteDamage(databaseFile(options.dataDir), 'damaged', now());
    this.#isDamaged = true;
    damaged();
  }
}

function isWholeByThread(options: Needs['options']): Promise<boolean> {
  const input: WorkerInput = {
    file: databaseFile(options.dataDir),
    key: options.keys.database,
    stationPkcs8: options.keys.stationPkcs8,
    nativeBinding: options.nativeBinding,
    checkOnly: true,
  };
  return new Promise((resolve, reject) => {
    const worker = new Worker(options.workerFile);
    worker.postMessage(input);
    worker.once('message', (report: WorkerReport) => {
      if (report.ready) resolve(true);
      else if (report.error.code === 'store.damaged') resolve(false);
      else reject(fromMessage(report.error));
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the check ended without a word')));
  });
}
