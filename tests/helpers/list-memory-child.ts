// Reads a list and says by how many bytes the memory of this process grew at most meanwhile.
// argv: the file, its day, `whole` to hold the whole file beside it (the control). Run with --expose-gc.
import { readFileSync } from 'node:fs';
import { readList } from '../../main/schedule/read-list.ts';

const [, , file = '', today = '', mode = ''] = process.argv;
const { gc } = globalThis as typeof globalThis & { gc?: () => void };
if (gc === undefined) throw new Error('needs --expose-gc');
const held = (): number => {
  // What the first finds unused the second takes away.
  gc();
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const before = held();
const whole = mode === 'whole' ? readFileSync(file) : null;
let most = 0;
let bites = 0;
await readList(
  file,
  { today, desa: [] },
  {
    signal: new AbortController().signal,
    take: () => {
      bites += 1;
      if (bites % 20 === 0) most = Math.max(most, held() - before);
      return Promise.resolve();
    },
    progress: () => undefined,
  },
);
process.stdout.write(JSON.stringify({ most, bites, size: whole?.length ?? 0 }));
