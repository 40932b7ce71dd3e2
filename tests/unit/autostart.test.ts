import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeEntry } from '../../main/autostart.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), 'rekam-autostart-')), 'autostart');
  file = path.join(folder, 'rekam.desktop');
});
afterEach(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

const line = (name: string): string | undefined =>
  readFileSync(file, 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${name}=`))
    ?.slice(name.length + 1);

test('the desktop starts the app, and says that it did', () => {
  writeEntry(folder, '/opt/Rekam/rekam');
  expect(readFileSync(file, 'utf8')).toMatch(/^\[Desktop Entry\]\n/);
  expect(line('Type')).toBe('Application');
  expect(line('Exec')).toBe('"/opt/Rekam/rekam" --at-login');
});

test('a path with what the desktop would read otherwise is quoted', () => {
  writeEntry(folder, '/home/desa 1/$HOME/50%"x\\y');
  expect(line('Exec')).toBe('"/home/desa 1/\\\\$HOME/50%%\\\\"x\\\\\\\\y" --at-login');
});

test('is written once, mended where it differs, and taken away', () => {
  writeEntry(folder, '/opt/Rekam/rekam');
  utimesSync(file, 1, 1);
  writeEntry(folder, '/opt/Rekam/rekam');
  expect(statSync(file).mtimeMs).toBe(1_000);
  writeEntry(folder, '/opt/Rekam-2/rekam');
  expect(line('Exec')).toContain('Rekam-2');
  writeEntry(folder, null);
  expect(existsSync(file)).toBe(false);
  expect(() => writeEntry(folder, null)).not.toThrow();
});
