// npm test: everything that tells whether this tree is good, in the order that fails soonest, and one count.
//
//   npm test                     everything
//   npm test -- unit store       only these parts (build, typecheck, lint, format, unit, store, integration, …)
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { electronRuntime, root } from './runtime.mjs';

interface Part {
  name: string;
  passed: number;
  failed: number;
  skipped: number;
  seconds: number;
  /** Each failed test and the first line of why, since the whole output may be cut where it is kept. */
  reasons: string[];
}

/** The members read from vitest's JSON report. */
interface VitestReport {
  numFailedTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
  }[];
}

const QUIET_PROJECTS = ['unit', 'store', 'integration', 'faults'];
const CHECKS: [name: string, script: string[]][] = [
  ['build', [bin('electron-vite', 'bin/electron-vite.js'), 'build', '--logLevel', 'warn']],
  ['typecheck', [path.join(root, 'scripts', 'typecheck.ts')]],
  ['lint', [bin('oxlint', 'bin/oxlint'), '--type-aware', '--deny-warnings']],
  ['format', [bin('@biomejs/biome', 'bin/biome'), 'format']],
];
const reports = path.join(root, 'out', 'test');
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const wanted = (name: string) => chosen.length === 0 || chosen.includes(name);

function bin(name: string, file: string): string {
  return path.join(root, 'node_modules', name, file);
}

function run(args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

async function check(name: string, args: string[]): Promise<Part> {
  console.log(`\n── ${name}`);
  const start = performance.now();
  const code = await run(args);
  const seconds = (performance.now() - start) / 1000;
  return { name, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0, seconds, reasons: [] };
}

async function vitest(project: string): Promise<Part> {
  console.log(`\n── ${project}`);
  const file = path.join(reports, `${project}.json`);
  rmSync(file, { force: true });
  const start = performance.now();
  const code = await run([
    ...[bin('vitest', 'vitest.mjs'), 'run', '--project', project],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
  ]);
  const part = { name: project, ...count(file, code), seconds: (performance.now() - start) / 1000 };
  // A project that ran nothing, because its folder moved or no window opened, has proved nothing.
  if (part.passed + part.failed === 0) {
    console.error(`${project}: no test ran`);
    part.failed = 1;
  }
  return part;
}

function count(file: string, code: number): Pick<Part, 'passed' | 'failed' | 'skipped' | 'reasons'> {
  let report: VitestReport;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch {
    return { passed: 0, failed: 1, skipped: 0, reasons: ['no report was written'] };
  }
  const tests = report.testResults.flatMap((result) => result.assertionResults);
  const of = (...states: string[]) => tests.filter((test) => states.includes(test.status)).length;
  // A file that could not be loaded has no tests to count, yet it failed.
  const broken = report.testResults.filter(
    (result) =>
      result.status === 'failed' && result.assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  let failed = of('failed') + broken;
  // Nor may an error outside any test pass unseen.
  if (code !== 0 && failed === 0) failed = 1;
  return {
    passed: of('passed'),
    failed,
    skipped: of('skipped', 'pending', 'todo', 'disabled'),
    reasons: report.testResults.flatMap(reasonsOf),
  };
}

function reasonsOf({
  name,
  status,
  message,
  assertionResults,
}: VitestReport['testResults'][number]): string[] {
  const file = path.relative(root, name);
  const failed = assertionResults.filter((test) => test.status === 'failed');
  if (failed.length === 0) return status === 'failed' ? [`${file}: ${firstLine(message)}`] : [];
  return failed.map((test) => `${file} > ${test.fullName}: ${firstLine(test.failureMessages[0])}`);
}

function firstLine(message: string | undefined): string {
  return (message ?? '').split('\n', 1)[0] ?? '';
}

async function endToEnd(): Promise<Part> {
  const runtime = electronRuntime();
  console.log(`\nElectron ${runtime.version} (${runtime.kind}): ${path.relative(root, runtime.executable)}`);
  const part = await vitest('e2e');
  return part;
}

function summary(parts: Part[]): void {
  console.log('\n── summary');
  for (const part of parts) {
    const counts = `${part.passed} passed, ${part.failed} failed, ${part.skipped} skipped`;
    console.log(`${part.name.padEnd(12)} ${counts.padEnd(36)} ${part.seconds.toFixed(1).padStart(7)} s`);
  }
  for (const reason of parts.flatMap(({ reasons }) => reasons)) console.log(`failed: ${reason}`);
  const sum = (key: 'passed' | 'failed' | 'skipped') => parts.reduce((total, part) => total + part[key], 0);
  if (sum('failed') > 0) process.exitCode = 1;
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
}

const known = [...CHECKS.map(([name]) => name), ...QUIET_PROJECTS, 'e2e'];
const unknown = chosen.filter((name) => !known.includes(name));
if (unknown.length > 0)
  throw new Error(`no such part: ${unknown.join(', ')} (there are ${known.join(', ')})`);

mkdirSync(reports, { recursive: true });
const parts: Part[] = [];
for (const [name, args] of CHECKS) if (wanted(name)) parts.push(await check(name, args));
for (const project of QUIET_PROJECTS) if (wanted(project)) parts.push(await vitest(project));
if (wanted('e2e')) parts.push(await endToEnd());
summary(parts);
