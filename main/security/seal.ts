import './web-crypto.ts';
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';

/**
 * Seals bytes to the center as an age v1 file (X25519, ChaCha20-Poly1305). Nothing on the station opens it again.
 * @param recipient `age1…` from the activation
 */
export async function seal(bytes: Uint8Array, recipient: string): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return await encrypter.encrypt(bytes);
}

/** A recipient whose identity is gone when this returns: what is sealed to it, nobody opens. For training. */
export async function lostRecipient(): Promise<string> {
  return await identityToRecipient(await generateX25519Identity());
}
