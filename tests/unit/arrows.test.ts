// The import arrows of docs/architecture: which room may know which. Lint says the same while typing; this one
// also sees the arrows inside main, and proves on invented files that it can fail.
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { parseSync } from 'rolldown/utils';
import { describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const ROOMS = ['app', 'main', 'renderer', 'center'];

// From the most special to the most general: the first prefix that fits a file decides. `may` lists what it may
// import: own files by prefix, packages by name; '*' stands for any package, 'node:*' for any of Node's modules.
const NETWORK = ['node:http', 'node:https', 'node:http2', 'node:net', 'node:tls', 'node:dgram'];
const SHARED = ['app/', 'main/log.ts', 'main/whole-file.ts', '*', 'node:*'];
const ARROWS: { from: string; may: string[]; not?: string[] }[] = [
  { from: 'app/', may: ['app/', 'zod', 'cborg'] },
  { from: 'main/preload.ts', may: ['app/ipc/', 'electron'] },
  {
    from: 'main/boot.ts',
    may: [
      ...['index.ts', 'environment.ts', 'first-picture.ts', 'window.ts', 'lifecycle.ts', 'log-file.ts'].map(
        (name) => `main/${name}`,
      ),
      ...['main/ipc/register.ts', 'main/intake/store-thread.ts'],
      ...['main/security/policy.ts', 'main/sync/transport.ts'],
      ...SHARED,
    ],
    not: ['better-sqlite3', ...NETWORK],
  },
  ...['index', 'rooms', 'worker', 'examiner', 'window', 'lifecycle'].map((name) => ({
    from: `main/${name}.ts`,
    may: ['main/', ...SHARED],
    not: ['better-sqlite3', ...NETWORK],
  })),
  {
    from: 'main/ipc/',
    may: [
      'main/ipc/',
      'main/intake/',
      'main/checkup/',
      'main/sync/',
      'main/devices/',
      'main/store/',
      'main/security/',
      'main/slip/',
      'main/schedule/',
      ...SHARED,
    ],
    not: ['better-sqlite3', ...NETWORK],
  },
  {
    from: 'main/intake/',
    may: ['main/intake/', 'main/store/', 'main/security/', ...SHARED],
    not: ['better-sqlite3', ...NETWORK],
  },
  {
    from: 'main/checkup/',
    may: ['main/checkup/', 'main/store/', 'main/security/', 'main/examiner.ts', ...SHARED],
    not: ['better-sqlite3', ...NETWORK],
  },
  {
    from: 'main/training/',
    may: ['main/training/', 'main/intake/', 'main/store/', 'main/security/', ...SHARED],
    not: ['better-sqlite3', ...NETWORK],
  },
  {
    from: 'main/sync/',
    may: ['main/sync/', 'main/store/', 'main/security/', ...SHARED],
    not: ['better-sqlite3'],
  },
  { from: 'main/store/migrations/', may: ['main/store/migrations/'] },
  { from: 'main/store/', may: ['main/store/', ...SHARED], not: NETWORK },
  { from: 'main/devices/', may: ['main/devices/', ...SHARED], not: ['better-sqlite3'] },
  { from: 'main/security/', may: ['main/security/', ...SHARED], not: ['better-sqlite3', ...NETWORK] },
  {
    from: 'main/schedule/',
    may: ['main/schedule/', 'main/store/', ...SHARED],
    not: ['better-sqlite3', ...NETWORK],
  },
  { from: 'main/slip/', may: ['main/slip/', ...SHARED], not: ['better-sqlite3', ...NETWORK] },
  ...['environment', 'autostart'].map((name) => ({
    from: `main/${name}.ts`,
    may: ['main/at-login.ts', ...SHARED],
    not: ['better-sqlite3', ...NETWORK],
  })),
  { from: 'main/', may: SHARED, not: ['better-sqlite3', ...NETWORK] },
  { from: 'renderer/', may: ['renderer/', 'app/', '*'], not: ['electron', 'better-sqlite3'] },
  {
    from: 'center/',
    may: [
      'center/',
      'app/sync/',
      'app/enrollment/',
      'app/errors.ts',
      'app/result.ts',
      'app/ids.ts',
      '*',
      'node:*',
    ],
    not: ['electron', 'better-sqlite3'],
  },
];

// Words that one file alone may use, wherever else they stand in a room.
const SOLE: { word: RegExp; room: string; file: string }[] = [
  { word: /\bipcMain\b/, room: 'main/', file: 'main/ipc/register.ts' },
  { word: /\b(window|globalThis)\.rekam\b/, room: 'renderer/', file: 'renderer/station.ts' },
];

// An import() of something reckoned at run time hides its arrow, so no room may have one.
const COMPUTED = '(computed)';

/** Every module a source names: import, import type, export from, import(), import('…').T and require(). */
function importsOf(file: string, source: string): string[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const found: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type } = node as { type?: unknown };
    const {
      source: from,
      callee,
      arguments: args,
    } = node as Record<string, { value?: unknown; name?: unknown }>;
    if (typeof from?.value === 'string') found.push(from.value);
    else if (type === 'ImportExpression') found.push(COMPUTED);
    const [first] = Array.isArray(args) ? (args as { value?: unknown }[]) : [];
    if (callee?.name === 'require' && typeof first?.value === 'string') found.push(first.value);
    for (const child of Object.values(node)) visit(child);
  };
  visit(program);
  return found;
}

function allowed(specifier: string, target: string, may: string[], not: string[] = []): boolean {
  const hit = (entry: string) =>
    target === entry || (entry.endsWith('/') ? target.startsWith(entry) : target.startsWith(`${entry}/`));
  if (specifier === COMPUTED || not.some(hit)) return false;
  if (specifier.startsWith('.')) return may.some(hit);
  return may.some(hit) || may.includes(target.startsWith('node:') ? 'node:*' : '*');
}

function violations(file: string, source: string): string[] {
  const rule = ARROWS.find(({ from }) => file.startsWith(from));
  if (!rule) return [`${file} lies in no known room`];
  const bad = importsOf(file, source).flatMap((specifier) => {
    const node = builtinModules.includes(specifier) ? `node:${specifier}` : specifier;
    const target = specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : node;
    return allowed(specifier, target, rule.may, rule.not) ? [] : [`${file} → ${target}`];
  });
  const words = SOLE.filter(
    (sole) => file.startsWith(sole.room) && file !== sole.file && sole.word.test(source),
  );
  return [...bad, ...words.map((sole) => `${file} uses ${sole.word.source}, which is ${sole.file}'s alone`)];
}

function sources(room: string): string[] {
  return readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' })
    .map((name) => path.posix.join(room, name.split(path.sep).join('/')))
    .filter((name) => /\.tsx?$/.test(name));
}

describe('import arrows', () => {
  test.each(ROOMS)('%s keeps to its arrows', (room) => {
    expect(
      sources(room).flatMap((file) => violations(file, readFileSync(path.join(root, file), 'utf8'))),
    ).toEqual([]);
  });

  test.each([
    ['app/desk/x.ts', "import fs from 'node:fs';"],
    ['app/desk/x.ts', "import type { A } from '../../main/log.ts';"],
    ['app/desk/x.ts', "import { v7 } from 'uuid';"],
    ['main/intake/x.ts', "export * from '../sync/engine.ts';"],
    ['main/security/x.ts', "const load = () => import('../store/database.ts');"],
    ['main/sync/x.ts', "import Database from 'better-sqlite3';"],
    ['main/training/x.ts', "import { createTransport } from '../sync/transport.ts';"],
    ['main/training/x.ts', "import https from 'node:https';"],
    ['main/intake/x.ts', "import https from 'https';"],
    ['main/store/migrations/001.ts', "import { z } from 'zod';"],
    ['main/store/x.ts', "let row: import('../sync/api.ts').Row;"],
    ['main/preload.ts', "import '../app/errors.ts';"],
    ['main/window.ts', "import { ipcMain } from 'electron';"],
    ['renderer/x.tsx', "import { app } from 'electron';"],
    ['renderer/x.tsx', "import '../main/log.ts';"],
    ['renderer/features/x.tsx', 'void window.rekam;'],
    ['center/x.ts', "import { draftSchema } from '../app/desk/draft.ts';"],
    ['center/x.ts', 'const name = "pg"; void import(name);'],
    ['elsewhere/x.ts', ''],
  ])('refuses %s: %s', (file, source) => {
    expect(violations(file, source)).toHaveLength(1);
  });

  test.each([
    ['app/enrollment/packet.ts', "import { z } from 'zod'; import { decode } from 'cborg';"],
    ['main/store/database.ts', "import Database from 'better-sqlite3'; import { log } from '../log.ts';"],
    ['main/sync/transport.ts', "import https from 'node:https'; import { net } from 'electron';"],
    ['main/ipc/register.ts', "import { ipcMain } from 'electron';"],
    ['main/index.ts', "import { start } from './sync/engine.ts';"],
    ['center/x.ts', "import { z } from 'zod'; import pg from 'pg'; import '../app/sync/protocol.ts';"],
  ])('lets %s through: %s', (file, source) => {
    expect(violations(file, source)).toEqual([]);
  });
});
