import { afterAll } from 'vitest';
import { ERROR_CODES, RekamError } from '../../app/errors.ts';
import { sha256 } from '../../main/security/sign.ts';
import type { Random } from './random.ts';
import { openTestStore, type TestStore } from './store.ts';

const ends: (() => void)[] = [];
afterAll(() => {
  for (const end of ends.splice(0)) end();
});

/** When the test file is over. */
export function atEnd(end: () => void): void {
  ends.push(end);
}

/** Inputs that are the seed of everything else. */
export const seeds = { invent: (random: Random) => Math.floor(random() * 2 ** 32) };

/** A store that thousands of inputs can be tried on. */
export async function quickStore(): Promise<TestStore> {
  const store = await openTestStore({ residents: 8, inMemory: true });
  atEnd(() => store.destroy());
  return store;
}

/** What it does to the store is undone. */
export async function undone(store: TestStore, act: () => Promise<void>): Promise<void> {
  store.db.exec('SAVEPOINT input');
  try {
    await act();
  } finally {
    store.db.exec('ROLLBACK TO input');
    store.db.exec('RELEASE input');
  }
}

/** Passes a refusal that a person can be told. */
export function requireTold(error: unknown): void {
  if (!(error instanceof RekamError) || !ERROR_CODES.includes(error.code) || error.code === 'internal')
    throw error;
}

/** Manifest and bytes of all packets, a line each, oldest first. */
export function packetsOf({ db }: Pick<TestStore, 'db'>): string {
  const rows = db.all<{ packet_id: string; manifest: string; sealed: Uint8Array }>(
    'SELECT packet_id, manifest, sealed FROM packet JOIN packet_blob USING (packet_id) ORDER BY sequence',
  );
  return rows
    .map(({ packet_id, manifest, sealed }) => `${packet_id} ${manifest} ${sha256(sealed)}`)
    .join('\n');
}
