import { RekamError } from '../../app/errors.ts';
import { sha256 } from '../security/sign.ts';
import type { OutboxItem, Remote, StoreApi } from '../store/api.ts';

/**
 * A packet's bytes as they were recorded. Null where they are gone, were spoiled by the disk (the center would refuse
 * them for ever), or lie on a page that the database's cipher finds spoiled: the other packets go on.
 */
export async function readSealed(
  store: Remote<Pick<StoreApi, 'outbox'>>,
  { packetId, size, sha256: expected }: Pick<OutboxItem, 'packetId' | 'size' | 'sha256'>,
): Promise<Uint8Array | null> {
  let sealed: Uint8Array | null;
  try {
    sealed = await store.outbox.sealed(packetId);
  } catch (error) {
    if (error instanceof RekamError && error.code === 'store.damaged') return null;
    throw error;
  }
  return sealed !== null && sealed.length === size && sha256(sealed) === expected ? sealed : null;
}
