// npm run sim: the station's own sync engine and store against a model center, in virtual time, with faults from a seed.
//
//   npm run sim -- --seeds 10000 [--from N]   many runs; ends with "N seeds, 0 violations", or exits with 1
//   npm run sim -- --seed N                   one run with its trace, to the byte the same each time
//   npm run sim -- --planted                  each planted mistake must be found within its number of seeds
import { parseArgs } from 'node:util';
import { PLANTED } from '../tests/sim/planted.ts';
import { runJobs, runSeeds } from '../tests/sim/pool.ts';
import { simulate } from '../tests/sim/simulate.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    planted: { type: 'boolean', default: false },
  },
});

function whole(text: string, name: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} must be a whole number from 1`);
  return number;
}

async function replay(seed: number): Promise<void> {
  const { lines, violation, hash, steps, requests, packets } = await simulate(seed, { keepTrace: true });
  for (const line of lines ?? []) console.log(line);
  console.log(`seed ${seed}: ${packets} packets, ${requests} requests, ${steps} steps, trace ${hash}`);
  console.log(violation === null ? 'no violation' : `violation: ${violation.message}`);
  if (violation !== null) process.exitCode = 1;
}

async function many(from: number, count: number): Promise<void> {
  const start = performance.now();
  const rate = (done: number) => (done / ((performance.now() - start) / 1000)).toFixed(1);
  let told = start;
  const result = await runSeeds(from, count, (done) => {
    if (performance.now() - told < 10_000) return;
    told = performance.now();
    console.log(`${done} of ${count} seeds, ${rate(done)} seeds/s`);
  });
  for (const { seed, violation } of result.violations) console.log(`seed ${seed}: ${violation}`);
  console.log(`${rate(count)} seeds/s, ${result.packets} packets, ${result.requests} requests`);
  console.log(`traces ${result.hash}`);
  console.log(`${result.seeds} seeds, ${result.violations.length} violations`);
  if (result.violations.length > 0) process.exitCode = 1;
}

async function planted(): Promise<void> {
  let missed = 0;
  const jobs = PLANTED.map(({ name, within }) => ({ from: 1, to: within, planted: name }));
  await runJobs(jobs, ({ planted: name, to }, reports) => {
    const found = reports.find(({ violation }) => violation !== null);
    if (found === undefined) missed += 1;
    const where = found === undefined ? `NOT FOUND in ${to}` : `seed ${found.seed} of ${to}`;
    console.log(`${where.padEnd(20)} ${name}\n${' '.repeat(21)}${found?.violation ?? ''}`);
  });
  console.log(`${PLANTED.length} planted, ${PLANTED.length - missed} found`);
  if (missed > 0) process.exitCode = 1;
}

if (values.seed !== undefined) await replay(whole(values.seed, 'seed'));
else if (values.planted) await planted();
else await many(whole(values.from, 'from'), whole(values.seeds, 'seeds'));
