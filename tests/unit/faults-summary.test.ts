import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { faultTable, readFaults, reportFaults, type FaultCount } from '../../scripts/faults-summary.ts';

const RECORD: FaultCount = {
  what: 'killed while recording',
  count: 1200,
  unit: 'kills',
  bad: 0,
  measured: { 'reopen p99': '9.1 ms' },
};
const SYNC: FaultCount = { what: 'killed in an upload', count: 20, unit: 'kills', bad: 0 };

afterEach(() => vi.unstubAllEnvs());

test('what several tests count comes to one table with its sums', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'rekam-faults-'));
  const file = path.join(folder, 'report.jsonl');
  vi.stubEnv('REKAM_FAULTS_REPORT', file);
  reportFaults(RECORD);
  reportFaults(SYNC);
  const lines = faultTable(readFaults(readFileSync(file, 'utf8')), true);
  expect(lines[0]).toMatch(/^killed in an upload {8}20 kills {2}nothing lost$/);
  expect(lines[1]).toContain('1,200 kills  nothing lost  reopen p99 9.1 ms');
  expect(lines.at(-1)).toBe('zero losses in 1,220 kills');
  rmSync(folder, { recursive: true, force: true });
});

test('nobody who asks is no error', () => {
  vi.stubEnv('REKAM_FAULTS_REPORT', '');
  expect(() => reportFaults(RECORD)).not.toThrow();
});

test.each([
  [[], true, 'nothing was counted'],
  [[RECORD], false, 'a test failed: no word on losses, after 1,200 kills'],
  [[RECORD, { ...SYNC, bad: 2 }], true, '2 losses in 1,220 kills'],
])('zero losses is said only where it is so (%#)', (counts, passed, said) => {
  expect(faultTable(counts, passed).at(-1)).toBe(said);
});
