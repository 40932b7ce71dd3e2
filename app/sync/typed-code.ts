import { err, ok, type Result } from '../result.ts';

/** Codes that a person types from paper: Crockford's base32 in groups of five, its last letter a check. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export type TypedCodeError = 'length' | 'mistyped';

/** Crockford's base32 of the first `length` × 5 bits of `bytes`. */
export function base32(bytes: Uint8Array, length: number): string {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 5 && text.length < length) {
      bits -= 5;
      text += ALPHABET[(buffer >> bits) & 31];
    }
  }
  return text;
}

/** As it stands on paper. @param body base32 without the check letter */
export function formatCode(body: string): string {
  return (body + checkLetter(body)).replace(/(.{5})(?=.)/g, '$1-');
}

/**
 * Reads what a person typed: case, blanks and hyphens do not matter; O is 0, I and L are 1.
 * @param length with the check letter
 * @returns the body without it
 */
export function parseCode(text: string, length: number): Result<string, TypedCodeError> {
  const code = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  if (code.length !== length) return err('length');
  // The sum gives a letter outside the alphabet a value too (U would pass for Y), so those are looked for by name.
  if ([...code].some((letter) => !ALPHABET.includes(letter))) return err('mistyped');
  const body = code.slice(0, -1);
  return checkLetter(body) === code.slice(-1) ? ok(body) : err('mistyped');
}

/** Weighted sum modulo the prime 31: one wrong letter or two swapped neighbours change it (0 taken for Z alone escapes). */
function checkLetter(body: string): string {
  let sum = 0;
  for (const [index, letter] of [...body].entries())
    sum += (ALPHABET.indexOf(letter) + 1) * ((index % 30) + 1);
  return ALPHABET[sum % 31] ?? '0';
}
