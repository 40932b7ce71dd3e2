import { createHash, randomBytes } from 'node:crypto';
import {
  IRISES,
  LEFT_FOUR,
  RIGHT_FOUR,
  THUMBS,
  type BodyPart,
  type PartName,
  type ScanStep,
} from '../../app/enrollment/biometrics.ts';
import { RekamError } from '../../app/errors.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import { isRecord, shownImage } from './iso19794.ts';
import { capturedPart } from './part.ts';
import type { CaptureOrder } from './registry.ts';
import { callService } from './sbi-http.ts';
import { verifyDeviceJws, type Trust } from './sbi-jws.ts';
import type { SbiDevice } from './sbi-search.ts';
import {
  BIO_TYPE,
  bioSubType,
  captureBody,
  capturePayloadSchema,
  digitalIdSchema,
  readBiometrics,
  readJson,
  type Ask,
  type Biometric,
  type CapturePayload,
  type DigitalId,
} from './sbi-wire.ts';

/** Four records of the largest size that a part may have, twice in base64. */
const MAX_BYTES = 32 * 1024 * 1024;
const PART_MAX = 4 * 1024 * 1024;

/** What the first capture of an enrollment names as its predecessor: SHA-256 of nothing. */
export const FIRST_HASH = createHash('sha256').digest('hex').toUpperCase();

interface Terms {
  readonly trust: Trust;
  /** The hash of the capture before this one, of whatever scanner. */
  readonly previousHash: string;
  readonly timeoutMs: number;
  readonly graceMs: number;
  /** Of the live view, shown where the record's own image cannot be. */
  readonly lastFrame: Uint8Array | null;
}

/** A slap whole: which part of the scanner, what it holds, and which parts are asked of it under which names. */
interface Slap {
  readonly deviceSubId: number;
  readonly holds: readonly BodyPart[];
  readonly asked: Readonly<Partial<Record<BodyPart, BodyPart>>>;
}

const all = (parts: readonly BodyPart[]): Slap['asked'] =>
  Object.fromEntries(parts.map((part) => [part, part]));

const SLAPS: Readonly<Record<ScanStep, readonly Slap[]>> = {
  left4: [{ deviceSubId: 1, holds: LEFT_FOUR, asked: all(LEFT_FOUR) }],
  right4: [{ deviceSubId: 2, holds: RIGHT_FOUR, asked: all(RIGHT_FOUR) }],
  thumbs: [{ deviceSubId: 3, holds: THUMBS, asked: all(THUMBS) }],
  irises: [{ deviceSubId: 3, holds: IRISES, asked: all(IRISES) }],
  // One hand after the other: a slap holds one index finger.
  verify: [
    { deviceSubId: 1, holds: LEFT_FOUR, asked: { 'finger.left.index': 'verify.left.index' } },
    { deviceSubId: 2, holds: RIGHT_FOUR, asked: { 'finger.right.index': 'verify.right.index' } },
  ],
};

/** The part of the scanner that a step begins with. */
export function deviceSubIdOf(step: ScanStep): number {
  return SLAPS[step][0]?.deviceSubId ?? 0;
}

/** What a step asks of a scanner, one entry a slap; none where everything is excepted. */
export function asksOf(
  step: ScanStep,
  excepted: readonly PartName[],
): (Ask & { names: readonly BodyPart[] })[] {
  return SLAPS[step].flatMap(({ deviceSubId, holds, asked }) => {
    const parts = holds.filter((part) => {
      const name = asked[part];
      return name !== undefined && !excepted.includes(name) && !excepted.includes(part);
    });
    if (parts.length === 0) return [];
    const names = parts.map((part) => asked[part] ?? part);
    return [{ deviceSubId, parts, names, exceptions: holds.filter((part) => !parts.includes(part)) }];
  });
}

/**
 * Captures a step, checks all that the device says about it, and gives its parts.
 * @returns the hash that the next capture of this enrollment must name
 * @throws RekamError device.*, ServiceLost
 */
export async function captureParts(
  device: SbiDevice,
  order: CaptureOrder,
  terms: Terms,
): Promise<{ captures: Capture[]; hash: string }> {
  const captures: Capture[] = [];
  let hash = terms.previousHash;
  for (const ask of asksOf(order.step, order.excepted)) {
    // Unique a call, as the interface wants, and of this enrollment.
    const transactionId = `${order.packetId}-${randomBytes(6).toString('hex')}`;
    const { timeoutMs } = terms;
    const body = captureBody(device, ask, {
      transactionId,
      previousHash: hash,
      timeoutMs,
      threshold: order.threshold,
    });
    const call = { port: device.port, path: `${device.path}/capture`, verb: 'RCAPTURE', body };
    const answer = await callService({ ...call, timeoutMs: timeoutMs + terms.graceMs }, MAX_BYTES);
    const biometrics = readBiometrics(readJson(answer));
    if (biometrics.length !== ask.parts.length) throw mismatch('count');
    const taken = new Map<string, Capture>();
    for (const biometric of biometrics) {
      const read = readOne(biometric, device, transactionId, terms.trust);
      const index = ask.parts.findIndex((part) => bioSubType(part) === read.payload.bioSubType);
      const name = ask.names[index];
      if (name === undefined || taken.has(name)) throw mismatch('subtype');
      hash = chained(hash, read.bytes, biometric.hash);
      taken.set(name, toCapture(name, read, device, order.attempt, terms.lastFrame));
    }
    for (const name of ask.names) captures.push(...[taken.get(name)].filter((entry) => entry !== undefined));
  }
  return { captures, hash };
}

interface Read {
  readonly payload: CapturePayload;
  readonly digitalId: DigitalId;
  readonly bytes: Buffer;
}

function readOne(biometric: Biometric, device: SbiDevice, transactionId: string, trust: Trust): Read {
  const payload = capturePayloadSchema.safeParse(verifyDeviceJws(biometric.data ?? '', trust));
  if (!payload.success) throw new RekamError('device.answer', {}, payload.error);
  const digitalId = digitalIdSchema.safeParse(verifyDeviceJws(payload.data.digitalId, trust));
  if (!digitalId.success) throw new RekamError('device.answer', {}, digitalId.error);
  if (payload.data.transactionId !== transactionId) throw mismatch('transaction');
  if (payload.data.bioType !== BIO_TYPE[device.kind]) throw mismatch('type');
  if (digitalId.data.serialNo !== device.serialNo) throw mismatch('device');
  const purpose = payload.data.purpose ?? 'Registration';
  if (purpose !== 'Registration') throw mismatch('purpose');
  const bytes = Buffer.from(payload.data.bioValue, 'base64url');
  if (!isRecord(device.kind, bytes) || bytes.length > PART_MAX) throw new RekamError('device.answer');
  return { payload: payload.data, digitalId: digitalId.data, bytes };
}

/** Each hash covers the one before it, so that nothing can be left out, swapped or slipped in between. */
function chained(previous: string, bytes: Buffer, told: string | null | undefined): string {
  const own = createHash('sha256').update(bytes).digest();
  const hash = createHash('sha256')
    .update(Buffer.from(previous, 'hex'))
    .update(own)
    .digest('hex')
    .toUpperCase();
  if (hash !== (told ?? '').toUpperCase()) throw mismatch('hash');
  return hash;
}

function toCapture(
  name: BodyPart,
  { payload, digitalId, bytes }: Read,
  device: SbiDevice,
  attempts: number,
  lastFrame: Uint8Array | null,
): Capture {
  const { make, model, serialNo } = digitalId;
  return {
    part: capturedPart(device.kind, bytes, {
      name,
      quality: payload.qualityScore,
      attempts,
      device: { make: make ?? '', model: model ?? '', serialNo },
    }),
    bytes: Uint8Array.from(bytes),
    preview: shownImage(bytes) ?? lastFrame,
  };
}

/** @param detail for the log and the telephone */
function mismatch(detail: string): RekamError {
  return new RekamError('device.mismatch', { detail });
}
