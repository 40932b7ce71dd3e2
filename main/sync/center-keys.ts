import { JWS_TYPES, keyChangeSchema, type Activation, type KeyChange } from '../../app/sync/protocol.ts';
import { sha256, verifyJws } from '../security/sign.ts';
import type { ReceiptSubject, Remote, StoreApi } from '../store/api.ts';
import { verifyReceipt, type VerifiedReceipt } from './receipts.ts';
import type { SyncLog } from './log.ts';

type Keys = Pick<Activation, 'sealing' | 'receiptKey' | 'formerReceiptKeys'>;

interface CenterKeysDeps {
  readonly store: Remote<Pick<StoreApi, 'station'>>;
  readonly now: () => number;
  readonly log: SyncLog;
}

/**
 * Owner of the center's keys while an engine runs. They change only by an announcement that the key valid until then
 * signed, one after the other from the key that the activation brought.
 */
export class CenterKeys {
  readonly #deps: CenterKeysDeps;
  #keys: Keys;

  constructor(deps: CenterKeysDeps, activation: Activation) {
    this.#deps = deps;
    this.#keys = activation;
  }

  /** The Ed25519 public key that pulses and new receipts are signed with, base64url. */
  get x(): string {
    return this.#keys.receiptKey.x;
  }

  /** What a pulse tells the center: the keys that the station has, so that it hears of those that followed. */
  get query(): string {
    const { sealing, receiptKey } = this.#keys;
    return `keyId=${encodeURIComponent(sealing.keyId)}&kid=${encodeURIComponent(receiptKey.kid)}`;
  }

  checkReceipt(jws: string, packet: ReceiptSubject): VerifiedReceipt | null {
    return verifyReceipt(jws, packet, this.#keys);
  }

  /** Follows what leads on from the present keys; what claims to and is not signed by them is refused and told. */
  async follow(announcements: readonly string[]): Promise<void> {
    const { store, now, log } = this.#deps;
    for (const jws of announcements) {
      const signed = keyChangeSchema.safeParse(verifyJws(JWS_TYPES.keys, jws, this.x));
      if (signed.success && this.#leadsOn(signed.data)) {
        this.#keys = await store.station.followKeys(signed.data, jws, now());
        const { sealing, receiptKey } = this.#keys;
        log.info('sync.keys', { keyId: sealing.keyId, kid: receiptKey.kid });
        continue;
      }
      const claimed = keyChangeSchema.safeParse(payloadOf(jws));
      // Of a change before ours: the center sends them all.
      if (claimed.success && !this.#leadsOn(claimed.data)) continue;
      await store.station.refusedKeys(sha256(jws), now());
      log.warn('sync.keys.refused', {});
    }
  }

  #leadsOn({ replaces }: KeyChange): boolean {
    const { sealing, receiptKey } = this.#keys;
    return replaces.keyId === sealing.keyId && replaces.kid === receiptKey.kid;
  }
}

function payloadOf(jws: string): unknown {
  try {
    return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
