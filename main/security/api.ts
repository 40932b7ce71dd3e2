import type { KeyObject } from 'node:crypto';

/** The station's own secrets. Three keys, each for one thing; none opens a sealed packet. */
export interface StationKeys {
  /** 32 bytes, raw key of the SQLite cipher. */
  readonly database: Buffer;
  /** 32 bytes, AES-256-GCM, handed to the window after login for the drafts in its Dexie. */
  readonly draft: Buffer;
  /** Ed25519 private key: the station's identity. */
  readonly station: KeyObject;
  /** PKCS #8 DER of the same, to hand it to the worker thread. */
  readonly stationPkcs8: Buffer;
  /** True where they lie in a 0600 file because no OS keystore is there. */
  readonly inFile: boolean;
}

/** The OS keystore as Electron's safeStorage offers it; null where it is absent or Linux's `basic_text`, which is none. */
export interface Keystore {
  encrypt(plain: string): Buffer;
  decrypt(wrapped: Buffer): string;
}
