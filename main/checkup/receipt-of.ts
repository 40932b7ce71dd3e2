import { JWS_TYPES, receiptSchema } from '../../app/sync/protocol.ts';
import { verifyJws } from '../security/sign.ts';

/** The manifest that a receipt is for, whichever of the center's keys signed it. */
export function speaksOf(receipt: string, keys: readonly string[]): string | null {
  for (const x of keys) {
    const parsed = receiptSchema.safeParse(verifyJws(JWS_TYPES.receipt, receipt, x));
    if (parsed.success) return parsed.data.manifestSha256;
  }
  return null;
}
