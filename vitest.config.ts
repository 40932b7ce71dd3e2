import { defineConfig } from 'vitest/config';

// Node takes the types off modules by WebAssembly in each thread. Where two threads of one process make its calls into
// JavaScript faster at the same moment, V8 13.6 may free one of them twice and stop the process ("Check failed:
// jit_page.has_value()" below Runtime_TierUpWasmToJSWrapper, nodejs/node#64500): with this budget it never does.
const STEADY_WASM = ['--wasm-wrapper-tiering-budget=1000000000'];

const POSTGRES = 'tests/helpers/shared-postgres.ts';

// Folder = project = part of the summary of `npm test`. Files: tests/<project>/**/*.test.ts
const project = (name: string, options: Record<string, unknown> = {}) => ({
  test: {
    name,
    include: [`tests/${name}/**/*.test.{ts,tsx}`],
    environment: 'node',
    pool: 'forks',
    // Also on two processors, of which vitest would leave one idle.
    maxWorkers: 2,
    execArgv: STEADY_WASM,
    ...options,
  },
});

export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [
      // The limit is for what hangs: thousands of invented inputs take their time beside other work. Their files share
      // two processes: to load the same modules for each took three quarters of the time.
      project('unit', { testTimeout: 30_000, isolate: false }),
      project('store', { testTimeout: 30_000, isolate: false }),
      // A real center with a real PostgreSQL starts in these.
      project('integration', { testTimeout: 60_000, hookTimeout: 120_000, globalSetup: [POSTGRES] }),
      // A target's share of the fuzz in full counts takes minutes; each single input has its own limit.
      project('faults', { testTimeout: 1_200_000, hookTimeout: 120_000, globalSetup: [POSTGRES] }),
      // Two station windows at a time, each on a screen of its own: more would wait for each other on a small machine.
      project('e2e', {
        testTimeout: 180_000,
        hookTimeout: 180_000,
        globalSetup: ['scripts/build.ts', POSTGRES],
        setupFiles: ['tests/helpers/own-display.ts'],
        retry: 0,
      }),
    ],
  },
});
