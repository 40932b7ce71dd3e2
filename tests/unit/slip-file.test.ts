import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeWhole } from '../../main/whole-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rekam-slip-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, 'bukti-7.pdf');
const bytes = Buffer.from('%PDF');

test('a file is there whole, in place of an older one and of what a power cut left of it', async () => {
  writeFileSync(file(), 'older');
  // What the moment before its appearance looks like: the whole file under another name, as a power cut leaves it.
  let half: string[] = [];
  await writeWhole(file(), bytes, () => {
    half = readdirSync(folder).filter((name) => name !== 'bukti-7.pdf');
    return Promise.resolve();
  });
  expect(half).toEqual(['bukti-7.pdf.part']);
  writeFileSync(join(folder, half[0] ?? ''), 'half of an older one', { mode: 0o644 });
  await writeWhole(file(), bytes, () => Promise.resolve());
  expect(readdirSync(folder)).toEqual(['bukti-7.pdf']);
  expect(readFileSync(file())).toEqual(bytes);
  expect(statSync(file()).mode & 0o077).toBe(0);
});

test('one that may not appear leaves what was there, and nothing beside it', async () => {
  writeFileSync(file(), 'older');
  await expect(writeWhole(file(), bytes, () => Promise.reject(new Error('stale')))).rejects.toThrow('stale');
  expect(readdirSync(folder)).toEqual(['bukti-7.pdf']);
  expect(readFileSync(file(), 'utf8')).toBe('older');
});
