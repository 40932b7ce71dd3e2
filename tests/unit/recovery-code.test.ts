import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatRecoveryCode,
  parseRecoveryCode,
  RECOVERY_BODY_LENGTH,
  recoveryRequestSchema,
} from '../../app/sync/recovery.ts';
import { keysOfCode, makeRecoveryBody, makeSalt } from '../../main/security/recovery-code.ts';
import { seal } from '../../main/security/seal.ts';
import { unseal } from '../../main/security/unseal.ts';

const ALPHABET = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'];
const body = fc
  .array(fc.constantFrom(...ALPHABET), { minLength: RECOVERY_BODY_LENGTH, maxLength: RECOVERY_BODY_LENGTH })
  .map((letters) => letters.join(''));

test('a recovery code reads back as people type it: case, blanks, O for 0, I for 1', () => {
  fc.assert(
    fc.property(body, (made) => {
      const code = formatRecoveryCode(made);
      expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{5}$/);
      const typed = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'i');
      expect(parseRecoveryCode(typed)).toEqual({ ok: true, value: made });
    }),
  );
});

test('one wrong letter and two swapped neighbours are told as a slip of the hand', () => {
  const escapes = (one: string, other: string) => one === other || new Set([one, other, '0', 'Z']).size === 2;
  fc.assert(
    fc.property(body, fc.nat(RECOVERY_BODY_LENGTH - 2), fc.constantFrom(...ALPHABET), (made, at, letter) => {
      const bare = formatRecoveryCode(made).replaceAll('-', '');
      const old = bare[at] ?? '';
      const next = bare[at + 1] ?? '';
      const wrong = bare.slice(0, at) + letter + bare.slice(at + 1);
      const swapped = bare.slice(0, at) + next + old + bare.slice(at + 2);
      expect(parseRecoveryCode(wrong).ok && !escapes(old, letter)).toBe(false);
      expect(parseRecoveryCode(swapped).ok && !escapes(old, next)).toBe(false);
    }),
  );
  expect(parseRecoveryCode('ABC')).toEqual({ ok: false, error: 'takeover.codeLength' });
});

test('the same code and salt make the same key, which opens what is sealed to it, and nothing else does', async () => {
  const code = makeRecoveryBody();
  expect(code).toHaveLength(RECOVERY_BODY_LENGTH);
  const salt = makeSalt();
  const keys = await keysOfCode(code, salt);
  expect(await keysOfCode(code, salt)).toEqual(keys);
  const request = {
    recipient: keys.recipient,
    supervisor: '0b7f2d4e-5a51-4c3e-9d1a-6f0c8e2b1a01',
    password: '',
  };
  expect(recoveryRequestSchema.safeParse(request).success).toBe(true);
  // Another implementation's view of the pair, and its files.
  expect(await identityToRecipient(keys.identity)).toBe(keys.recipient);
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(await generateX25519Identity()));
  encrypter.addRecipient(keys.recipient);
  for (const size of [0, 1, 65_536, 65_537, 200_000]) {
    const bytes = Buffer.alloc(size, size % 251);
    for (const sealed of [await encrypter.encrypt(bytes), await seal(bytes, keys.recipient)]) {
      expect(Buffer.from((await unseal(sealed, keys.identity)) ?? []).equals(bytes)).toBe(true);
      expect(await unseal(sealed, (await keysOfCode(code, makeSalt())).identity)).toBeNull();
      const spoiled = Uint8Array.from(sealed);
      spoiled[spoiled.length - 1] = (spoiled.at(-1) ?? 0) ^ 1;
      expect(await unseal(spoiled, keys.identity)).toBeNull();
      expect(await unseal(sealed.subarray(0, sealed.length - 1), keys.identity)).toBeNull();
    }
  }
  expect(await unseal(Buffer.from('no age file'), keys.identity)).toBeNull();
});
