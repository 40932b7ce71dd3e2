// docs/threat-model.md names a test for each of the 20 items: each must be there and speak of its item.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { restrictPermissions } from '../../main/security/policy.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** The table's rows: item → its test files. */
const ITEMS = new Map(
  [...read('docs/threat-model.md').matchAll(/^\| (\d+) \|.*\| ([^|]+) \|$/gm)].map(([, item, tests = '']) => [
    Number(item),
    [...tests.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
  ]),
);

test('all 20 items have a row', () => {
  expect([...ITEMS.keys()]).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});

test.each([...ITEMS])('item %i is tried where the table says', (item, files) => {
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    expect([file, existsSync(path.join(root, file))]).toEqual([file, true]);
    // In the name of a test, not in a remark.
    expect(read(file)).toMatch(new RegExp(`['"]Electron ${item}:`));
  }
});

test('every file of the repository that the document names exists', () => {
  const named = [...read('docs/threat-model.md').matchAll(/`((?:main|tests|app)\/[^`]+)`/g)].map(
    ([, file = '']) => file,
  );
  expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
});

test('Electron 15: nothing is handed to the system to open', () => {
  const sources = ['main', 'renderer', 'app'].flatMap((room) =>
    readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => `${room}/${name}`),
  );
  expect(sources.length).toBeGreaterThan(200);
  const opens = /\b(openExternal|openPath|showItemInFolder)\b|\{[^}]*\bshell\b[^}]*\} from 'electron'/;
  expect(sources.filter((file) => opens.test(read(file)))).toEqual([]);
  expect(opens.test("import { app, shell } from 'electron';")).toBe(true);
});

test('a page that is not ours gets no permission, not even the camera', () => {
  type Set = Parameters<typeof restrictPermissions>[0];
  const handlers: Record<string, (...args: never[]) => unknown> = {};
  const keep = (name: string) => (handler: (...args: never[]) => unknown) => {
    handlers[name] = handler;
  };
  restrictPermissions({
    setPermissionRequestHandler: keep('request'),
    setPermissionCheckHandler: keep('check'),
    setDevicePermissionHandler: keep('device'),
  } as unknown as Set);
  const ask = (url: string) => {
    let granted: boolean | null = null;
    const decide = (value: boolean) => {
      granted = value;
    };
    handlers['request']?.(
      ...([{ getURL: () => url }, 'media', decide, { mediaTypes: ['video'] }] as never[]),
    );
    return granted;
  };
  expect(ask('app://rekam/index.html')).toBe(true);
  expect(['https://rekam/', 'app://rekam.example/', 'app://elsewhere/'].map(ask)).toEqual([
    false,
    false,
    false,
  ]);
  expect(handlers['device']?.()).toBe(false);
});
