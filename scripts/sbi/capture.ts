import { createHash } from 'node:crypto';
import { FINGERS, IRISES } from '../../app/enrollment/biometrics.ts';
import { BIO_TYPE, bioSubType, type Kind, type WireVersion } from '../../main/devices/sbi-wire.ts';
import { encode, signAsDevice, type DeviceKey } from './certificates.ts';
import { number, recordOf } from './drawings.ts';
import type { Fault } from './simulator.ts';

export interface Device {
  readonly kind: Kind;
  readonly serialNo: string;
  readonly deviceId: string;
}

interface CaptureRequest {
  readonly env: string;
  readonly purpose: string;
  readonly specVersion: string;
  readonly timeout: number;
  readonly captureTime: string;
  readonly transactionId: string;
  readonly bio: readonly {
    readonly type: string;
    readonly count: number;
    readonly bioSubType?: readonly string[];
    readonly exception: readonly string[];
    readonly requestedScore: number;
    readonly deviceId?: string;
    readonly serialNo?: string;
    readonly deviceSubId: number;
    readonly previousHash: string;
  }[];
}

const NAMES = { finger: FINGERS.map(bioSubType), iris: IRISES.map(bioSubType) } as const;
const THUMB = / Thumb$/;
/** How many fingers and attempts are remembered, to be better the next time. */
const REMEMBERED = 20_000;
const attempts = new Map<string, number>();
const used = new Set<string>();

/** The answer to RCAPTURE, or the code of the interface that says what is wrong with the request. */
export function captureAnswer(
  body: unknown,
  devices: readonly Device[],
  wire: WireVersion,
  how: { readonly faults: ReadonlySet<Fault>; readonly key: DeviceKey },
): object | string {
  const request = body as CaptureRequest;
  const bio = request.bio[0];
  if (!/^[A-Za-z0-9-]{4,50}$/.test(request.transactionId) || used.has(request.transactionId)) return '112';
  used.add(request.transactionId);
  if (bio === undefined || request.purpose !== 'Registration' || request.env !== 'Developer') return '500';
  if (request.specVersion !== wire || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(request.captureTime))
    return '500';
  const device = devices.find((one) =>
    wire === '1.0' ? one.serialNo === bio.serialNo : one.deviceId === bio.deviceId,
  );
  if (device === undefined || bio.type !== BIO_TYPE[device.kind]) return '106';
  const holds = held(device.kind, bio.deviceSubId);
  if (bio.count + bio.exception.length !== holds.length) return '109';
  let subTypes = holds.filter((name) => !bio.exception.includes(name));
  if (subTypes.length !== bio.count || bio.bioSubType?.some((name) => !subTypes.includes(name))) return '109';

  const { faults } = how;
  if (faults.has('wrongCount')) subTypes = subTypes.slice(1);
  let hash = bio.previousHash;
  const signedId = signAsDevice(how.key, digitalId(device));
  const biometrics = subTypes.map((subType) => {
    const score = qualityOf(device, request.transactionId, subType, faults.has('lowQuality'));
    const seed = request.transactionId.slice(0, 36);
    const record = recordOf(device.kind, subType, seed, score, new Date());
    hash = chained(faults.has('brokenHashChain') ? sha256('elsewhere').toString('hex') : hash, record);
    const told = (value: number): number | string => (faults.has('numbersAsStrings') ? String(value) : value);
    const payload = {
      digitalId: signedId,
      ...(wire === '0.9.5' && { deviceCode: device.serialNo }),
      deviceServiceVersion: wire,
      bioType: bio.type,
      bioSubType: faults.has('wrongSubtype') ? otherHand(subType) : subType,
      purpose: request.purpose,
      env: request.env,
      bioValue: Buffer.from(record).toString('base64url'),
      transactionId: faults.has('wrongTransaction')
        ? `${request.transactionId.slice(0, -1)}x`
        : request.transactionId,
      timestamp: new Date().toISOString(),
      requestedScore: told(bio.requestedScore),
      qualityScore: told(score),
    };
    const data = signAsDevice(how.key, payload);
    return {
      specVersion: wire,
      data: faults.has('badJws') ? spoiled(data) : data,
      hash,
      error: { errorCode: '0', errorInfo: 'Success' },
    };
  });
  return { biometrics };
}

export function digitalId(device: Device): object {
  return {
    serialNo: device.serialNo,
    make: 'Rekam',
    model: device.kind === 'finger' ? 'Simulator jari' : 'Simulator iris',
    type: BIO_TYPE[device.kind],
    deviceSubType: device.kind === 'finger' ? 'Slap' : 'Double',
    deviceProvider: 'Rekam',
    deviceProviderId: 'REKAM.SIMULATOR',
    dateTime: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
  };
}

/** What lies on this part of the scanner. */
function held(kind: Kind, deviceSubId: number): readonly string[] {
  if (kind === 'iris') return deviceSubId === 3 ? NAMES.iris : [];
  if (deviceSubId === 3) return NAMES.finger.filter((name) => THUMB.test(name));
  const side = deviceSubId === 1 ? 'Left' : 'Right';
  return NAMES.finger.filter((name) => name.startsWith(side) && !THUMB.test(name));
}

/** Like those of the field at the first attempt, better at the next; the same for the same resident and finger. */
function qualityOf(device: Device, transactionId: string, subType: string, low: boolean): number {
  const finger = `${device.serialNo} ${transactionId.slice(0, 36)} ${subType}`;
  const attempt = attempts.get(finger) ?? 0;
  attempts.set(finger, attempt + 1);
  if (attempts.size > REMEMBERED) {
    attempts.clear();
    used.clear();
  }
  if (low) return 20 + (number(finger) % 15);
  return Math.min(99, 62 + (number(finger) % 31) + attempt * 8);
}

function chained(previous: string, record: Uint8Array): string {
  const both = Buffer.concat([Buffer.from(previous, 'hex'), sha256(record)]);
  return sha256(both).toString('hex').toUpperCase();
}

function sha256(data: Uint8Array | string): Buffer {
  return createHash('sha256').update(data).digest();
}

function otherHand(subType: string): string {
  return subType.startsWith('Left') ? subType.replace('Left', 'Right') : subType.replace('Right', 'Left');
}

/** The same JWS with another payload under the same signature. */
function spoiled(jws: string): string {
  const [header, , signature] = jws.split('.');
  return `${header}.${encode({ spoiled: true })}.${signature}`;
}
