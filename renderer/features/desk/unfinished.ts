import { z } from 'zod';
import { biodataSchema, type BiodataField } from '../../../app/enrollment/biodata.ts';
import { SEEN_BACKGROUNDS } from '../../../app/enrollment/photo.ts';
import { accountIdSchema, packetIdSchema, type PacketId } from '../../../app/ids.ts';
import { importDraftKey, openEntry, sealEntry, type SealedEntry } from '../../drafts/crypto.ts';

/**
 * What somebody is in the middle of and no draft holds yet: a correction that is being typed, a photo that waits for its
 * reason. A step that is left, and an idle lock, give it back as it was. While nobody is logged in it is here only sealed
 * with the drafts' key, which is gone with the session; it ends with the window, and with another person's login.
 */
const fields = Object.keys(biodataSchema.shape) as [BiodataField, ...BiodataField[]];
const unfinishedSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('correction'),
    packetId: packetIdSchema,
    field: z.enum(fields),
    value: z.string(),
    document: z.string(),
  }),
  z.object({
    kind: z.literal('photo'),
    packetId: packetIdSchema,
    /** Base64 as long as it is sealed: made of a photo when it is taken, it would hold up the first keys of its reason. */
    bytes: z.string().transform(fromBase64),
    attempt: z.int(),
    /** As the face check judged it, JSON; null where it could not. */
    judgement: z.string().nullable(),
    /** Null where the face check saw none. */
    background: z.enum(SEEN_BACKGROUNDS).nullable(),
    reason: z.string(),
  }),
]);
export type Unfinished = z.infer<typeof unfinishedSchema>;
type Of<K extends Unfinished['kind']> = Extract<Unfinished, { kind: K }>;

interface Owner {
  readonly account: string;
  /** Training's drafts have a key of their own. */
  readonly training: boolean;
}

const LABEL = 'unfinished';
let current: Unfinished | null = null;
let key: { readonly owner: Owner; readonly crypto: CryptoKey } | null = null;
let sealed: { readonly owner: Owner; readonly entry: SealedEntry } | null = null;
let sealing: Promise<void> = Promise.resolve();

export function keepUnfinished(next: Unfinished | null): void {
  current = next;
}

export function unfinishedOf<K extends Unfinished['kind']>(kind: K, packetId: PacketId): Of<K> | null {
  return current?.kind === kind && current.packetId === packetId ? (current as Of<K>) : null;
}

/** The draft is recorded or dropped. */
export function forgetUnfinished(packetId: PacketId): void {
  if (current?.packetId === packetId) current = null;
}

/** The session ends: what is in hand is sealed, and forgotten as it was. */
export function sealUnfinished(): Promise<void> {
  const [hand, own] = [current, key];
  current = null;
  key = null;
  if (hand !== null && own !== null) sealing = seal(hand, own);
  return sealing;
}

async function seal(hand: Unfinished, own: NonNullable<typeof key>): Promise<void> {
  const text = JSON.stringify(hand, (_, value: unknown) =>
    value instanceof Uint8Array ? toBase64(value) : value,
  );
  const bytes = new TextEncoder().encode(text);
  sealed = { owner: own.owner, entry: await sealEntry(own.crypto, LABEL, bytes) };
}

/** @param raw the drafts' key of this session */
export async function openUnfinished(raw: Uint8Array, accountId: string, training: boolean): Promise<void> {
  await sealing;
  const owner = { account: accountIdSchema.parse(accountId), training };
  key = { owner, crypto: await importDraftKey(raw) };
  if (sealed === null) return;
  if (sealed.owner.account !== owner.account) sealed = null;
  else if (sealed.owner.training === training) {
    const { entry } = sealed;
    sealed = null;
    try {
      const text = new TextDecoder().decode(await openEntry(key.crypto, LABEL, entry));
      current = unfinishedSchema.parse(JSON.parse(text));
    } catch {
      // Sealed under a key that is not there any more: it is begun again.
    }
  }
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
