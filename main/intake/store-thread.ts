import { Worker } from 'node:worker_threads';

/** A thread that has begun to load the store and waits for its input, the first message to it. */
export interface StoreThread {
  readonly worker: Worker;
  /** Rejects when it ends; seen by whoever waits for its first word. */
  readonly ended: Promise<never>;
}

/** Node would give a thread 48 MB for what it soon throws away; its answers are small. */
const YOUNG_MB = 6;

let begun: StoreThread | null = null;

/** Loads the store beside whatever the caller loads next: at start, main's own rooms. The first to ask gets it. */
export function beginStoreThread(workerFile: string): void {
  begun = newThread(workerFile);
}

/** The thread that was begun, or a new one: the second of a start whose database had to be set aside. */
export function takeStoreThread(workerFile: string): StoreThread {
  const thread = begun ?? newThread(workerFile);
  begun = null;
  return thread;
}

function newThread(workerFile: string): StoreThread {
  const worker = new Worker(workerFile, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
  const ended = new Promise<never>((_, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the store thread ended with ${code}`)));
  });
  // It may end before anybody waits, or long after.
  ended.catch(() => undefined);
  return { worker, ended };
}
