// What the fault tests count, one line of JSON each in the file that REKAM_FAULTS_REPORT names, and the table of it.
import { appendFileSync } from 'node:fs';

/** One thing that was tried again and again. */
export interface FaultCount {
  /** What was done to the station, e.g. `killed while recording`. */
  readonly what: string;
  readonly count: number;
  /** What `count` counts, in the plural, e.g. `kills`. */
  readonly unit: string;
  /** How often something was lost, torn, doubled, or taken for what it is not. */
  readonly bad: number;
  /** Measured beside it, in order, e.g. `{ 'reopen p99': '12.3 ms' }`. */
  readonly measured?: Readonly<Record<string, string>>;
}

/** Tells `npm run faults`; under `npm test` nobody asks. */
export function reportFaults(counted: FaultCount): void {
  const file = process.env['REKAM_FAULTS_REPORT'];
  // One short append a line: several test files write to it at the same time.
  if (file) appendFileSync(file, `${JSON.stringify(counted)}\n`);
}

export function readFaults(text: string): FaultCount[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as FaultCount);
}

/**
 * @param passed whether every test passed: a control that found nothing, or a test that never reported, is no proof
 * @returns lines for a person; the last one says `zero losses` only where that is so
 */
export function faultTable(counts: readonly FaultCount[], passed: boolean): string[] {
  const rows = counts.toSorted((a, b) => a.unit.localeCompare(b.unit) || a.what.localeCompare(b.what));
  const amount = (count: number, unit: string): string => `${count.toLocaleString('en')} ${unit}`;
  const what = width(rows.map((row) => row.what));
  const tried = width(rows.map((row) => amount(row.count, row.unit)));
  const lines = rows.map((row) => {
    const measured = Object.entries(row.measured ?? {}).map(([name, value]) => `${name} ${value}`);
    const bad = row.bad === 0 ? 'nothing lost' : `${row.bad} LOST`;
    return [
      row.what.padEnd(what),
      amount(row.count, row.unit).padStart(tried),
      bad.padEnd(12),
      measured.join(', '),
    ]
      .join('  ')
      .trimEnd();
  });
  const sums = new Map<string, number>();
  for (const { unit, count } of rows) sums.set(unit, (sums.get(unit) ?? 0) + count);
  const all = [...sums].map(([unit, count]) => amount(count, unit)).join(', ');
  const bad = rows.reduce((sum, row) => sum + row.bad, 0);
  return [...lines, '', verdict(all, bad, passed)];
}

function verdict(all: string, bad: number, passed: boolean): string {
  if (all === '') return 'nothing was counted';
  if (bad > 0) return `${bad} losses in ${all}`;
  return passed ? `zero losses in ${all}` : `a test failed: no word on losses, after ${all}`;
}

function width(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length));
}
