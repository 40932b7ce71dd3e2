import { parentPort } from 'node:worker_threads';
import { PLANTED } from './planted.ts';
import type { Job, SeedReport } from './pool.ts';
import { simulate } from './simulate.ts';

const port = parentPort;
if (port === null) throw new Error('runs as a thread');

port.on('message', (job: Job | null) => {
  if (job === null) port.close();
  else
    run(job).then(
      (reports) => port.postMessage(reports),
      (error: unknown) => {
        throw error;
      },
    );
});

async function run({ from, to, planted }: Job): Promise<SeedReport[]> {
  const plant = PLANTED.find(({ name }) => name === planted)?.plant;
  if (planted !== null && plant === undefined) throw new Error(`no such mistake: ${planted}`);
  const reports: SeedReport[] = [];
  for (let seed = from; seed <= to; seed += 1) {
    const { hash, violation, requests, packets } = await simulate(seed, plant === undefined ? {} : { plant });
    reports.push({ seed, hash, violation: violation?.message ?? null, requests, packets });
    if (planted !== null && violation !== null) break;
  }
  return reports;
}
