import { z } from 'zod';
import type { BodyPart } from '../../app/enrollment/biometrics.ts';
import { deviceTextSchema } from '../../app/enrollment/enrollment.ts';
import { RekamError } from '../../app/errors.ts';
import type { ScannerRow } from '../../app/ipc/contract.ts';

/**
 * The two wire versions of the MOSIP Secure Biometric Interface that are in the field: 0.9.5 and 1.0. They differ in
 * verbs and in how a device is named. The schemas take what services are seen to send: numbers as strings, errors
 * where data belongs, fields left out.
 */
export type WireVersion = '0.9.5' | '1.0';
export type Kind = ScannerRow['kind'];

export const VERBS = {
  '0.9.5': { discover: 'MOSIPDISC', info: 'MOSIPDINFO' },
  '1.0': { discover: 'SBIDISC', info: 'SBIINFO' },
} as const;

/** As an answer names the modality. */
export const BIO_TYPE = { finger: 'Finger', iris: 'Iris' } as const;

const SIDE = { left: 'Left', right: 'Right' } as const;
const FINGER = {
  index: 'IndexFinger',
  middle: 'MiddleFinger',
  ring: 'RingFinger',
  little: 'LittleFinger',
  thumb: 'Thumb',
} as const;

/** A part as the interface names it: `Left IndexFinger`, `Right`. The index fingers taken again have no other name. */
export function bioSubType(part: BodyPart): string {
  const [, side, finger] = part.split('.') as [string, keyof typeof SIDE, keyof typeof FINGER | undefined];
  return finger === undefined ? SIDE[side] : `${SIDE[side]} ${FINGER[finger]}`;
}

const text = z.union([z.string(), z.number()]).transform(String);
const numeric = z.union([z.number(), z.string().trim().min(1).transform(Number)]).pipe(z.number());
const errorSchema = z.object({ errorCode: text.nullish() });
const failing = z.object({ error: errorSchema.nullish() });

export const digitalIdSchema = z.object({
  serialNo: text.pipe(deviceTextSchema.min(1)),
  make: deviceTextSchema.nullish(),
  model: deviceTextSchema.nullish(),
  type: z.string(),
});
export type DigitalId = z.infer<typeof digitalIdSchema>;

const discoveredSchema = failing.extend({
  deviceId: text.nullish(),
  deviceStatus: z.string().nullish(),
  callbackId: z.string().nullish(),
  digitalId: z.string(),
  purpose: z.string().nullish(),
});
export type Discovered = z.infer<typeof discoveredSchema>;

const infoSchema = z.array(failing.extend({ deviceInfo: z.string().nullish() }));
export const infoPayloadSchema = z.object({
  deviceStatus: z.string().nullish(),
  env: z.string().nullish(),
  digitalId: z.string(),
});

const answerSchema = z.object({
  biometrics: z.array(failing.extend({ data: z.string().nullish(), hash: z.string().nullish() })),
});
export type Biometric = z.infer<typeof answerSchema>['biometrics'][number];

export const capturePayloadSchema = z.object({
  digitalId: z.string(),
  bioType: z.string(),
  bioSubType: z.string(),
  bioValue: z.string().min(1),
  transactionId: z.string(),
  purpose: z.string().nullish(),
  qualityScore: numeric.pipe(z.number().min(0).max(100)),
});
export type CapturePayload = z.infer<typeof capturePayloadSchema>;

/** The JSON at the front of a body; bytes may trail it. Throws device.answer. */
export function readJson(body: Buffer): unknown {
  const whole = body.toString('utf8').trim();
  const end = Math.max(whole.lastIndexOf('}'), whole.lastIndexOf(']'));
  for (const candidate of [whole, whole.slice(0, end + 1)]) {
    try {
      return JSON.parse(candidate) as unknown;
    } catch {
      // The shorter one, then.
    }
  }
  throw new RekamError('device.answer');
}

/** The devices of a discover answer; what cannot be read as one is left out. */
export function readDiscovered(json: unknown): Discovered[] {
  const rows = Array.isArray(json) ? (json as unknown[]) : [];
  return rows.flatMap((row) => {
    const device = discoveredSchema.safeParse(row);
    return device.success ? [device.data] : [];
  });
}

/** The signed descriptions of an info answer; null where there is none. */
export function readInfo(json: unknown): string[] {
  const rows = infoSchema.safeParse(json);
  return rows.success ? rows.data.flatMap(({ deviceInfo }) => deviceInfo ?? []) : [];
}

/** What a capture brought. Throws the error that the service names, wherever it stands, or device.answer. */
export function readBiometrics(json: unknown): Biometric[] {
  const code = errorCodeIn(json);
  if (code !== null) throw sbiError(code);
  const answer = answerSchema.safeParse(json);
  if (!answer.success) throw new RekamError('device.answer', {}, answer.error);
  return answer.data.biometrics;
}

/**
 * The error code of an answer, null where it names none. It stands flat, under `error`, in the first of an array, or
 * in a biometric; 0 and nothing mean success.
 */
export function errorCodeIn(json: unknown): string | null {
  const answer = Array.isArray(json) ? (json[0] as unknown) : json;
  const flat = errorSchema.safeParse(answer);
  const nested = failing.safeParse(answer);
  const captured = z.object({ biometrics: z.array(failing) }).safeParse(answer);
  const codes = [
    flat.data?.errorCode,
    nested.data?.error?.errorCode,
    ...(captured.data?.biometrics.map((biometric) => biometric.error?.errorCode) ?? []),
  ];
  // Some write `0 - Success`.
  const numbers = codes.map((code) => /\d+/.exec(code ?? '')?.[0] ?? '0');
  return numbers.find((code) => Number(code) !== 0) ?? null;
}

/** What a code of the interface means to the person at the desk. */
export function sbiError(code: string): RekamError {
  switch (code) {
    case '100':
      return new RekamError('device.unregistered');
    case '106':
    case '202':
      return new RekamError('device.unplugged');
    case '110':
      return new RekamError('device.notReady');
    case '111':
    case '703':
      return new RekamError('device.busy');
    case '701':
      return new RekamError('device.timeout');
    default:
      return new RekamError('device.failed', { detail: code });
  }
}

const STATUS: Readonly<Record<string, ScannerRow['status']>> = {
  ready: 'ready',
  busy: 'busy',
  notready: 'notReady',
  notregistered: 'unregistered',
};

/** A status that nobody knows is no reason to try a capture. */
export function statusOf(status: string | null | undefined): ScannerRow['status'] {
  return STATUS[(status ?? '').toLowerCase().replaceAll(/[^a-z]/g, '')] ?? 'notReady';
}

export function kindOf(type: string): Kind | null {
  const word = type.toLowerCase();
  return word.startsWith('finger') ? 'finger' : word.startsWith('iris') ? 'iris' : null;
}

export function discoverBody(version: WireVersion): object {
  const type = 'Biometric Device';
  return version === '1.0' ? { type, specVersion: version } : { type };
}

interface Target {
  readonly version: WireVersion;
  readonly kind: Kind;
  readonly serialNo: string;
  /** 0.9.5 alone has one. */
  readonly deviceId: string;
}

/** @param timeoutMs after which the device ends the pictures by itself */
export function streamBody(target: Target, deviceSubId: number, timeoutMs: number): object {
  const common = { deviceSubId, timeout: timeoutMs };
  if (target.version === '0.9.5') return { deviceId: target.deviceId, ...common };
  return { type: BIO_TYPE[target.kind], specVersion: target.version, serialNo: target.serialNo, ...common };
}

export interface Ask {
  /** 1 left, 2 right, 3 thumbs or both irises. */
  readonly deviceSubId: number;
  readonly parts: readonly BodyPart[];
  /** What the slap would hold beside them: together they are four, or two. */
  readonly exceptions: readonly BodyPart[];
}

export function captureBody(
  target: Target & { readonly env: string },
  ask: Ask,
  call: {
    readonly transactionId: string;
    readonly previousHash: string;
    readonly timeoutMs: number;
    readonly threshold: number;
  },
): object {
  const device = target.version === '0.9.5' ? { deviceId: target.deviceId } : { serialNo: target.serialNo };
  return {
    env: target.env,
    purpose: 'Registration',
    specVersion: target.version,
    timeout: call.timeoutMs,
    captureTime: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    transactionId: call.transactionId,
    bio: [
      {
        type: BIO_TYPE[target.kind],
        count: ask.parts.length,
        bioSubType: ask.parts.map(bioSubType),
        exception: ask.exceptions.map(bioSubType),
        requestedScore: call.threshold,
        ...device,
        deviceSubId: ask.deviceSubId,
        previousHash: call.previousHash,
      },
    ],
    customOpts: {},
  };
}
