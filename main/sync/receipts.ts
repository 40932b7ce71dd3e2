import {
  JWS_TYPES,
  manifestSchema,
  receiptSchema,
  type Activation,
  type Receipt,
} from '../../app/sync/protocol.ts';
import { verifyJws } from '../security/sign.ts';
import type { KeptReceipt, ReceiptSubject, Remote, StoreApi } from '../store/api.ts';

export interface VerifiedReceipt {
  readonly jws: string;
  readonly receipt: Receipt;
}

/** `verifyReceipt` under the center's keys. */
export type ReceiptCheck = (jws: string, packet: ReceiptSubject) => VerifiedReceipt | null;

/**
 * The only way to a receipt (G2): signed by the center's key, as a receipt, over exactly this packet's manifest. A
 * former key speaks for what it signed while it was valid. Null for anything else. The station is the manifest's, which
 * may be a dead one whose packets this one delivers.
 */
export function verifyReceipt(
  jws: string,
  packet: ReceiptSubject,
  { receiptKey, formerReceiptKeys }: Pick<Activation, 'receiptKey' | 'formerReceiptKeys'>,
): VerifiedReceipt | null {
  const signedBy = (x: string, until?: string): Receipt | null => {
    const parsed = receiptSchema.safeParse(verifyJws(JWS_TYPES.receipt, jws, x));
    if (!parsed.success) return null;
    return until === undefined || parsed.data.receivedAt <= until ? parsed.data : null;
  };
  let receipt = signedBy(receiptKey.x);
  for (const { x, until } of formerReceiptKeys) receipt ??= signedBy(x, until);
  if (receipt === null) return null;
  const matches =
    receipt.packetId === packet.packetId &&
    receipt.stationId === manifestStation(packet.manifest) &&
    receipt.sequence === packet.sequence &&
    receipt.manifestSha256 === packet.manifestSha256 &&
    receipt.sha256 === packet.sha256 &&
    receipt.size === packet.size;
  return matches ? { jws, receipt } : null;
}

/** How a verified receipt settles its packet, whichever way it came. */
export function kept({ jws, receipt }: VerifiedReceipt): KeptReceipt {
  return { packetId: receipt.packetId, receipt: jws, receivedAt: Date.parse(receipt.receivedAt) };
}

/**
 * Keeps receipts. Those that come while the disk still writes are written together next: several uploads end at about
 * the same time, and each write waits for the disk once.
 */
export class ReceiptBook {
  readonly #store: Remote<Pick<StoreApi, 'outbox'>>;
  #coming: VerifiedReceipt[] = [];
  #next: Promise<void> | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: Remote<Pick<StoreApi, 'outbox'>>) {
    this.#store = store;
  }

  /** Resolves when it is durable; rejects when the store does. */
  keep(receipt: VerifiedReceipt): Promise<void> {
    this.#coming.push(receipt);
    return (this.#next ??= this.#write());
  }

  async #write(): Promise<void> {
    await this.#last;
    const receipts = this.#coming.map(kept);
    this.#coming = [];
    this.#next = null;
    const written = this.#store.outbox.received(receipts);
    this.#last = written.catch(() => undefined);
    await written;
  }
}

function manifestStation(manifest: string): string | null {
  try {
    const payload: unknown = JSON.parse(
      Buffer.from(manifest.split('.')[1] ?? '', 'base64url').toString('utf8'),
    );
    return manifestSchema.shape.stationId.parse((payload as { stationId?: unknown }).stationId);
  } catch {
    return null;
  }
}
