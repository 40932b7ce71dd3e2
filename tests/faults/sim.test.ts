import { expect, test } from 'vitest';
import { reportFaults } from '../../scripts/faults-summary.ts';
import { PLANTED } from '../sim/planted.ts';
import { runJobs, runSeeds } from '../sim/pool.ts';
import { simulate } from '../sim/simulate.ts';

/** `npm run faults` asks for more. */
const SEEDS = Number(process.env['REKAM_SIM_SEEDS'] ?? 100);

test(`${SEEDS} runs with faults break no invariant`, async () => {
  const { seeds, violations, packets } = await runSeeds(1, SEEDS, () => undefined);
  reportFaults({
    what: 'sync under the simulator',
    count: seeds,
    unit: 'simulated runs',
    bad: violations.length,
    measured: { packets: packets.toLocaleString('en') },
  });
  expect(violations.map(({ seed, violation }) => `seed ${seed}: ${violation}`)).toEqual([]);
  expect(seeds).toBe(SEEDS);
  expect(packets).toBeGreaterThan(5 * SEEDS);
});

test('a seed is the same run to the last byte, another seed another', async () => {
  const first = await simulate(7, { keepTrace: true });
  const second = await simulate(7, { keepTrace: true });
  expect(second.lines).toEqual(first.lines);
  expect(second.hash).toBe(first.hash);
  expect((await simulate(8)).hash).not.toBe(first.hash);
});

test('each planted mistake is found', async () => {
  const missed: string[] = [];
  const jobs = PLANTED.map(({ name, within }) => ({ from: 1, to: within, planted: name }));
  await runJobs(jobs, ({ planted }, reports) => {
    if (reports.every(({ violation }) => violation === null)) missed.push(planted ?? '');
  });
  expect(missed).toEqual([]);
  expect(PLANTED.length).toBeGreaterThanOrEqual(12);
});
