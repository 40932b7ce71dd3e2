import { parentPort, workerData } from 'node:worker_threads';
import { examine } from './store/examine.ts';
import type { OpenOptions } from './store/database.ts';
import { toMessage, type ErrorMessage } from './store/remote.ts';
import type { Examination } from './store/examine.ts';

/** A thread for one look at the whole database, which may take minutes: neither the desk nor the engine waits for it. */
export type ExaminerReport = { readonly found: Examination } | { readonly error: ErrorMessage };

function main(): void {
  const port = parentPort;
  if (port === null) throw new Error('the examiner runs as a worker thread only');
  const report = (message: ExaminerReport): void => port.postMessage(message);
  const input = workerData as OpenOptions & { readonly key: Uint8Array };
  try {
    report({ found: examine({ ...input, key: Buffer.from(input.key) }) });
  } catch (error) {
    report({ error: toMessage(error) });
  }
}

main();
