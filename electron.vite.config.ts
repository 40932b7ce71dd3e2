import { readFileSync } from 'node:fs';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';

// electron-vite asks the Electron binary for its version unless told; the binary may not be there yet, and the
// targets below are stated anyway.
process.env['ELECTRON_MAJOR_VER'] ??= '25';

const root = import.meta.dirname;
const at = (...parts: string[]) => path.join(root, ...parts);

// Native addons cannot be bundled; everything else is, since ESM-only packages cannot be required by CommonJS.
const external = ['electron', 'better-sqlite3', '@node-rs/argon2'];

// The oldest runtime the app runs on (scripts/runtime.mjs): Electron 25 has Node 18 and no ESM in main.
const nodeBuild = {
  target: 'node18',
  externalizeDeps: false,
  // What is read at every start and held in memory as long as the app.
  minify: true,
  sourcemap: true,
  emptyOutDir: true,
} as const;

// The face check's models and wasm ship with the window (renderer/features/desk/face/model.ts): nothing is fetched.
const FACE_FILES = [
  ...['blazeface', 'facemesh', 'iris'].flatMap((model) => [
    `@vladmandic/human/models/${model}.json`,
    `@vladmandic/human/models/${model}.bin`,
  ]),
  '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm',
  '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
];
const faceFiles: Plugin = {
  name: 'face-files',
  generateBundle() {
    for (const file of FACE_FILES) {
      const source = readFileSync(at('node_modules', file));
      this.emitFile({ type: 'asset', fileName: `face/${path.basename(file)}`, source });
    }
  },
};

interface Modules {
  getModuleInfo(id: string): { readonly isEntry: boolean; readonly importers: readonly string[] } | null;
}

/** Reached from the first script through Mantine's index alone; a page behind the login uses it. */
const LATER = /react-number-format|\/(NumberInput|Textarea)\//;

/** One file of all that the page loads first, since each request passes main's thread, and it waits for all of them. */
function firstScript(id: string, modules: Modules): string | null {
  if (LATER.test(id)) return null;
  const onTheWay = new Set([id]);
  for (const one of onTheWay) {
    const module = modules.getModuleInfo(one);
    if (module?.isEntry === true) return 'first';
    for (const importer of module?.importers ?? []) onTheWay.add(importer);
  }
  return null;
}

export default defineConfig({
  main: {
    build: {
      ...nodeBuild,
      outDir: at('dist', 'main'),
      rolldownOptions: {
        input: {
          boot: at('main', 'boot.ts'),
          index: at('main', 'index.ts'),
          worker: at('main', 'worker.ts'),
          examiner: at('main', 'examiner.ts'),
        },
        external,
        output: {
          ...{ format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name]-[hash].cjs' },
          // The log tells errors by the names of their classes.
          keepNames: true,
        },
      },
    },
  },
  preload: {
    build: {
      ...nodeBuild,
      outDir: at('dist', 'preload'),
      rolldownOptions: {
        input: { preload: at('main', 'preload.ts') },
        external,
        // A sandboxed preload cannot require files: one file.
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer: {
    root: at('renderer'),
    plugins: [react(), faceFiles],
    worker: { format: 'es' },
    build: {
      target: 'chrome114',
      minify: true,
      sourcemap: false,
      outDir: at('dist', 'renderer'),
      emptyOutDir: true,
      // Read from the disk beside it: one large file comes sooner than twenty.
      chunkSizeWarningLimit: 2_000,
      rolldownOptions: {
        input: { index: at('renderer', 'index.html') },
        // Else zod tries `eval` at start, and what the policy then refuses costs the first picture a twentieth of a second.
        output: {
          banner: '(globalThis.__zod_globalConfig??={}).jitless=true;',
          codeSplitting: { groups: [{ name: firstScript, debugName: 'first' }] },
        },
      },
    },
  },
});
