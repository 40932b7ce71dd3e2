// npm run faults: the fault tests of `npm test` in full counts, and at the end what was tried and what was lost.
//
//   npm run faults [-- --kills N] [--states N] [--seeds N] [--packets N] [--inputs N] [--corruptions N]
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { faultTable, readFaults } from './faults-summary.ts';
import { root } from './runtime.mjs';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    states: { type: 'string', default: '2000' },
    seeds: { type: 'string', default: '2000' },
    packets: { type: 'string', default: '500' },
    inputs: { type: 'string', default: '100000' },
    corruptions: { type: 'string', default: '200' },
  },
});

for (const [name, value] of Object.entries(values)) {
  if (!/^[1-9]\d*$/.test(value)) throw new Error(`--${name} takes a whole number from 1`);
}
const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
const report = path.join(root, 'out', 'faults.jsonl');
mkdirSync(path.dirname(report), { recursive: true });
rmSync(report, { force: true });
const child = spawn(process.execPath, [vitest, 'run', '--project', 'faults'], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    REKAM_FAULTS_REPORT: report,
    REKAM_KILLS: values.kills,
    REKAM_CRASH_STATES: values.states,
    REKAM_SIM_SEEDS: values.seeds,
    REKAM_ABUSED_PACKETS: values.packets,
    REKAM_FUZZ_INPUTS: values.inputs,
    REKAM_CORRUPTIONS: values.corruptions,
  },
});
child.on('exit', (code) => {
  const counts = existsSync(report) ? readFaults(readFileSync(report, 'utf8')) : [];
  console.log(`\n── faults\n${faultTable(counts, code === 0).join('\n')}`);
  process.exitCode = code ?? 1;
});
