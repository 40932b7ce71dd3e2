import { randomBytes } from 'node:crypto';
import { hashRaw } from '@node-rs/argon2';
import { RECOVERY_BODY_LENGTH } from '../../app/sync/recovery.ts';
import { base32 } from '../../app/sync/typed-code.ts';
import { keyPairOf } from './unseal.ts';

const SALT_BYTES = 16;
/** 120 bits need no stretching; a code that somebody read half of over a shoulder does. */
const STRETCH = { memoryCost: 65_536, timeCost: 3, parallelism: 1, outputLen: 32 } as const;

/** Without the check letter. */
export function makeRecoveryBody(): string {
  return base32(randomBytes(Math.ceil((RECOVERY_BODY_LENGTH * 5) / 8)), RECOVERY_BODY_LENGTH);
}

export function makeSalt(): Buffer {
  return randomBytes(SALT_BYTES);
}

/** argon2id of the code is an X25519 key: whoever has its public half wraps, whoever has the paper opens. */
export async function keysOfCode(
  body: string,
  salt: Uint8Array,
): Promise<{ readonly identity: string; readonly recipient: string }> {
  return keyPairOf(await hashRaw(body, { ...STRETCH, salt: Buffer.from(salt) }));
}
