import { createDecipheriv, hkdfSync } from 'node:crypto';
import { Decrypter } from 'age-encryption';

const NONCE_BYTES = 16;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const CHUNK_BYTES = 64 * 1024 + TAG_BYTES;

/**
 * Opens an age v1 file (C2SP age). The header is the library's; the payload, ChaCha20-Poly1305 in chunks of 64 KiB, is
 * the system's own cipher's: scripted, it was a third of all that a packet cost the center.
 * @returns null for bytes that this key does not open or that are no age file: both are final
 */
export async function unseal(sealed: Uint8Array, identity: string): Promise<Uint8Array | null> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  try {
    const end = headerEnd(sealed);
    return openPayload(sealed.subarray(end), await decrypter.decryptHeader(sealed.subarray(0, end)));
  } catch {
    return null;
  }
}

/** Behind the line that begins with `---` and holds the header's MAC. */
function headerEnd(sealed: Uint8Array): number {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const mac = bytes.indexOf('\n---');
  const end = mac < 0 ? -1 : bytes.indexOf('\n', mac + 1);
  if (end < 0) throw new Error('no age header');
  return end + 1;
}

/** Each chunk's nonce counts and says whether it is the last, so that none can be dropped, swapped or cut off. */
function openPayload(payload: Uint8Array, fileKey: Uint8Array): Uint8Array {
  const salt = payload.subarray(0, NONCE_BYTES);
  const key = new Uint8Array(hkdfSync('sha256', fileKey, salt, 'payload', KEY_BYTES));
  const chunks = payload.subarray(NONCE_BYTES);
  const count = Math.ceil(chunks.length / CHUNK_BYTES);
  const opened = new Uint8Array(Math.max(0, chunks.length - count * TAG_BYTES));
  const nonce = Buffer.alloc(12);
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    const chunk = chunks.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
    nonce.writeUInt32BE(index, 7);
    nonce[11] = index === count - 1 ? 1 : 0;
    const part = openChunk(chunk, nonce, key);
    // Only a file without a byte may end in an empty chunk.
    if (part.length === 0 && count > 1) throw new Error('an empty last chunk');
    opened.set(part, at);
    at += part.length;
  }
  if (count === 0) throw new Error('no chunk');
  return opened;
}

function openChunk(chunk: Uint8Array, nonce: Buffer, key: Uint8Array): Buffer {
  if (chunk.length < TAG_BYTES) throw new Error('half a tag');
  const cipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAuthTag(chunk.subarray(chunk.length - TAG_BYTES));
  const part = cipher.update(chunk.subarray(0, chunk.length - TAG_BYTES));
  cipher.final();
  return part;
}
