import { JWS_TYPES, RECEIPT_HEADER, receiptSchema } from '../../app/sync/protocol.ts';
import type { ProblemName } from '../../app/sync/problems.ts';
import { signJws } from '../../main/security/sign.ts';
import type { TransportRequest } from '../../main/sync/api.ts';
import type { ModelCenter } from './center.ts';
import type { Dice } from './dice.ts';
import { FORGED_KEY } from './keys.ts';
import { problem, reply, type Reply } from './wire.ts';

const ERRORS: readonly ProblemName[] = [
  'internal',
  'internal',
  'upload-locked',
  'packet-hash',
  'request-invalid',
  'nonce-replayed',
  'clock-skew',
  'packet-unknown',
  'upload-offset',
];
const HOLDS: readonly ProblemName[] = [
  'manifest-invalid',
  'recipient-unknown',
  'manifest-conflict',
  'packet-too-large',
];
const PAUSES: readonly ProblemName[] = ['rate-limited', 'overloaded', 'storage-full'];

/** An error that a center in trouble may give. */
export function anError(dice: Dice, isUpload: boolean): Reply {
  return problem(dice.pick(isUpload && dice.chance(0.1) ? HOLDS : ERRORS));
}

/** A wait that it asks for: sensible, unreadable, and now and then absurd. */
export function aWait(dice: Dice): Reply {
  const wait = dice.pick(['0', '1', String(dice.wide(1, 600)), 'soon', '86400000']);
  const value = wait === '86400000' && !dice.chance(0.05) ? '20' : wait;
  return problem(dice.pick(PAUSES), { 'retry-after': value });
}

/** What something else answers in the center's place. */
export function garbage(dice: Dice, request: TransportRequest): Reply {
  const length = request.headers['upload-length'] ?? '1';
  return dice.pick([
    () => reply(200, { 'content-type': 'text/html' }, '<html>Silakan masuk</html>'),
    () => reply(204),
    () => reply(302, { location: 'http://portal' }),
    () => reply(200, { 'content-type': 'application/json' }, '{"ok":true}'),
    () => reply(200, { 'content-type': 'application/json' }, dice.bytes(40).toString('latin1')),
    () => reply(502, { 'content-type': 'text/html' }, 'Bad Gateway'),
    () => reply(404, { 'content-type': 'text/html' }, 'Not Found'),
    () => reply(200, { 'tus-resumable': '1.0.0' }),
    () => reply(204, { 'tus-resumable': '1.0.0', 'upload-offset': length }),
    () => reply(503),
  ])();
}

/** The same answer with a receipt that is signed by somebody else, or speaks of another packet; null without one. */
export function forged(answer: Reply, dice: Dice, center: ModelCenter): Reply | null {
  const jws = answer.headers[RECEIPT_HEADER];
  if (jws === undefined) return null;
  const withReceipt = (receipt: string): Reply => ({
    ...answer,
    headers: { ...answer.headers, [RECEIPT_HEADER]: receipt },
  });
  const other = dice.pick([...center.packets.values()]).receipt;
  if (other !== jws && dice.chance(0.5)) return withReceipt(other);
  const payload = receiptSchema.parse(
    JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()),
  );
  return withReceipt(signJws(JWS_TYPES.receipt, 'receipt-1', payload, FORGED_KEY));
}

/** One bit of it is another. */
export function flipped(bytes: Buffer, dice: Dice): Buffer {
  const copy = Buffer.from(bytes);
  const at = dice.int(0, copy.length - 1);
  copy[at] = (copy[at] ?? 0) ^ (1 << dice.int(0, 7));
  return copy;
}

/** For the trace. */
export function kindOf(answer: Reply): string {
  const type = /urn:rekam:problem:([\w-]+)/.exec(answer.body)?.[1];
  const receipt = answer.headers[RECEIPT_HEADER] === undefined ? '' : ' receipt';
  const offset = answer.headers['upload-offset'];
  return `${type === undefined ? '' : ` ${type}`}${offset === undefined ? '' : ` at ${offset}`}${receipt}`;
}
