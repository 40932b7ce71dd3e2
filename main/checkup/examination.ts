import { Worker } from 'node:worker_threads';
import type { ExaminerInput, ExaminerReport } from '../examiner.ts';
import type { Examination } from '../store/examine.ts';
import { fromMessage } from '../store/remote.ts';

/**
 * One look at the whole database, in a thread and a connection of its own.
 * @throws RekamError `store.key`, `store.newer`
 */
export function examineInThread(workerFile: string, options: ExaminerInput): Promise<Examination> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerFile, { workerData: options });
    worker.once('message', (report: ExaminerReport) => {
      if ('found' in report) resolve(report.found);
      else reject(fromMessage(report.error));
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the examiner ended with ${code}`)));
  });
}
