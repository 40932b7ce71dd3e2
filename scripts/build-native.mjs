// Builds better-sqlite3 for Node-API 8, for the fallback Electron 25 only (see runtime.mjs).
//
// Why: the prebuilt that npm delivers needs Node-API 10, because it keeps references to strings and
// plain values, and aborts at load in an older runtime. Here the same sources are copied, those references
// are held through a one-element array (an object, which Node-API 8 can reference), and the copy is compiled.
// node_modules stays as installed; the release uses the prebuilt.
//
// Why the compiler is called directly: node-gyp needs Python, make and Node's headers from the network.
// The Node-API headers come from npm (node-api-headers, node-addon-api), so a C++ compiler is enough.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const modules = path.join(root, 'node_modules');
const source = path.join(modules, 'better-sqlite3');
const outDir = path.join(root, '.cache', 'native');

/** Where the built addon lies; runtime.mjs hands it out as `nativeBinding`. */
export const nativeBindingPath = path.join(outDir, 'better_sqlite3.node');
const stampPath = `${nativeBindingPath}.stamp`;

// Drop-in for the few members of Napi::Reference that the sources use. All-zero memory must mean "empty":
// SQLite hands out zeroed accumulators.
const HELD_REFERENCE = `#pragma once
#include <napi.h>
template <typename T> class HeldReference {
public:
	HeldReference() = default;
	explicit HeldReference(const T& value) { Reset(value, 1); }
	T Value() const {
		if (box.IsEmpty()) return T();
		napi_value element = nullptr;
		napi_get_element(box.Env(), box.Value(), 0, &element);
		return T(box.Env(), element);
	}
	bool IsEmpty() const { return box.IsEmpty(); }
	void Reset() { box.Reset(); }
	void Reset(const T& value, uint32_t count) {
		napi_value holder = nullptr;
		napi_create_array_with_length(value.Env(), 1, &holder);
		napi_set_element(value.Env(), holder, 0, value);
		box.Reset(Napi::Object(value.Env(), holder), count);
	}
private:
	Napi::ObjectReference box;
};
`;

/** @type {[file: string, from: string, to: string, count: number][]} A changed upstream must stop the build, not slip through. */
const EDITS = [
  ['src/util/constants.cpp', 'Napi::Reference<Napi::String>', 'HeldReference<Napi::String>', 20],
  ['src/util/constants.cpp', 'Napi::Persistent(', 'HeldReference<Napi::String>(', 2],
  ['src/util/bind-map.cpp', 'Napi::Reference<Napi::String>', 'HeldReference<Napi::String>', 1],
  ['src/util/bind-map.cpp', 'Napi::Persistent(', 'HeldReference<Napi::String>(', 2],
  ['src/util/custom-aggregate.cpp', 'Napi::Reference<Napi::Value>', 'HeldReference<Napi::Value>', 2],
  ['src/util/custom-aggregate.cpp', 'Napi::Persistent(start)', 'HeldReference<Napi::Value>(start)', 1],
  ['src/util/helpers.cpp', 'Napi::Reference<Napi::String>', 'HeldReference<Napi::String>', 1],
  ['src/objects/database.hpp', 'Napi::Reference<Napi::Value>', 'HeldReference<Napi::Value>', 1],
];

function stamp() {
  const hash = createHash('sha256');
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  for (const name of ['better-sqlite3', 'node-addon-api', 'node-api-headers']) {
    hash.update(JSON.parse(readFileSync(path.join(modules, name, 'package.json'), 'utf8')).version);
  }
  return hash.digest('hex');
}

export function nativeIsBuilt() {
  return (
    existsSync(nativeBindingPath) && existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp()
  );
}

export function hasCompiler() {
  return spawnSync('g++', ['--version']).status === 0;
}

/** @param {string[]} args @param {string} cwd @returns {Promise<void>} */
function gxx(args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn('g++', args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`g++ ended with ${code}: g++ ${args.join(' ')}`)),
    );
  });
}

/** @param {string} work */
function applyEdits(work) {
  for (const [file, from, to, count] of EDITS) {
    const target = path.join(work, file);
    const parts = readFileSync(target, 'utf8').split(from);
    if (parts.length - 1 !== count) {
      throw new Error(
        `better-sqlite3 changed: "${from}" is in ${file} ${parts.length - 1} times, ${count} expected`,
      );
    }
    writeFileSync(target, parts.join(to));
  }
}

/** Compiles into .cache/native (about a minute on two cores). Throws when the compiler or a source fails. */
export async function buildNative() {
  // Own folder per process: two starts at the same time must not compile over each other.
  const work = path.join(outDir, `build-${process.pid}`);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    cpSync(path.join(source, 'src'), path.join(work, 'src'), { recursive: true });
    cpSync(path.join(source, 'deps'), path.join(work, 'deps'), { recursive: true });
    applyEdits(work);
    writeFileSync(path.join(work, 'held-reference.hpp'), HELD_REFERENCE);

    // The package's own compile-time choices, so that this build behaves as the prebuilt does.
    const gypi = readFileSync(path.join(work, 'deps', 'defines.gypi'), 'utf8');
    const defines = [...gypi.matchAll(/'((?:HAVE|SQLITE)_[A-Z0-9_]+(?:=[^']*)?)'/g)].map((m) => `-D${m[1]}`);
    if (defines.length < 30) throw new Error('better-sqlite3 changed: deps/defines.gypi could not be read');

    const common = ['-O2', '-fPIC', '-pthread', '-DNDEBUG', '-fvisibility=hidden'];
    const include = [
      path.join(modules, 'node-api-headers', 'include'),
      path.join(modules, 'node-addon-api'),
      path.join(work, 'deps', 'sqlite3'),
    ].map((dir) => `-I${dir}`);
    await Promise.all([
      gxx(
        [
          '-x',
          'c',
          '-std=c99',
          '-w',
          ...common,
          ...defines,
          '-c',
          'deps/sqlite3/sqlite3.c',
          '-o',
          'sqlite3.o',
        ],
        work,
      ),
      gxx(
        [
          ...['-std=c++20', '-w', ...common, ...include],
          ...[
            '-DNAPI_VERSION=8',
            '-DNAPI_DISABLE_CPP_EXCEPTIONS',
            '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
          ],
          '-DBUILDING_NODE_EXTENSION',
          ...['-include', 'held-reference.hpp', '-c', 'src/better_sqlite3.cpp', '-o', 'addon.o'],
        ],
        work,
      ),
    ]);
    // -static-libstdc++ because Electron and old distributions may carry another libstdc++.
    const link = [
      '-shared',
      '-pthread',
      '-Wl,-Bsymbolic',
      '-Wl,--exclude-libs,ALL',
      '-static-libgcc',
      '-static-libstdc++',
    ];
    await gxx([...link, 'addon.o', 'sqlite3.o', '-ldl', '-lm', '-o', 'built.node'], work);
    renameSync(path.join(work, 'built.node'), nativeBindingPath);
    writeFileSync(stampPath, stamp());
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildNative();
  console.log(nativeBindingPath);
}
