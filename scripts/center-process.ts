import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './runtime.mjs';

/** The reference center as a process of its own, so that it can be stopped, killed and started like the real one. */
export interface CenterProcess {
  readonly url: string;
  /** Printed while no station is active yet. */
  readonly activationCode: string | null;
  /** As an operator of the data center would stop it. */
  stop(): Promise<void>;
  /** As a power cut would. */
  kill(): Promise<void>;
}

export interface CenterProcessOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly database: string | null;
  /** Providers whose scanners the demo believes. */
  readonly deviceAnchors: readonly string[];
  /** Of the demo; 48,000 unless given. */
  readonly residents?: number;
  /** Plain HTTP on loopback, where bytes on the wire are counted before TLS. */
  readonly http?: boolean;
  /** It stands in for a machine elsewhere: what is measured here loses none of its processor to it. */
  readonly yields?: boolean;
  /** Every line that the center prints. */
  readonly onLine?: (line: string) => void;
}

const READY = /^ready (\S+)/;
const CODE = /^activation-code (\S+)/;

export async function startCenterProcess(options: CenterProcessOptions): Promise<CenterProcess> {
  const args = [
    path.join(root, 'center', 'main.ts'),
    '--demo',
    '--data',
    options.dataDir,
    '--port',
    String(options.port),
  ];
  if (options.residents !== undefined) args.push('--residents', String(options.residents));
  if (options.http === true) args.push('--http');
  if (options.database !== null) args.push('--database', options.database);
  for (const anchor of options.deviceAnchors) args.push('--device-anchor', anchor);
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  if (options.yields === true && child.pid !== undefined)
    setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const exited = once(child, 'exit');
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  void exited.then(() => process.removeListener('exit', endWithUs));

  const { url, activationCode } = await whenReady(child, options.onLine);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  return { url, activationCode, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

function whenReady(
  child: ChildProcess,
  onLine: ((line: string) => void) | undefined,
): Promise<{ url: string; activationCode: string | null }> {
  return new Promise((resolve, reject) => {
    let activationCode: string | null = null;
    child.once('exit', (code) => reject(new Error(`the center ended with ${code} before it was ready`)));
    child.once('error', reject);
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      onLine?.(line);
      activationCode = CODE.exec(line)?.[1] ?? activationCode;
      const url = READY.exec(line)?.[1];
      if (url !== undefined) resolve({ url, activationCode });
    });
  });
}
