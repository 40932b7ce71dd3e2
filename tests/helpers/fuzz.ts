import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { reportFaults } from '../../scripts/faults-summary.ts';
import { generator, type Random } from './random.ts';

/** Of all targets together; `npm run faults` asks for more. */
const INPUTS = Number(process.env['REKAM_FUZZ_INPUTS'] ?? 1_000);
const SEED = Number(process.env['REKAM_SEED'] ?? 20_111_114);
/** What one input may take before it counts as a hang. */
const PATIENCE_MS = 20_000;

export interface FuzzTarget<Input> {
  readonly name: string;
  /** Of all inputs, in percent. */
  readonly share: number;
  /** An input from a random source; with the same source the same input. */
  readonly invent: (random: Random) => Input;
  /** Tried first, each time: what was found once. */
  readonly corpus?: readonly Input[];
  /** Throws what is wrong. Whatever it awaits is bounded. */
  readonly act: (input: Input) => Promise<void> | void;
}

/** How many inputs a target gets. */
export function inputsOf(share: number): number {
  return Math.max(10, Math.ceil((INPUTS * share) / 100));
}

/**
 * Runs the target's share of inputs. A failure names seed and input; `REKAM_SEED` gives the same run again.
 * @returns how many were tried
 */
export async function fuzz<Input>(target: FuzzTarget<Input>): Promise<number> {
  const { name, share, corpus = [] } = target;
  const inputs = inputsOf(share) + corpus.length;
  const found = await run(target, inputs);
  if (found !== null) throw new Error(`${name}: seed ${SEED}, ${found}`);
  console.log(`fuzz, ${name}: ${inputs} inputs, seed ${SEED}`);
  reportFaults({ what: `invented input: ${name}`, count: inputs, unit: 'inputs', bad: 0 });
  return inputs;
}

/** For a target with a planted mistake: what was found, null when nothing was. */
export function search<Input>(target: FuzzTarget<Input>, inputs: number): Promise<string | null> {
  return run(target, inputs);
}

async function run<Input>(target: FuzzTarget<Input>, inputs: number): Promise<string | null> {
  const { name, corpus = [], invent, act } = target;
  const guard = startGuard(name);
  const arbitrary = fc.noShrink(fc.integer()).map((seed) => invent(generator(seed)));
  try {
    const details = await fc.check(
      fc.asyncProperty(arbitrary, async (input) => {
        await guard.watch(async () => act(input));
      }),
      {
        seed: SEED,
        numRuns: inputs,
        examples: corpus.map((input): [Input] => [input]),
        endOnFailure: true,
        verbose: 0,
      },
    );
    if (!details.failed) return null;
    const error = details.errorInstance;
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `input ${details.numRuns} (path ${details.counterexamplePath}): ${show(details.counterexample?.[0])}\n${what}`;
  } finally {
    await guard.end();
  }
}

function show(input: unknown): string {
  const text = JSON.stringify(input, (_, value: unknown) => {
    if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('base64')}`;
    return typeof value === 'bigint' ? `${value}n` : value;
  });
  return (text ?? 'undefined').slice(0, 4_000);
}

interface Guard {
  watch(act: () => Promise<void>): Promise<void>;
  end(): Promise<void>;
}

/** A loop that never awaits stops this thread's own timers too: so another thread looks on and ends the process. */
const WATCHMAN = `
const { workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const beats = new Int32Array(workerData.shared);
let last = 0, since = Date.now();
setInterval(() => {
  const now = Atomics.load(beats, 0);
  if (now !== last || now % 2 === 0) { last = now; since = Date.now(); return; }
  if (Date.now() - since < 2 * workerData.patience) return;
  writeSync(2, 'fuzz ' + workerData.name + ': hangs at input ' + ((now + 1) / 2) + '\\n');
  process.kill(process.pid, 'SIGKILL');
}, 500);
`;

function startGuard(name: string): Guard {
  const shared = new SharedArrayBuffer(4);
  const beats = new Int32Array(shared);
  const watchman = new Worker(WATCHMAN, {
    eval: true,
    workerData: { shared, name, patience: PATIENCE_MS },
  });
  watchman.unref();
  let escaped: unknown[] = [];
  const escape = (error: unknown) => void escaped.push(error);
  process.on('unhandledRejection', escape);
  process.on('uncaughtException', escape);
  return {
    watch: async (act) => {
      Atomics.add(beats, 0, 1);
      let timer: NodeJS.Timeout | undefined;
      const tooLong = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`hangs: no end after ${PATIENCE_MS} ms`)), PATIENCE_MS);
      });
      try {
        await Promise.race([act(), tooLong]);
        await new Promise((resolve) => setImmediate(resolve));
      } finally {
        clearTimeout(timer);
        Atomics.add(beats, 0, 1);
      }
      const [first] = escaped;
      escaped = [];
      if (first !== undefined) throw new Error('nobody caught an error', { cause: first });
    },
    end: async () => {
      process.off('unhandledRejection', escape);
      process.off('uncaughtException', escape);
      await watchman.terminate();
    },
  };
}
