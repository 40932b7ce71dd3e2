import { createPrivateKey, sign } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bech32 } from '@scure/base';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { compactVerify, importJWK, CompactSign } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { JWS_TYPES } from '../../app/sync/protocol.ts';
import type { Keystore } from '../../main/security/api.ts';
import { keysExist, loadKeys } from '../../main/security/keys.ts';
import { lostRecipient, seal } from '../../main/security/seal.ts';
import { publicKeyX, signJws, verifyJws } from '../../main/security/sign.ts';

let dir: string;
let keyDir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rekam-keys-'));
  keyDir = join(dir, 'keys');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Wraps by turning every byte over, as an OS keystore would by its own means. */
const keystore: Keystore = {
  encrypt: (plain) => Buffer.from(Buffer.from(plain).map((byte) => byte ^ 0xff)),
  decrypt: (wrapped) => Buffer.from(wrapped.map((byte) => byte ^ 0xff)).toString(),
};
const file = (): string => join(keyDir, 'station.keys');
const code = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'none';
};

describe('keys', () => {
  test.each([
    ['in a file', null],
    ['wrapped by a keystore', keystore],
  ])('%s are made once and read again', (_, store) => {
    expect(keysExist(keyDir)).toBe(false);
    const first = loadKeys({ keyDir, keystore: store });
    expect(first).toMatchObject({ created: true, inFile: store === null });
    expect([first.database.length, first.draft.length]).toEqual([32, 32]);
    expect(first.database.equals(first.draft)).toBe(false);
    const again = loadKeys({ keyDir, keystore: store });
    expect(again).toMatchObject({ created: false, database: first.database, draft: first.draft });
    expect(again.stationPkcs8.equals(first.stationPkcs8)).toBe(true);
    const key = createPrivateKey({ key: again.stationPkcs8, format: 'der', type: 'pkcs8' });
    expect(sign(null, Buffer.from('x'), key)).toEqual(sign(null, Buffer.from('x'), first.station));
    expect(readdirSync(keyDir)).toEqual(['station.keys']);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(keyDir).mode & 0o777).toBe(0o700);
    const plainly = readFileSync(file(), 'utf8').includes(
      Buffer.from('{"database"').toString('base64').slice(0, 12),
    );
    expect(plainly).toBe(store === null);
  });

  test('are never replaced, whatever is wrong with them', () => {
    loadKeys({ keyDir, keystore });
    const made = readFileSync(file());
    expect(code(() => loadKeys({ keyDir, keystore: null }))).toBe('key.unavailable');
    const broken: Keystore = {
      ...keystore,
      decrypt: () => {
        throw new Error('the keystore is locked');
      },
    };
    expect(code(() => loadKeys({ keyDir, keystore: broken }))).toBe('key.unavailable');
    expect(readFileSync(file()).equals(made)).toBe(true);
    for (const torn of ['', '{', made.toString().slice(0, 40), '{"v":1,"kept":"plain","keys":"AAAA"}']) {
      writeFileSync(file(), torn);
      expect(code(() => loadKeys({ keyDir, keystore }))).toBe('key.unavailable');
      expect(readFileSync(file(), 'utf8')).toBe(torn);
    }
  });

  test('are not made when a database is there already', () => {
    expect(code(() => loadKeys({ keyDir, keystore: null, mayMake: false }))).toBe('store.key');
    expect(existsSync(keyDir)).toBe(false);
  });

  test('that came back open to everyone are closed again', () => {
    loadKeys({ keyDir, keystore: null });
    chmodSync(file(), 0o644);
    loadKeys({ keyDir, keystore: null });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });
});

describe('sealing', () => {
  /** Around the chunks of 64 KiB; another implementation reads. */
  test.each([0, 1, 65_535, 65_536, 65_537, 200_000])(
    'makes an age v1 file that the recipient alone opens: %i bytes',
    async (size) => {
      const identity = await generateX25519Identity();
      const plain = new Uint8Array(size).map((_, index) => index % 251);
      const recipient = await identityToRecipient(identity);
      const sealed = await seal(plain, recipient);
      expect(Buffer.from(sealed.subarray(0, 22)).toString()).toBe('age-encryption.org/v1\n');
      const decrypter = new Decrypter();
      decrypter.addIdentity(identity);
      expect(Buffer.from(await decrypter.decrypt(sealed)).equals(plain)).toBe(true);
      for (const at of [sealed.length - 1, sealed.length - 1 - (size >> 1)]) {
        const changed = sealed.slice();
        changed[at] = (changed[at] ?? 0) ^ 1;
        await expect(decrypter.decrypt(changed)).rejects.toThrow('tag');
      }
      const other = new Decrypter();
      other.addIdentity(await generateX25519Identity());
      await expect(other.decrypt(sealed)).rejects.toThrow('no identity matched');
      expect(await seal(plain, recipient)).not.toEqual(sealed);
    },
  );

  test('refuses a recipient whose secret anyone would know, and what is none', async () => {
    // Of low order (RFC 7748, section 6.1): whatever the ephemeral key, the shared secret is zero.
    const low = bech32.encodeFromBytes('age', new Uint8Array(32));
    await expect(seal(new Uint8Array(1), low)).rejects.toThrow('weak public key');
    const short = bech32.encodeFromBytes('age', new Uint8Array(31));
    await expect(seal(new Uint8Array(1), short)).rejects.toThrow('recipient');
    await expect(seal(new Uint8Array(1), 'age1nobody')).rejects.toThrow('Unknown letter');
  });

  test('for training goes to a recipient that is another each time, and one that age knows', async () => {
    const recipient = await lostRecipient();
    expect(await lostRecipient()).not.toBe(recipient);
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    await expect(encrypter.encrypt(new Uint8Array(1))).resolves.toBeInstanceOf(Uint8Array);
  });
});

describe('statements', () => {
  test('are read by another implementation, and its own are read here', async () => {
    const { station } = loadKeys({ keyDir, keystore: null });
    const x = publicKeyX(station);
    const jws = signJws(JWS_TYPES.manifest, 'kid-1', { a: 'é' }, station);
    const publicKey = await importJWK({ kty: 'OKP', crv: 'Ed25519', x }, 'EdDSA');
    const read = await compactVerify(jws, publicKey);
    expect(read.protectedHeader).toEqual({ alg: 'EdDSA', typ: JWS_TYPES.manifest, kid: 'kid-1' });
    const theirs = await new CompactSign(Buffer.from('{"b":2}'))
      .setProtectedHeader({ alg: 'EdDSA', typ: JWS_TYPES.receipt })
      .sign(station);
    expect(verifyJws(JWS_TYPES.receipt, theirs, x)).toEqual({ b: 2 });
  });

  test('of another type, key or content are none', () => {
    const { station } = loadKeys({ keyDir, keystore: null });
    const other = loadKeys({ keyDir: join(dir, 'other'), keystore: null }).station;
    const jws = signJws(JWS_TYPES.receipt, 'k', { a: 1 }, station);
    const [head, , signature] = jws.split('.');
    const swapped = `${head}.${Buffer.from('{"a":2}').toString('base64url')}.${signature}`;
    const x = publicKeyX(station);
    expect(verifyJws(JWS_TYPES.receipt, jws, x)).toEqual({ a: 1 });
    expect(verifyJws(JWS_TYPES.manifest, jws, x)).toBeNull();
    expect(verifyJws(JWS_TYPES.receipt, jws, publicKeyX(other))).toBeNull();
    // Letters that Node would pass over.
    const loose = [`${jws}=`, `${jws} `, jws.replace(/.$/, '!$&')];
    for (const bad of [swapped, '', 'a.b', 'a.b.c.d', `${jws}x`, jws.slice(5), ...loose]) {
      expect(verifyJws(JWS_TYPES.receipt, bad, x)).toBeNull();
    }
  });
});
