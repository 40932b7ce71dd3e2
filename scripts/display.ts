// A display for the station's window where there is none: one virtual screen, shared by whatever the caller starts.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface Display {
  /** true when the screen is a virtual one, which nobody sees. */
  virtual: boolean;
  stop: () => void;
}

/** How long Xvfb may take to name its display. */
const START_MS = 15_000;

/** Sets process.env.DISPLAY when needed, so that children inherit it. Throws when Xvfb cannot start. */
export async function ensureDisplay(size = '1366x768x24'): Promise<Display> {
  const present = process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'];
  if (process.platform !== 'linux' || present) return { virtual: false, stop: () => {} };
  // -displayfd lets the server choose a free number: parallel runs on one machine do not collide.
  const args = ['-displayfd', '3', '-screen', '0', size, '-nolisten', 'tcp', '-noreset'];
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  process.env['DISPLAY'] = `:${await displayNumber(server)}`;
  const stop = () => {
    server.kill();
    delete process.env['DISPLAY'];
  };
  process.once('exit', () => server.kill());
  server.unref();
  return { virtual: true, stop };
}

function displayNumber(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Xvfb did not start in time')), START_MS);
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new Error(`Xvfb could not start: ${reason}`));
    };
    server.on('error', (error) => fail(error.message));
    server.on('exit', (code) => fail(`it ended with ${code}`));
    let text = '';
    const pipe = server.stdio[3] as Readable;
    pipe.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (!text.includes('\n')) return;
      clearTimeout(timer);
      pipe.destroy();
      resolve(text.trim());
    });
  });
}
