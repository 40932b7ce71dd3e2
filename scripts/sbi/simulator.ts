import type { Socket } from 'node:net';
import type { Kind, WireVersion } from '../../main/devices/sbi-wire.ts';
import { captureAnswer, digitalId, type Device } from './capture.ts';
import { deviceAuthority, encode, signAsDevice, type Authority, type DeviceKey } from './certificates.ts';
import { liveFrames } from './drawings.ts';
import { startService, type ServiceCall } from './service.ts';

/**
 * Scanners that speak SBI on a real port, for demo and tests: drawn fingers and irises, true records, signatures and
 * hash chains, and every fault that the station must bear, on demand.
 */
export const FAULTS = [
  'busy',
  'notReady',
  'unregistered',
  'unpluggedInStream',
  'unpluggedInCapture',
  'timeout',
  'silent',
  'badJws',
  'foreignAnchor',
  'wrongCount',
  'wrongTransaction',
  'wrongSubtype',
  'brokenHashChain',
  'numbersAsStrings',
  'errorsUnder200',
  'trailingBytes',
  'lowQuality',
  'slow',
  'garbage',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface SimulatorOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly version?: WireVersion | 'both';
  readonly kinds?: readonly Kind[];
  /** A folder that keeps the provider's CA over restarts, or the CA itself. */
  readonly ca?: string | Authority;
  /** Where discover says that the service stands; its own address unless given. */
  readonly callbackId?: string;
  /** Told of every call. */
  readonly onCall?: (call: { readonly verb: string; readonly body: unknown }) => void;
  /** Before each answer, with the fault `slow`. */
  readonly slowMs?: number;
}

export interface SbiSimulator {
  readonly port: number;
  /** X.509, DER, base64: what the center's policy must name for its captures to be believed. */
  readonly anchor: string;
  /** These from now on, and no others; without any everything is mended and plugged in. */
  fault(...faults: readonly Fault[]): void;
  close(): Promise<void>;
}

const FRAME_MS = 150;
const STATUS_FAULTS = { busy: 'Busy', notReady: 'Not Ready', unregistered: 'Not Registered' } as const;
const CODES = { busy: '111', notReady: '110', unregistered: '100', timeout: '701' } as const;
const UNPLUGGED = '202';
const BOUNDARY = '--BoundaryString';

export async function startSbiSimulator(options: SimulatorOptions = {}): Promise<SbiSimulator> {
  const { version = '1.0', kinds = ['finger', 'iris'], slowMs = 1500 } = options;
  const authority = typeof options.ca === 'object' ? options.ca : await deviceAuthority(options.ca ?? null);
  const key = await authority.issue();
  let stranger: Promise<DeviceKey> | null = null;
  const faults = new Set<Fault>();
  const devices = kinds.map(
    (kind): Device => ({ kind, serialNo: `SIM-${kind}-0001`, deviceId: `${kind}-1` }),
  );
  const streams = new Set<Socket>();
  let unplugged = false;

  const devicesFor = (wire: WireVersion): object[] => {
    const status = statusFault(faults);
    return devices.map((device) => ({
      ...(wire === '0.9.5'
        ? { deviceId: device.deviceId, deviceCode: device.serialNo, certification: 'L0' }
        : { serialNo: device.serialNo, certification: 'SBI 1.0' }),
      deviceStatus: status === null ? (streams.size > 0 ? 'Busy' : 'Ready') : STATUS_FAULTS[status],
      serviceVersion: wire,
      deviceSubId: device.kind === 'finger' ? [1, 2, 3] : [3],
      callbackId: options.callbackId ?? `http://127.0.0.1:${service.port}/`,
      specVersion: [wire],
      purpose: status === 'unregistered' ? '' : 'Registration',
      digitalId: encode(digitalId(device)),
      error: { errorCode: '0', errorInfo: 'Success' },
    }));
  };

  const discover = (call: ServiceCall, wire: WireVersion): void => {
    if (unplugged) return refuse(call.socket, UNPLUGGED);
    send(call.socket, 200, devicesFor(wire));
  };

  const info = (call: ServiceCall, wire: WireVersion, signer: DeviceKey): void => {
    if (unplugged) return refuse(call.socket, UNPLUGGED);
    const unregistered = faults.has('unregistered');
    // Signed, unless the device has no certificate yet.
    const own = (payload: object): string => (unregistered ? encode(payload) : signAsDevice(signer, payload));
    const infos = devicesFor(wire).map((row, index) => {
      const device = devices[index];
      const signed = {
        ...row,
        env: unregistered ? 'None' : 'Developer',
        firmware: wire,
        digitalId: device === undefined ? '' : own(digitalId(device)),
      };
      const error = { errorCode: unregistered ? '100' : '0', errorInfo: '' };
      return { deviceInfo: own(signed), error };
    });
    send(call.socket, 200, infos);
  };

  const stream = (call: ServiceCall): void => {
    const { socket } = call;
    const code = unplugged ? UNPLUGGED : codeOfFault(faults);
    if (code !== null) return refuse(socket, code, 'flat');
    const asked = call.body as { deviceId?: string; serialNo?: string };
    const device = devices.find((one) =>
      [one.deviceId, one.serialNo].includes(asked.deviceId ?? asked.serialNo ?? ''),
    );
    if (device === undefined) return refuse(socket, '106', 'flat');
    const pictures = liveFrames(device.kind);
    socket.write(
      `HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=${BOUNDARY}\r\nConnection: Closed\r\n\r\n`,
    );
    let shown = 0;
    const show = (): void => {
      const picture = pictures[shown % pictures.length] ?? Buffer.alloc(0);
      const head = `${BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`;
      socket.write(Buffer.concat([Buffer.from(head), picture, Buffer.from('\r\n\r\n')]));
      shown += 1;
      if (!faults.has('unpluggedInStream') || shown < 3) return;
      unplugged = true;
      clearInterval(timer);
      socket.end(JSON.stringify({ errorCode: UNPLUGGED, errorInfo: 'No device connected' }));
    };
    const timer = setInterval(show, FRAME_MS);
    streams.add(socket);
    socket.once('close', () => {
      clearInterval(timer);
      streams.delete(socket);
    });
    show();
  };

  const capture = (call: ServiceCall, wire: WireVersion, signer: DeviceKey): void => {
    const code = unplugged ? UNPLUGGED : codeOfFault(faults);
    if (code !== null) return refuse(call.socket, code, 'biometrics');
    if (streams.size > 0) return refuse(call.socket, CODES.busy, 'biometrics');
    const answer = captureAnswer(call.body, devices, wire, { faults, key: signer });
    if (typeof answer === 'string') return refuse(call.socket, answer, 'biometrics');
    if (!faults.has('unpluggedInCapture')) return send(call.socket, 200, answer);
    unplugged = true;
    call.socket.write(
      'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 90000\r\n\r\n{"biom',
    );
    call.socket.destroySoon();
  };

  /** An error as the two worlds tell it: the standard's status, or the mock's 200 and its many shapes. */
  const refuse = (socket: Socket, code: string, shape: 'array' | 'flat' | 'biometrics' = 'array'): void => {
    const error = { errorCode: code, errorInfo: 'simulated' };
    const shapes = {
      array: [{ error }],
      flat: error,
      biometrics: { biometrics: [{ data: '', hash: '', error }] },
    };
    if (faults.has('errorsUnder200')) send(socket, 200, shapes[shape]);
    else send(socket, 500, shape === 'array' ? [{ error }] : { error });
  };

  const send = (socket: Socket, status: number, json: object): void => {
    const text = JSON.stringify(json, faults.has('numbersAsStrings') ? numbersAsStrings : undefined);
    const body = Buffer.from(faults.has('garbage') ? text.slice(0, text.length / 2) : text, 'utf8');
    const head = `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Error'}\r\nCACHE-CONTROL:no-store\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: Closed\r\n\r\n`;
    const trail = faults.has('trailingBytes') ? '\r\n\r\n\0\0trailing' : '';
    socket.end(Buffer.concat([Buffer.from(head), body, Buffer.from(trail)]));
  };

  const answer = async (call: ServiceCall): Promise<void> => {
    // Gone before a slow device came to it: a live view of nobody would keep the device busy for ever.
    if (call.socket.destroyed) return;
    options.onCall?.(call);
    if (faults.has('silent')) return;
    if (faults.has('foreignAnchor')) stranger ??= deviceAuthority().then((other) => other.issue());
    const signer = faults.has('foreignAnchor') && stranger !== null ? await stranger : key;
    const wire = wireOf(call);
    if (wire === null || (version !== 'both' && wire !== version)) return refuse(call.socket, '500');
    switch (`${call.verb} ${call.path}`) {
      case 'MOSIPDISC /device':
      case 'SBIDISC /device':
        return discover(call, wire);
      case 'MOSIPDINFO /info':
      case 'SBIINFO /info':
        return info(call, wire, signer);
      case 'STREAM /stream':
        return stream(call);
      case 'RCAPTURE /capture':
        return capture(call, wire, signer);
      default:
        return refuse(call.socket, '500');
    }
  };

  const service = await startService(options.port ?? 0, (call) => {
    if (faults.has('slow')) setTimeout(() => void answer(call), slowMs);
    else void answer(call);
  });
  return {
    port: service.port,
    anchor: authority.anchor,
    fault: (...wanted) => {
      faults.clear();
      for (const fault of wanted) faults.add(fault);
      unplugged = false;
    },
    close: () => service.close(),
  };
}

function statusFault(faults: ReadonlySet<Fault>): keyof typeof STATUS_FAULTS | null {
  return (['busy', 'notReady', 'unregistered'] as const).find((fault) => faults.has(fault)) ?? null;
}

function codeOfFault(faults: ReadonlySet<Fault>): string | null {
  const found = (['busy', 'notReady', 'unregistered', 'timeout'] as const).find((fault) => faults.has(fault));
  return found === undefined ? null : CODES[found];
}

/** The version that a call speaks: its verb says so, or what it names as its own. */
function wireOf({ verb, body }: ServiceCall): WireVersion | null {
  if (verb.startsWith('MOSIP')) return '0.9.5';
  if (verb.startsWith('SBI')) return '1.0';
  const { specVersion = '0.9.5' } = (body ?? {}) as { specVersion?: unknown };
  return specVersion === '0.9.5' || specVersion === '1.0' ? specVersion : null;
}

function numbersAsStrings(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? String(value) : value;
}
