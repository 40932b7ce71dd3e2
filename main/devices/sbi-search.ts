import type { ScannerRow } from '../../app/ipc/contract.ts';
import { reason, type Log } from '../log.ts';
import { callService, listens, ServiceLost, type ServiceCall } from './sbi-http.ts';
import { unverifiedPayload, verifyDeviceJws, type Trust } from './sbi-jws.ts';
import {
  digitalIdSchema,
  discoverBody,
  errorCodeIn,
  infoPayloadSchema,
  kindOf,
  readDiscovered,
  readInfo,
  readJson,
  statusOf,
  VERBS,
  type DigitalId,
  type Discovered,
  type Kind,
  type WireVersion,
} from './sbi-wire.ts';

/** Both included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}
/** Those that the interface names. */
export const SBI_PORTS: PortRange = { from: 4501, to: 4600 };

export interface SbiDevice {
  /** The same for the same device wherever its service stands. */
  readonly id: string;
  readonly kind: Kind;
  readonly make: string;
  readonly model: string;
  readonly serialNo: string;
  readonly version: WireVersion;
  readonly status: ScannerRow['status'];
  readonly port: number;
  /** Before `/capture`, without a slash at its end. */
  readonly path: string;
  readonly deviceId: string;
  /** The environment that it is registered for, which a capture must name. */
  readonly env: string;
  /** Whether its description is signed by a provider that the center believes. */
  readonly believed: boolean;
}

export interface Found {
  /** The best of each kind first. */
  readonly devices: SbiDevice[];
  /** Ports that took the call and gave no answer. */
  readonly silent: ReadonlySet<number>;
}

const MAX_BYTES = 512 * 1024;
/** More than any service has: each may name a place of its own to be asked. */
const MAX_DEVICES = 16;
const ENVIRONMENTS = ['Staging', 'Developer', 'Pre-Production', 'Production'];
const RANK: Readonly<Record<ScannerRow['status'], number>> = {
  ready: 0,
  busy: 1,
  notReady: 2,
  unregistered: 3,
};

/**
 * Asks every port, in both wire versions, which finger and iris scanners for registration it has. Never throws.
 * @param patience milliseconds for an answer of this port
 */
export async function findDevices(
  ports: PortRange,
  trust: Trust,
  patience: (port: number) => number,
  log: Log,
): Promise<Found> {
  const silent = new Set<number>();
  const lost = (port: number, error: unknown): SbiDevice[] => {
    if (error instanceof ServiceLost && error.loss === 'silent') silent.add(port);
    log.info('sbi.port', { port, reason: reason(error) });
    return [];
  };
  const range = Array.from({ length: ports.to - ports.from + 1 }, (_, index) => ports.from + index);
  const asked = range.map(async (port) => {
    const timeoutMs = patience(port);
    if (!(await listens(port, timeoutMs))) return [];
    // Some services end the connection at a verb that they do not know, so each gets one of its own.
    const calls = (['1.0', '0.9.5'] as const).map((version) =>
      askPort(port, version, trust, timeoutMs).catch((error: unknown) => lost(port, error)),
    );
    return (await Promise.all(calls)).flat();
  });
  const found = (await Promise.all(asked)).flat();
  const best = new Map<string, SbiDevice>();
  for (const device of found.sort(better)) if (!best.has(device.id)) best.set(device.id, device);
  return { devices: [...best.values()], silent };
}

function better(one: SbiDevice, other: SbiDevice): number {
  return (
    Number(other.believed) - Number(one.believed) ||
    RANK[one.status] - RANK[other.status] ||
    other.version.localeCompare(one.version)
  );
}

async function askPort(
  port: number,
  version: WireVersion,
  trust: Trust,
  timeoutMs: number,
): Promise<SbiDevice[]> {
  const call = { port, body: discoverBody(version), timeoutMs };
  const answer = readJson(
    await callService({ ...call, path: '/device', verb: VERBS[version].discover }, MAX_BYTES),
  );
  const rows = readDiscovered(answer)
    .filter((row) => row.purpose !== 'Auth')
    .slice(0, MAX_DEVICES);
  if (rows.length === 0) return [];
  const places = new Map(rows.map((row) => [row.callbackId, placeOf(row, port)])).values();
  const asked = [...places].map((place) => askInfo({ ...call, port: place.port }, place.path, version));
  const infos = new Map<string, string>();
  for (const info of (await Promise.all(asked)).flat()) {
    const { digitalId } = describe(info);
    if (digitalId !== null) infos.set(nameOf(digitalId), info);
  }
  return rows.flatMap((row) => toDevice(row, port, version, infos, trust) ?? []);
}

/** A device that does not describe itself is listed all the same; its captures are checked like any other's. */
async function askInfo(
  call: Pick<ServiceCall, 'port' | 'body' | 'timeoutMs'>,
  path: string,
  version: WireVersion,
): Promise<string[]> {
  try {
    const answer = await callService({ ...call, path: `${path}/info`, verb: VERBS[version].info }, MAX_BYTES);
    return readInfo(readJson(answer));
  } catch {
    return [];
  }
}

function toDevice(
  row: Discovered,
  port: number,
  version: WireVersion,
  infos: ReadonlyMap<string, string>,
  trust: Trust,
): SbiDevice | null {
  const digitalId = readDigitalId(row.digitalId);
  const kind = digitalId === null ? null : kindOf(digitalId.type);
  if (digitalId === null || kind === null) return null;
  const info = infos.get(nameOf(digitalId));
  const env = info === undefined ? undefined : describe(info).env;
  const failed = errorCodeIn(row);
  const place = placeOf(row, port);
  return {
    id: nameOf(digitalId),
    kind,
    make: digitalId.make ?? '',
    model: digitalId.model ?? '',
    serialNo: digitalId.serialNo,
    version,
    status: failed === '100' ? 'unregistered' : statusOf(row.deviceStatus),
    ...place,
    deviceId: row.deviceId ?? digitalId.serialNo,
    env: env !== undefined && ENVIRONMENTS.includes(env) ? env : 'Production',
    believed: info !== undefined && isBelieved(info, trust),
  };
}

/**
 * Where the service of a device stands: `callbackId`, from which port and path are taken and nothing else, for a
 * scanner is on this PC. One that is no URL, or leads elsewhere, leaves the port where it was found.
 */
export function placeOf(row: Pick<Discovered, 'callbackId'>, port: number): { port: number; path: string } {
  try {
    const url = new URL(row.callbackId ?? '');
    if (url.protocol !== 'http:' || !['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) {
      return { port, path: '' };
    }
    return { port: Number(url.port || 80), path: url.pathname.replace(/\/+$/, '') };
  } catch {
    return { port, path: '' };
  }
}

/** What an info says before anybody believes it: only to match it with its device, and to ask in its words. */
function describe(info: string): { digitalId: DigitalId | null; env: string | undefined } {
  const payload = infoPayloadSchema.safeParse(unverifiedPayload(info));
  if (!payload.success) return { digitalId: null, env: undefined };
  return { digitalId: readDigitalId(payload.data.digitalId), env: payload.data.env ?? undefined };
}

function isBelieved(info: string, trust: Trust): boolean {
  try {
    const payload = infoPayloadSchema.parse(verifyDeviceJws(info, trust));
    verifyDeviceJws(payload.digitalId, trust);
    return true;
  } catch {
    // The capture says why.
    return false;
  }
}

function readDigitalId(encoded: string): DigitalId | null {
  const digitalId = digitalIdSchema.safeParse(unverifiedPayload(encoded));
  return digitalId.success ? digitalId.data : null;
}

function nameOf(digitalId: DigitalId): string {
  return `${kindOf(digitalId.type) ?? digitalId.type}:${digitalId.serialNo}`;
}
