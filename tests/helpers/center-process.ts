import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface CenterProcess {
  readonly url: string;
  readonly port: number;
  readonly caPem: string;
  /** Printed while no station is active. */
  readonly activationCode: string | null;
  readonly child: ChildProcess;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
}

const root = path.resolve(import.meta.dirname, '../..');

/** The center as `npm run center` starts it, in a process of its own that can be killed. */
export function spawnCenter(data: string, port: number, ...args: string[]): Promise<CenterProcess> {
  const child = spawn(process.execPath, ['center/main.ts', '--data', data, '--port', String(port), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return new Promise((resolve, reject) => {
    let activationCode: string | null = null;
    void exit.then((code) => reject(new Error(`the center ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [word, value = ''] = line.split(' ');
      if (word === 'activation-code') activationCode = value;
      if (word !== 'ready') return;
      const file = readFileSync(path.join(data, 'ca.pem'), 'utf8');
      resolve({
        url: value,
        port: Number(new URL(value).port),
        caPem: file.slice(0, file.indexOf('-----BEGIN PRIVATE')),
        activationCode,
        child,
        kill: async () => {
          child.kill('SIGKILL');
          await exit;
        },
        stop: () => {
          child.kill('SIGTERM');
          return exit;
        },
      });
    });
  });
}
