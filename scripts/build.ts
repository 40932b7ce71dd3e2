import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './runtime.mjs';

const STAMP = path.join(root, 'dist', 'built');
const SOURCES = [
  'app/**/*.ts',
  'main/**/*.ts',
  'renderer/**/*',
  'electron.vite.config.ts',
  'package-lock.json',
];

/** Builds main, preload and window into dist/, unless nothing has changed since the last build. */
export async function buildApp(): Promise<void> {
  if (isCurrent()) return;
  console.log('Building the app …');
  const vite = path.join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: root,
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error('the app could not be built; see above');
  mkdirSync(path.dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, fingerprint());
}

function isCurrent(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint();
}

/** Count and newest change of the sources: enough to notice an edit, a new file and a removed one. */
function fingerprint(): string {
  const files = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: root })).map((file) =>
    path.join(root, file),
  );
  const times = files.map((file) => statSync(file).mtimeMs);
  return `${files.length} ${Math.max(0, ...times)}`;
}

/** vitest's globalSetup of the e2e project: a test of yesterday's window would prove nothing. */
export default buildApp;
