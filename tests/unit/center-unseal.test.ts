import { randomBytes } from 'node:crypto';
import { Encrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { beforeAll, describe, expect, test } from 'vitest';
import { unseal } from '../../center/intake/unseal.ts';
import { seal } from '../../main/security/seal.ts';

const CHUNK = 64 * 1024;
const STORED = CHUNK + 16;

let identity: string;
let recipient: string;

beforeAll(async () => {
  identity = await generateIdentity();
  recipient = await identityToRecipient(identity);
});

/** By the library itself, which knows nothing of ours. */
function byAge(bytes: Uint8Array): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return encrypter.encrypt(bytes);
}

/** Where the payload begins: behind the header's MAC and the nonce. */
function payloadOf(sealed: Uint8Array): number {
  const bytes = Buffer.from(sealed);
  return bytes.indexOf('\n', bytes.indexOf('\n---') + 1) + 1 + 16;
}

describe('an age file', () => {
  test.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 5 * CHUNK + 77])(
    'of %i bytes is opened, whoever sealed it',
    async (size) => {
      const bytes = new Uint8Array(randomBytes(size));
      expect(await unseal(await byAge(bytes), identity)).toEqual(bytes);
      expect(await unseal(await seal(bytes, recipient), identity)).toEqual(bytes);
    },
  );

  test('is not opened by another key', async () => {
    expect(await unseal(await byAge(randomBytes(10)), await generateIdentity())).toBeNull();
  });

  test('that is cut, swapped, prolonged or changed in any part is none', async () => {
    const sealed = await byAge(randomBytes(3 * CHUNK));
    const from = payloadOf(sealed);
    const chunk = (index: number) => sealed.subarray(from + index * STORED, from + (index + 1) * STORED);
    const head = sealed.subarray(0, from);
    const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
    const spoiled = [
      joined(head, chunk(0), chunk(1)),
      joined(head, chunk(1), chunk(0), chunk(2)),
      joined(head, chunk(0), chunk(0), chunk(2)),
      joined(sealed, new Uint8Array(1)),
      joined(sealed, chunk(2)),
      sealed.subarray(0, -1),
      sealed.subarray(0, from + STORED + 7),
      head,
      sealed.subarray(0, from - 16),
      sealed.subarray(0, 20),
      new Uint8Array(),
      new Uint8Array(randomBytes(1000)),
    ];
    for (let at = 0; at < sealed.length; at += at < from + 40 ? 1 : 9_973) {
      const changed = Uint8Array.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      spoiled.push(changed);
    }
    for (const bytes of spoiled) expect(await unseal(bytes, identity)).toBeNull();
  });
});
