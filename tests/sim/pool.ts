import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** One seed as a worker tells of it. */
export interface SeedReport {
  readonly seed: number;
  readonly hash: string;
  readonly violation: string | null;
  readonly requests: number;
  readonly packets: number;
}

export interface Job {
  readonly from: number;
  readonly to: number;
  /** Name of a planted mistake; the job ends with the first seed that finds it. */
  readonly planted: string | null;
}

export interface PoolResult {
  readonly seeds: number;
  /** In the order of their seeds. */
  readonly violations: readonly SeedReport[];
  /** Over all traces, in the order of their seeds. */
  readonly hash: string;
  readonly requests: number;
  readonly packets: number;
}

const CHUNK = 25;

/** Runs seeds `from` to `from + count - 1` on all cores. */
export async function runSeeds(
  from: number,
  count: number,
  onProgress: (done: number) => void,
): Promise<PoolResult> {
  const jobs: Job[] = [];
  for (let start = from; start < from + count; start += CHUNK)
    jobs.push({ from: start, to: Math.min(start + CHUNK, from + count) - 1, planted: null });
  const reports: SeedReport[] = [];
  await runJobs(jobs, (_, done) => {
    reports.push(...done);
    onProgress(reports.length);
  });
  reports.sort((a, b) => a.seed - b.seed);
  const hash = createHash('sha256');
  for (const report of reports) hash.update(report.hash);
  return {
    seeds: reports.length,
    violations: reports.filter(({ violation }) => violation !== null),
    hash: hash.digest('hex'),
    requests: reports.reduce((sum, { requests }) => sum + requests, 0),
    packets: reports.reduce((sum, { packets }) => sum + packets, 0),
  };
}

/** Each job to whichever worker is free. Rejects when a worker dies. */
export async function runJobs(
  jobs: readonly Job[],
  onDone: (job: Job, reports: readonly SeedReport[]) => void,
): Promise<void> {
  const waiting = [...jobs];
  const size = Math.min(availableParallelism(), waiting.length);
  await Promise.all(Array.from({ length: size }, () => work(() => waiting.shift(), onDone)));
}

function work(
  next: () => Job | undefined,
  onDone: (job: Job, reports: readonly SeedReport[]) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    let job: Job | undefined;
    const give = (): void => {
      job = next();
      worker.postMessage(job ?? null);
    };
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`a simulator thread ended with ${code}`));
    });
    worker.on('message', (reports: readonly SeedReport[]) => {
      if (job !== undefined) onDone(job, reports);
      give();
    });
    give();
  });
}
