import { safeStorage } from 'electron';
import type { Keystore } from './api.ts';

/** The OS keystore, or null. Linux's `basic_text` wraps with a password that everybody knows: it counts as none. */
export function osKeystore(): Keystore | null {
  if (!safeStorage.isEncryptionAvailable()) return null;
  if (process.platform === 'linux') {
    const backend = safeStorage.getSelectedStorageBackend();
    if (backend === 'basic_text' || backend === 'unknown') return null;
  }
  return {
    encrypt: (plain) => safeStorage.encryptString(plain),
    decrypt: (wrapped) => safeStorage.decryptString(wrapped),
  };
}
