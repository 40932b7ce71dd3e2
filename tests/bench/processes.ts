import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface PouchServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** express-pouchdb as a process of its own, gone with us however we go: it ends when its input does. */
export async function startPouchServer(folder: string): Promise<PouchServer> {
  const file = path.join(import.meta.dirname, 'pouch-server.ts');
  const child = spawn(process.execPath, [file, folder], { stdio: ['pipe', 'pipe', 'ignore'] });
  const exited = once(child, 'exit');
  const port = await new Promise<number>((resolve, reject) => {
    void exited.then(() => reject(new Error('the PouchDB server ended before it was ready')));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('ready ')) resolve(Number(line.slice(6)));
    });
  });
  return {
    port,
    stop: async () => {
      child.kill();
      await exited;
    },
  };
}
