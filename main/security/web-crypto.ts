import { webcrypto } from 'node:crypto';

/** libsodium and uuid look for Web Crypto on the global object, where Node has it from 19 on. Import this first. */
if (!('crypto' in globalThis)) {
  Object.defineProperty(globalThis, 'crypto', { value: webcrypto, configurable: true });
}
