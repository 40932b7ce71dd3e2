// What a scanner's service may say, through a line that spoils it: the station finds no device that is none, keeps no finger
// that was not signed, and is told each failure by its name.
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ERROR_CODES, RekamError } from '../../app/errors.ts';
import { createSbiScanners, type Scanners } from '../../main/devices/registry.ts';
import { verifyDeviceJws, unverifiedPayload } from '../../main/devices/sbi-jws.ts';
import { placeOf } from '../../main/devices/sbi-search.ts';
import { FrameParser } from '../../main/devices/sbi-stream.ts';
import {
  capturePayloadSchema,
  digitalIdSchema,
  errorCodeIn,
  readBiometrics,
  readDiscovered,
  readInfo,
  readJson,
  statusOf,
} from '../../main/devices/sbi-wire.ts';
import { sha256 } from '../../main/security/sign.ts';
import { encode, signAsDevice, type DeviceKey } from '../../scripts/sbi/certificates.ts';
import type { SbiSimulator } from '../../scripts/sbi/simulator.ts';
import { fuzz, search, type FuzzTarget } from '../helpers/fuzz.ts';
import { RAW } from '../helpers/garbage-center.ts';
import { mutateBytes, mutateText, mutateValue, pick } from '../helpers/mutate.ts';
import { generator, type Random } from '../helpers/random.ts';
import { order, startTestScanner, testAuthority } from '../helpers/scanner.ts';

/** Verbs by what they ask. */
const ASKS = {
  list: ['SBIDISC', 'SBIINFO'],
  capture: ['RCAPTURE', 'RCAPTURE', 'SBIDISC', 'SBIINFO'],
  watch: ['STREAM'],
} as const;
interface Input {
  readonly ask: keyof typeof ASKS;
  readonly seed: number;
  /** In the service's place: one of RAW. */
  readonly raw?: number;
}

interface Line {
  readonly port: number;
  /** Which answers are spoiled from now on, by what chance, and with what in their place. */
  spoil(verb: string, random: Random, raw?: number): void;
  /** Hashes of the records that the service truly gave. */
  readonly given: Set<string>;
  /** Where the service stands. */
  to(port: number): void;
  close(): Promise<void>;
}

let line: Line;
let service: SbiSimulator;
let key: DeviceKey;
let scanners: Scanners;
const quiet = () => {};

beforeAll(async () => {
  line = await spoilingLine();
  service = await startTestScanner({ callbackId: `http://127.0.0.1:${line.port}/` });
  line.to(service.port);
  key = await (await testAuthority()).issue();
  scanners = createSbiScanners({
    ports: { from: line.port, to: line.port },
    anchors: () => Promise.resolve([service.anchor]),
    now: () => Date.now(),
    log: { info: quiet, warn: quiet, error: quiet },
    timeouts: { search: 400, silent: 200, capture: 200, grace: 300, frame: 400 },
  });
});
afterAll(() => line.close());

async function spoilingLine(): Promise<Line> {
  let port = 0;
  let wanted = '';
  let random: Random = () => 0;
  let raw: number | undefined;
  const given = new Set<string>();
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const device = connect(port, '127.0.0.1');
    let verb = '';
    const said: Buffer[] = [];
    for (const socket of [client, device]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', (bytes) => {
      verb ||= bytes.toString('latin1').split(' ')[0] ?? '';
      device.write(bytes);
    });
    client.on('close', () => device.destroy());
    device.on('data', (bytes) => {
      if (verb !== 'STREAM') said.push(bytes);
      else client.write(verb === wanted && random() < 0.5 ? mutateBytes(bytes, random) : bytes);
    });
    device.on('close', () => {
      const whole = Buffer.concat(said);
      if (verb === 'RCAPTURE') remember(whole, given);
      if (verb !== wanted) return void client.end(whole);
      client.end(raw === undefined ? spoilAnswer(whole, random) : Buffer.from(RAW[raw]?.[1] ?? '', 'latin1'));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    given,
    spoil: (verb, chance, always) => {
      wanted = verb;
      random = chance;
      raw = always;
    },
    to: (at) => {
      port = at;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function remember(answer: Buffer, given: Set<string>): void {
  const body = answer.subarray(answer.indexOf('\r\n\r\n') + 4).toString('utf8');
  for (const { data } of (JSON.parse(body) as { biometrics?: { data: string }[] }).biometrics ?? []) {
    const payload = Buffer.from(data.split('.')[1] ?? '', 'base64url').toString('utf8');
    const { bioValue } = JSON.parse(payload) as { bioValue: string };
    given.add(sha256(Buffer.from(bioValue, 'base64url')));
  }
}

function spoilAnswer(whole: Buffer, random: Random): Uint8Array {
  const at = whole.indexOf('\r\n\r\n') + 4;
  if (at < 4 || random() < 0.2) return mutateBytes(whole, random);
  const body = spoilJson(whole.subarray(at).toString('utf8'), random);
  return Buffer.from(
    `HTTP/1.1 ${pick([200, 200, 200, 500, 404, 302], random)} X\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Values, or within a signed text a letter. */
function spoilJson(text: string, random: Random): string {
  if (random() < 0.3) return mutateText(text, random);
  try {
    return JSON.stringify(mutateValue(JSON.parse(text), random)) ?? '';
  } catch {
    return mutateText(text, random);
  }
}

function requireDevice(error: unknown): void {
  if (
    !(error instanceof RekamError) ||
    !error.code.startsWith('device.') ||
    !ERROR_CODES.includes(error.code)
  )
    throw error;
}

const PARTS = ['finger.left.thumb', 'finger.right.thumb'];

async function act(
  { ask, seed, raw }: Input,
  isGiven = (hash: string) => line.given.has(hash),
): Promise<void> {
  const random = generator(seed);
  line.spoil(pick(ASKS[ask], random), random, raw);
  line.given.clear();
  try {
    if (ask === 'list') {
      for (const { kind, id, serialNo, status } of await scanners.list(true)) {
        if (!['finger', 'iris'].includes(kind) || id === '' || serialNo === '' || serialNo.length > 200)
          throw new Error('no device');
        if (!['ready', 'busy', 'notReady', 'unregistered'].includes(status))
          throw new Error(`no status: ${status}`);
      }
    } else if (ask === 'capture') {
      const packetId = `019ab000-0000-7000-8000-${String(seed % 1e12).padStart(12, '0')}`;
      const captures = await scanners.capture(order({ packetId, step: 'thumbs' }));
      if (captures.map(({ part }) => part.name).join() !== PARTS.join())
        throw new Error('other fingers than asked for');
      for (const { part, bytes } of captures) {
        if (sha256(bytes) !== part.sha256 || bytes.length !== part.size)
          throw new Error('a part that is not its bytes');
        if (!isGiven(part.sha256)) throw new Error('a finger that no scanner gave');
      }
    } else {
      const frames: Uint8Array[] = [];
      await scanners.watch('thumbs', (jpeg) => frames.push(jpeg)).finally(() => scanners.unwatch());
      if (frames.some((jpeg) => jpeg[0] !== 0xff || jpeg[1] !== 0xd8))
        throw new Error('a picture that is none');
    }
  } catch (error) {
    requireDevice(error);
  }
}

const target: FuzzTarget<Input> = {
  name: 'scanner services',
  share: 3,
  invent: (random) => ({
    ask: pick(['list', 'list', 'list', 'capture', 'capture', 'watch'] as const, random),
    seed: Math.floor(random() * 2 ** 32),
  }),
  corpus: RAW.map((_, raw) => ({ ask: raw % 2 === 0 ? 'list' : 'capture', seed: 1, raw })),
  act,
};

test('no service crashes or hangs the station, or gives it what no scanner signed', async () => {
  expect(await fuzz(target)).toBeGreaterThan(0);
});

test('control: a finger that was not given is found', async () => {
  const only: FuzzTarget<Input> = {
    ...{ ...target, corpus: [] },
    invent: (random) => ({ ask: 'capture', seed: Math.floor(random() * 2 ** 32) }),
    // As if the service had never given what ends with these.
    act: (input) => act(input, (hash) => !hash.endsWith('0') && !hash.endsWith('7') && !hash.endsWith('a')),
  };
  expect(await search(only, 40)).toContain('no scanner gave');
});

test('what is read of an answer', async () => {
  const device = { serialNo: 'S1', make: 'Rekam', model: 'X', type: 'Finger' };
  const signedId = signAsDevice(key, device);
  const payload = {
    ...{ digitalId: signedId, bioType: 'Finger', bioSubType: 'Left Thumb', bioValue: 'AAAA' },
    ...{ transactionId: 't-1', purpose: 'Registration', qualityScore: '80' },
  };
  const signed = signAsDevice(key, payload);
  const row = {
    deviceId: 'd',
    deviceStatus: 'Ready',
    callbackId: 'http://127.0.0.1:4501/',
    digitalId: encode(device),
    purpose: 'Registration',
    error: { errorCode: '0' },
  };
  const answers = [
    [row],
    [{ deviceInfo: signed, error: null }],
    { biometrics: [{ data: signed, hash: 'A', error: { errorCode: '0' } }] },
  ];
  const jpeg = Buffer.from([0xff, 0xd8, 1, 2, 3]);
  const part = Buffer.concat([
    Buffer.from(`--B\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`),
    jpeg,
    Buffer.from('\r\n\r\n'),
  ]);
  const stream = Buffer.concat([part, part, part, Buffer.from('{"errorCode":"202"}')]);
  const trust = { anchors: [service.anchor], now: Date.now() };
  const read = (seed: number, verify = verifyDeviceJws) => {
    const random = generator(seed);
    const text = spoilJson(JSON.stringify(pick(answers, random)), random);
    told(() => {
      const json = readJson(Buffer.from(text));
      errorCodeIn(json);
      for (const found of readDiscovered(json)) {
        const { port } = placeOf(found, 4501);
        if (!(port >= 0 && port <= 65_535)) throw new Error(`a port that is none: ${port}`);
        statusOf(found.deviceStatus);
        digitalIdSchema.safeParse(unverifiedPayload(found.digitalId));
      }
      for (const info of readInfo(json)) unverifiedPayload(info);
      for (const { data } of readBiometrics(json)) {
        const opened = verify(data ?? '', trust);
        if (JSON.stringify(opened) !== JSON.stringify(payload))
          throw new Error('believed what was not signed');
        capturePayloadSchema.safeParse(opened);
      }
    });
    told(() => {
      const opened = verify(mutateText(signed, random), trust);
      if (JSON.stringify(opened) !== JSON.stringify(payload)) throw new Error('believed what was not signed');
    });
    told(() => {
      const parser = new FrameParser((frame) => {
        if (frame[0] !== 0xff || frame[1] !== 0xd8) throw new TypeError('a picture that is none');
      });
      const bytes = mutateBytes(stream, random);
      const cut = Math.floor(random() * bytes.length);
      try {
        parser.push(bytes.subarray(0, cut));
        parser.push(bytes.subarray(cut));
      } catch (error) {
        if (error instanceof TypeError) throw error;
      }
      if (parser.rest.length > 1e6) throw new Error('it keeps too much');
    });
  };
  const seeds = { invent: (random: Random) => Math.floor(random() * 2 ** 32) };
  await fuzz({ ...seeds, name: 'scanner answers, read alone', share: 20, act: read });
  // Control: a reader that looks at no signature.
  const blind: typeof verifyDeviceJws = (jws) => unverifiedPayload(jws);
  expect(
    await search({ ...seeds, name: 'control', share: 1, act: (seed) => read(seed, blind) }, 200),
  ).toContain('was not signed');
});

function told(act: () => void): void {
  try {
    act();
  } catch (error) {
    requireDevice(error);
  }
}
