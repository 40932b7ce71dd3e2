import { createHash, type KeyObject } from 'node:crypto';
import { privateKeyFrom, publicKeyX } from '../../main/security/sign.ts';

/** PKCS #8 of an Ed25519 key without its 32 bytes (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The same key in every run: made for the simulator, worth nothing elsewhere. */
export function simKey(name: string): KeyObject {
  return privateKeyFrom(Buffer.concat([PKCS8, createHash('sha256').update(`simulator ${name}`).digest()]));
}

export const STATION_KEY = simKey('station');
export const RECEIPT_KEY = simKey('receipt');
export const FORGED_KEY = simKey('forger');
export const STATION_KEY_X = publicKeyX(STATION_KEY);
export const RECEIPT_KEY_X = publicKeyX(RECEIPT_KEY);
/** As a station holds receipts against them. */
export const CENTER_KEYS = {
  receiptKey: { kid: 'receipt-1', x: RECEIPT_KEY_X },
  formerReceiptKeys: [],
};
