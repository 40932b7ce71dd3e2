import { err, ok, type Result } from '../result.ts';
import { formatCode, parseCode } from './typed-code.ts';

/**
 * The activation code that the center prints for a new station: a one-time secret (16 characters, 80 bits), the start
 * of the SHA-256 of the center's CA certificate (26 characters, 130 bits: nobody can make a second certificate that
 * begins alike), and a check letter against slips of the hand.
 */
export const SECRET_LENGTH = 16;
export const FINGERPRINT_LENGTH = 26;
const CODE_LENGTH = SECRET_LENGTH + FINGERPRINT_LENGTH + 1;

export interface ActivationCode {
  readonly secret: string;
  /** First 130 bits of the CA certificate's (DER) SHA-256, base32. */
  readonly caFingerprint: string;
}

export type ActivationCodeError = 'activation.length' | 'activation.mistyped';

export function formatActivationCode(code: ActivationCode): string {
  return formatCode(code.secret + code.caFingerprint);
}

export function parseActivationCode(text: string): Result<ActivationCode, ActivationCodeError> {
  const body = parseCode(text, CODE_LENGTH);
  if (!body.ok) return err(body.error === 'length' ? 'activation.length' : 'activation.mistyped');
  return ok({ secret: body.value.slice(0, SECRET_LENGTH), caFingerprint: body.value.slice(SECRET_LENGTH) });
}
