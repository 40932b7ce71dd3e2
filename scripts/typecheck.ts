// Checks every room against its own tsconfig; the libraries and types each room may use are part of the check.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from './runtime.mjs';

const ROOMS = ['.', 'app', 'main', 'renderer', 'center', 'scripts', 'tests'];
const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');

function check(room: string): Promise<boolean> {
  return new Promise((resolve) => {
    const args = [tsc, '-p', path.join(root, room, 'tsconfig.json'), '--pretty', 'false'];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    // 'close', not 'exit': the output must have arrived in full.
    child.on('close', (code) => {
      // A room without a source file yet (TS18003) has nothing wrong in it.
      const empty = output.includes('error TS18003');
      if (code !== 0 && !empty) process.stdout.write(output);
      resolve(code === 0 || empty);
    });
  });
}

const rooms = ROOMS.filter((room) => existsSync(path.join(root, room, 'tsconfig.json')));
const results = await Promise.all(rooms.map(check));
const bad = rooms.filter((_, index) => !results[index]);
if (bad.length > 0) {
  console.error(`typecheck: errors in ${bad.join(', ')}`);
  process.exitCode = 1;
}
