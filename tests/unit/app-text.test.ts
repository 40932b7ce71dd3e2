import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutTo, isWholeText, wholeText } from '../../app/text.ts';

const anyText = fc
  .string({ unit: 'binary', maxLength: 200 })
  .chain((text) => fc.integer({ min: 0, max: text.length }).map((at) => text.slice(at)));

test('whole text is what UTF-8 gives back', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(wholeText(text)).toBe(Buffer.from(text, 'utf8').toString('utf8'));
      expect(isWholeText(text)).toBe(wholeText(text) === text && !text.includes('\0'));
    }),
  );
});

test('a cut is a beginning, no longer than asked for, with whole characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, length) => {
      const cut = cutTo(text, length);
      expect(text.startsWith(cut)).toBe(true);
      expect(cut.length).toBeLessThanOrEqual(length);
      expect(cut.length).toBeGreaterThanOrEqual(Math.min(text.length, length) - 1);
      expect(isWholeText(cut) || text.includes('\0')).toBe(true);
    }),
  );
});

test('text is looked for at any depth, bytes are not', () => {
  expect(isWholeText({ a: [{ b: 'x' }], bytes: new Uint8Array([0xd8, 0]), n: 1, none: null })).toBe(true);
  expect(isWholeText({ a: [{ b: 'x\ud800' }] })).toBe(false);
  expect(isWholeText(['a\0'])).toBe(false);
  expect(isWholeText('\u{1f600}')).toBe(true);
});
