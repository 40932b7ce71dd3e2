import { parentPort, workerData } from 'node:worker_threads';
import { speaksOf } from './checkup/receipt-of.ts';
import type { OpenOptions } from './store/database.ts';
import { examine, type Examination, type ExamineOptions } from './store/examine.ts';
import { toMessage, type ErrorMessage } from './store/remote.ts';

/** A thread for one look at the whole database, which may take minutes: neither the desk nor the engine waits for it. */
export type ExaminerReport = { readonly found: Examination } | { readonly error: ErrorMessage };
export type ExaminerInput = OpenOptions & Pick<ExamineOptions, 'auditOnly'>;

function main(): void {
  const port = parentPort;
  if (port === null) throw new Error('the examiner runs as a worker thread only');
  const report = (message: ExaminerReport): void => port.postMessage(message);
  const input = workerData as ExaminerInput & { readonly key: Uint8Array };
  try {
    const { auditOnly } = input;
    report({ found: examine({ ...input, key: Buffer.from(input.key) }, { auditOnly, speaksOf }) });
  } catch (error) {
    report({ error: toMessage(error) });
  }
}

main();
