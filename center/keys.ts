import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { JWS_TYPES, keyChangeSchema, type Activation, type KeyChange } from '../app/sync/protocol.ts';
import { peekJws, signJws } from './jws.ts';

/** The center's own secrets: what opens packets and what signs receipts. */
export interface CenterKeys {
  readonly sealing: SealingKey;
  /** Those before it: what was sealed to them is still opened. */
  readonly formerSealing: readonly SealingKey[];
  /** Ed25519. */
  readonly receipt: ReceiptKey;
  /** What stations are told of the changes so far, the first first; each a JWS by the receipt key before it. */
  readonly announcements: readonly string[];
}
export interface SealingKey {
  readonly keyId: string;
  readonly recipient: string;
  readonly identity: string;
}
interface ReceiptKey {
  readonly kid: string;
  readonly x: string;
  readonly key: KeyObject;
}

const ANNOUNCEMENTS = 'keys.jsonl';
const CURRENT = { sealing: 'sealing.age', receipt: 'receipt.pem' } as const;
const NEXT = { sealing: 'sealing-next.age', receipt: 'receipt-next.pem' } as const;

/** Reads the keys of a data folder, making them at the first start. */
export async function loadKeys(data: string): Promise<CenterKeys> {
  const announcements = readAnnouncements(data);
  await finishChange(data, announcements.at(-1));
  const sealing = await sealingKey(await keep(path.join(data, CURRENT.sealing), generateX25519Identity));
  const receipt = receiptKey(await keep(path.join(data, CURRENT.receipt), makeReceiptKey));
  const former = readdirSync(data).filter((name) => /^sealing-[0-9a-f]{16}\.age$/.test(name));
  const identities = former.map((name) => readFileSync(path.join(data, name), 'utf8'));
  const formerSealing = await Promise.all(identities.map(sealingKey));
  return { sealing, formerSealing, receipt, announcements };
}

/** Every key that may have sealed what comes in. */
export function sealingKeys({ sealing, formerSealing }: CenterKeys): readonly SealingKey[] {
  return [sealing, ...formerSealing];
}

/**
 * Gives the center a new sealing key and a new receipt key, or one of them; it must not be running. The change is made
 * when its announcement is on the disk: a cut before leaves the old keys, one after it is finished at the next start.
 * The former receipt key is gone then, the former sealing key stays for what is on its way.
 */
export async function changeKeys(
  data: string,
  what: { readonly sealing: boolean; readonly receipt: boolean },
): Promise<KeyChange> {
  const keys = await loadKeys(data);
  const identity = what.sealing ? await generateX25519Identity() : keys.sealing.identity;
  const pem = what.receipt ? await makeReceiptKey() : readFileSync(path.join(data, CURRENT.receipt), 'utf8');
  const [sealing, receipt] = [await sealingKey(identity), receiptKey(pem)];
  if (what.sealing)
    writeDurably(path.join(data, `sealing-${shortHash(keys.sealing.recipient)}.age`), keys.sealing.identity);
  writeDurably(path.join(data, NEXT.sealing), identity);
  writeDurably(path.join(data, NEXT.receipt), pem);
  const change: KeyChange = {
    v: 1,
    replaces: { keyId: keys.sealing.keyId, kid: keys.receipt.kid, x: keys.receipt.x },
    sealing: { keyId: sealing.keyId, recipient: sealing.recipient },
    receiptKey: { kid: receipt.kid, x: receipt.x },
    at: new Date().toISOString(),
  };
  const announcement = await signJws(JWS_TYPES.keys, keys.receipt.kid, change, keys.receipt.key);
  const all = [...keys.announcements, announcement];
  writeDurably(path.join(data, ANNOUNCEMENTS), all.map((line) => `${line}\n`).join(''));
  await finishChange(data, announcement);
  return change;
}

/** Former receipt keys, the last first, and until when each spoke. */
export function formerReceiptKeys(announcements: readonly string[]): Activation['formerReceiptKeys'] {
  return announcements
    .map((jws) => keyChangeSchema.parse(peekJws(jws)))
    .filter(({ replaces, receiptKey: next }) => replaces.kid !== next.kid)
    .map(({ replaces: { kid, x }, at }) => ({ kid, x, until: at }))
    .toReversed();
}

function readAnnouncements(data: string): string[] {
  const file = path.join(data, ANNOUNCEMENTS);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** Puts the announced keys in their places; what was made and never announced goes. */
async function finishChange(data: string, last: string | undefined): Promise<void> {
  const next = { sealing: path.join(data, NEXT.sealing), receipt: path.join(data, NEXT.receipt) };
  const announced = keyChangeSchema.safeParse(last === undefined ? null : peekJws(last));
  for (const name of ['sealing', 'receipt'] as const) {
    if (!existsSync(next[name])) continue;
    const text = readFileSync(next[name], 'utf8');
    const isAnnounced =
      announced.success &&
      (name === 'sealing'
        ? (await sealingKey(text)).keyId === announced.data.sealing.keyId
        : receiptKey(text).kid === announced.data.receiptKey.kid);
    if (isAnnounced) renameSync(next[name], path.join(data, CURRENT[name]));
    else rmSync(next[name]);
  }
}

async function sealingKey(identity: string): Promise<SealingKey> {
  const recipient = await identityToRecipient(identity);
  return { keyId: `sealing-${shortHash(recipient)}`, recipient, identity };
}

function receiptKey(pem: string): ReceiptKey {
  const key = createPrivateKey(pem);
  const x = createPublicKey(key).export({ format: 'jwk' }).x;
  if (x === undefined) throw new Error('no Ed25519 key');
  return { kid: `receipt-${shortHash(x)}`, x, key };
}

function makeReceiptKey(): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519');
  return Promise.resolve(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
}

/**
 * A kecamatan's recovery key. The station gets the public half with its policy; this half opens what mirrors hold of
 * people, and leaves this folder only for a takeover.
 */
export async function loadRecoveryKey(
  data: string,
  kecamatan: string,
): Promise<{ readonly keyId: string; readonly recipient: string; readonly identity: string }> {
  const identity = await keep(path.join(data, `recovery-${kecamatan}.age`), generateX25519Identity);
  const recipient = await identityToRecipient(identity);
  return { keyId: `recovery-${shortHash(recipient)}`, recipient, identity };
}

/** The content of a secret file (0600), made and synced to disk first when it is not there. */
export async function keep(file: string, make: () => Promise<string>): Promise<string> {
  if (!existsSync(file)) writeDurably(file, await make());
  return readFileSync(file, 'utf8');
}

function writeDurably(file: string, text: string): void {
  const half = `${file}.${randomBytes(4).toString('hex')}`;
  const descriptor = openSync(half, 'wx', 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(half, file);
  if (process.platform === 'win32') return;
  const folder = openSync(path.dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
