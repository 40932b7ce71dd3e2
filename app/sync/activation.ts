import { err, ok, type Result } from '../result.ts';

/**
 * The activation code that the center prints for a new station: a one-time secret (16 characters, 80 bits), the start
 * of the SHA-256 of the center's CA certificate (26 characters, 130 bits: nobody can make a second certificate that
 * begins alike), and a check letter against slips of the hand. Crockford's base32, in groups of five, 43 characters.
 */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const SECRET_LENGTH = 16;
export const FINGERPRINT_LENGTH = 26;
const CODE_LENGTH = SECRET_LENGTH + FINGERPRINT_LENGTH + 1;

export interface ActivationCode {
  readonly secret: string;
  /** First 130 bits of the CA certificate's (DER) SHA-256, base32. */
  readonly caFingerprint: string;
}

export type ActivationCodeError = 'activation.length' | 'activation.mistyped';

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

export function formatActivationCode(code: ActivationCode): string {
  const body = code.secret + code.caFingerprint;
  return (body + checkLetter(body)).replace(/(.{5})(?=.)/g, '$1-');
}

/** Reads what a person typed: case, blanks and hyphens do not matter; O is 0, I and L are 1. */
export function parseActivationCode(text: string): Result<ActivationCode, ActivationCodeError> {
  const code = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  if (code.length !== CODE_LENGTH) return err('activation.length');
  // The sum gives a letter outside the alphabet a value too (U would pass for Y), so those are looked for by name.
  if ([...code].some((letter) => !ALPHABET.includes(letter))) return err('activation.mistyped');
  const body = code.slice(0, -1);
  if (checkLetter(body) !== code.slice(-1)) return err('activation.mistyped');
  return ok({ secret: body.slice(0, SECRET_LENGTH), caFingerprint: body.slice(SECRET_LENGTH) });
}

/** Weighted sum modulo the prime 31: one wrong letter or two swapped neighbours change it (0 taken for Z alone escapes). */
function checkLetter(body: string): string {
  let sum = 0;
  for (const [index, letter] of [...body].entries())
    sum += (ALPHABET.indexOf(letter) + 1) * ((index % 30) + 1);
  return ALPHABET[sum % 31] ?? '0';
}
