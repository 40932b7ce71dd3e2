import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { onTestFinished } from 'vitest';
import type { MirrorStatus } from '../../app/ipc/mirror.ts';
import { mirrorEntrySchema } from '../../app/sync/mirror.ts';
import { manifestSchema } from '../../app/sync/protocol.ts';
import { sha256 } from '../../main/security/sign.ts';
import { Mirror, type MirrorDeps } from '../../main/sync/mirror/mirror.ts';
import type { TestStore } from './store.ts';

export interface RunningMirror {
  readonly mirror: Mirror;
  /** Resolves when the status makes it true; fails after ten seconds with what it was. */
  readonly until: (isTrue: (status: MirrorStatus) => boolean) => Promise<MirrorStatus>;
  /** How often packets came back from it. */
  readonly restored: () => number;
  /** Resolves when everything that is recorded has its copy. */
  readonly settled: () => Promise<MirrorStatus>;
}

/** The station's mirror as main makes it, started unless told otherwise. */
export function mirrorOf(
  test: Pick<TestStore, 'store' | 'stationKey' | 'dir'>,
  over: Partial<MirrorDeps> = {},
  start = true,
): RunningMirror {
  const quiet = () => {};
  const listeners = new Set<() => void>();
  let restored = 0;
  const mirror = new Mirror({
    store: test.store,
    record: () => test.store.station.record(),
    stationKey: test.stationKey,
    dataDir: test.dir,
    now: () => Date.now(),
    changed: () => {
      for (const listener of listeners) listener();
    },
    restored: () => {
      restored += 1;
    },
    log: { info: quiet, warn: quiet, error: (event, fields) => console.error(event, fields) },
    ...over,
  });
  if (start) mirror.start();
  onTestFinished(() => mirror.stop());
  const until: RunningMirror['until'] = (isTrue) =>
    new Promise((resolve, reject) => {
      const end = setTimeout(() => {
        listeners.delete(look);
        reject(new Error(`the mirror did not get there: ${JSON.stringify(mirror.status())}`));
      }, 10_000);
      const look = () => {
        if (!isTrue(mirror.status())) return;
        listeners.delete(look);
        clearTimeout(end);
        resolve(mirror.status());
      };
      listeners.add(look);
      look();
    });
  return {
    mirror,
    restored: () => restored,
    until,
    settled: async () => {
      for (;;) {
        mirror.wake();
        await until(({ state, behind }) => state === 'ok' && behind === 0);
        if ((await test.store.mirror.behind()) === 0) return mirror.status();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

/** A folder that stands for a second disk. */
export function secondDisk(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'rekam-second-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Where the one station's copies lie on a disk. */
export function mirrorOn(disk: string): string {
  const own = readdirSync(disk).find((name) => name.startsWith('rekam-salinan-'));
  if (own === undefined) throw new Error('no mirror on this disk');
  return path.join(disk, own);
}

/** Names that end so, of a folder. */
export function filesEnding(folder: string, end: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith(end));
}

/** What a compact JWS says, whoever signed it. */
export function payloadOf(jws: string): unknown {
  return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

/** Entries of a mirror's folder whose bytes are not those that their manifest speaks of. */
export function brokenCopies(where: string): string[] {
  return filesEnding(where, '.jws').filter((name) => {
    const entry = mirrorEntrySchema.parse(payloadOf(readFileSync(path.join(where, name), 'ascii')));
    const { packetId, sha256: hash } = manifestSchema.parse(payloadOf(entry.manifest));
    const file = path.join(where, `${packetId}.age`);
    return !existsSync(file) || sha256(readFileSync(file)) !== hash;
  });
}

/** A kecamatan's recovery key, both halves. */
export async function recoveryKey(): Promise<{ keyId: string; recipient: string; identity: string }> {
  const identity = await generateX25519Identity();
  return { keyId: 'recovery-1', recipient: await identityToRecipient(identity), identity };
}
