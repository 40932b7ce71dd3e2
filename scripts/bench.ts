// npm run bench: every goal with a number, measured against the limit of this very machine and against peers, in one run.
//
//   npm run bench                 all of it, about a quarter of an hour; table, and out/bench.json
//   npm run bench -- --only NAME  one area, or the area of one goal
//
// A goal that is missed is reported, not failed: these machines are shared, and a ratio is what it is.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { GOALS, isMet, type Area, type Found, type Goal } from '../tests/bench/goals.ts';
import { herd } from '../tests/bench/herd.ts';
import { links } from '../tests/bench/links.ts';
import { lookup } from '../tests/bench/lookup.ts';
import { loopback } from '../tests/bench/loopback.ts';
import { screens } from '../tests/bench/screens.ts';
import { storage } from '../tests/bench/storage.ts';
import { windowArea } from '../tests/bench/window.ts';
import { root } from './runtime.mjs';

const AREAS: readonly Area[] = [storage, lookup, screens, windowArea, loopback, links, herd];

const { values } = parseArgs({ options: { only: { type: 'string' } } });

function chosen(): readonly Area[] {
  const { only } = values;
  if (only === undefined) return AREAS;
  const areas = AREAS.filter(({ name, measures }) => name === only || measures.includes(only));
  if (areas.length === 0) {
    const names = AREAS.flatMap(({ name, measures }) => [name, ...measures]);
    throw new Error(`no such part: ${only} (there are ${names.join(', ')})`);
  }
  return areas;
}

function line({ says, better, goal, stretch, unit }: Goal, ratio: number): string {
  const sign = better === 'less' ? '≤' : '≥';
  const figure = (value: number) => (value < 10 ? value.toFixed(3) : value.toFixed(1));
  const bounds = `${sign} ${goal}${stretch === null ? '' : ` (${stretch})`}`;
  return [
    says.padEnd(38),
    `${figure(ratio)}${unit === undefined ? '' : ` ${unit}`}`.padStart(10),
    `  ${bounds.padEnd(16)}`,
    verdict({ better, goal, stretch } as Goal, ratio),
  ].join(' ');
}

function verdict(goal: Goal, ratio: number): string {
  if (!isMet(goal, ratio, goal.goal)) return 'MISSED';
  return goal.stretch !== null && isMet(goal, ratio, goal.stretch) ? 'met, and the stretch' : 'met';
}

async function main(): Promise<void> {
  const results = [];
  const beside: Found['beside'][number][] = [];
  const lines: string[] = [];
  for (const area of chosen()) {
    const start = performance.now();
    console.log(`\n── ${area.name}`);
    const found = await area.run();
    for (const goal of GOALS.filter(({ name }) => area.measures.includes(name))) {
      const ratio = found.ratios[goal.name];
      if (ratio === undefined) throw new Error(`${area.name} did not measure ${goal.name}`);
      const met = isMet(goal, ratio, goal.goal);
      const { name, stretch } = goal;
      results.push({ name, ratio: Number(ratio.toPrecision(4)), goal: goal.goal, stretch, met });
      lines.push(line(goal, ratio));
      console.log(lines.at(-1));
    }
    for (const [says, figure] of found.beside) console.log(`  ${says.padEnd(40)} ${figure}`);
    beside.push(...found.beside);
    console.log(`  ${((performance.now() - start) / 1000).toFixed(0)} s`);
  }
  console.log(`\n${'goal'.padEnd(38)} ${'measured'.padStart(10)}   goal (stretch)`);
  for (const text of lines) console.log(text);
  mkdirSync(path.join(root, 'out'), { recursive: true });
  const peers = beside.map(([name, figure]) => ({ name, figure }));
  writeFileSync(path.join(root, 'out', 'bench.json'), `${JSON.stringify({ results, peers }, null, 2)}\n`);
  console.log(`\n${results.filter(({ met }) => met).length} of ${results.length} goals met; out/bench.json`);
}

await main();
