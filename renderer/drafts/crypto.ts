/**
 * Drafts at rest in the window: AES-256-GCM (NIST SP 800-38D) under a key that main hands over after login, a random
 * 96-bit IV for every write, and the packet's id (and part) as associated data, so that an entry moved to another
 * row does not open.
 */
export interface SealedEntry {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly data: Uint8Array<ArrayBuffer>;
}

const IV_BYTES = 12;

/** @param raw 32 bytes; the imported key cannot be read out again */
export function importDraftKey(raw: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', new Uint8Array(raw), 'AES-GCM', false, ['encrypt', 'decrypt']);
}

function associated(label: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(label));
}

export async function sealEntry(key: CryptoKey, label: string, content: Uint8Array): Promise<SealedEntry> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const data = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData: associated(label) },
    key,
    new Uint8Array(content),
  );
  return { iv, data: new Uint8Array(data) };
}

/** Rejects when key, label or bytes are not those that were sealed. */
export async function openEntry(
  key: CryptoKey,
  label: string,
  entry: SealedEntry,
): Promise<Uint8Array<ArrayBuffer>> {
  const content = await crypto.subtle.decrypt(
    { name: 'AES-GCM', iv: entry.iv, additionalData: associated(label) },
    key,
    entry.data,
  );
  return new Uint8Array(content);
}

/** Lower-case hex SHA-256, as parts carry it. */
export async function sha256Hex(content: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(content));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
