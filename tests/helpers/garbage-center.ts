import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { PROBLEM_MEDIA_TYPE, PROBLEM_NAMES } from '../../app/sync/problems.ts';
import { RECEIPT_HEADER } from '../../app/sync/protocol.ts';
import type { TransportRequest, TransportResponse } from '../../main/sync/api.ts';
import { bodyOf } from './fake-server.ts';
import { mutateBytes, mutateText, mutateValue, pick } from './mutate.ts';
import type { Random } from './random.ts';

/** A real server on loopback that spoils what a true center would have answered. */
export interface GarbageCenter {
  readonly url: string;
  /** From now on: who answers, and by what chance it is spoiled; `raw`: always this one of RAW. */
  answer(from: (request: TransportRequest) => TransportResponse, random: Random, raw?: number): void;
  /** How an answer was spoiled, newest last, since `answer`. */
  readonly said: string[];
  close(): Promise<void>;
}

interface Spoiling {
  readonly name: string;
  /** Sent in its place. */
  readonly raw?: string;
  /** In the middle, for ever. */
  readonly stops?: boolean;
}

interface Spoken {
  status: number;
  headers: Record<string, string | string[]>;
  body: Uint8Array;
}

const STATUSES = [
  200, 200, 201, 202, 204, 205, 206, 300, 301, 302, 304, 307, 400, 401, 403, 404, 405, 407, 409, 410, 413,
  418, 422, 423, 426, 429, 451, 500, 501, 502, 503, 504, 507, 511, 599, 799, 999,
];
/** What no HTTP library would send. */
export const RAW: readonly (readonly [name: string, bytes: string])[] = [
  ['nothing', ''],
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['a switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ['only a continue', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ['hints and no answer', 'HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n'],
  [
    'a body cut short',
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{"pulse":',
  ],
  ['a chunk without a length', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n'],
  ['a chunk cut short', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{}'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\n{}'],
  ['a length below nothing', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}'],
  ['zip that is none', 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8bxx'],
  ['a status without a number', 'HTTP/1.1 OK\r\n\r\n'],
  ['a status of nothing', 'HTTP/1.1 000 \r\nContent-Length: 0\r\n\r\n'],
  ['a header that never ends', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(200_000)}`],
  ['a header with a null', 'HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n'],
  ['the old way', '<html>Selamat datang di WiFi</html>'],
  [
    'more than its length',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}',
  ],
];

export async function startGarbageCenter(): Promise<GarbageCenter> {
  let from: ((request: TransportRequest) => TransportResponse) | null = null;
  let random: Random = () => 0;
  let always: number | undefined;
  const said: string[] = [];
  const server = createServer((request, response) => {
    void handle(request, response).catch(() => response.destroy());
  });
  // Nobody here waits for a client that has gone.
  server.on('clientError', (_, socket) => socket.destroy());
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const honest = from?.(await requestOf(request));
    if (honest === undefined) return void response.destroy();
    const text = await honest.text();
    const spoken: Spoken = { status: honest.status, headers: { ...honest.headers }, body: Buffer.from(text) };
    const how: Spoiling =
      always === undefined ? spoil(spoken, text, random) : { name: 'raw', raw: RAW[always]?.[1] ?? '' };
    said.push(how.name);
    if (how.raw !== undefined) {
      response.socket?.end(Buffer.from(how.raw, 'latin1'));
      return;
    }
    response.writeHead(spoken.status, spoken.headers);
    if (how.stops !== true) response.end(request.method === 'HEAD' ? undefined : spoken.body);
    else response.write(spoken.body.subarray(0, Math.ceil(spoken.body.length / 2)));
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: (next, chance, raw) => {
      from = next;
      random = chance;
      always = raw;
      said.length = 0;
    },
    said,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function requestOf(request: IncomingMessage): Promise<TransportRequest> {
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: request.method as TransportRequest['method'],
    target: request.url ?? '/',
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: await bodyOf(request),
    idleTimeoutMs: 0,
    signal: new AbortController().signal,
  };
}

function spoil(spoken: Spoken, text: string, random: Random): Spoiling {
  switch (Math.floor(random() * 12)) {
    case 0:
    case 1:
      return { name: 'honest' };
    case 2:
    case 3:
    case 4:
      // What an upload is answered stands in the headers.
      if (text === '') spoilHeaders(spoken, random);
      else spoken.body = Buffer.from(mutateJson(text, random));
      return { name: 'json' };
    case 5:
      spoken.body = Buffer.from(mutateText(text, random));
      return { name: 'text' };
    case 6:
      spoken.body = mutateBytes(spoken.body, random);
      return { name: 'bytes' };
    case 7: {
      spoken.status = pick(STATUSES, random);
      if (random() < 0.5) spoken.body = Buffer.from(mutateJson(text, random));
      return { name: `status ${spoken.status}` };
    }
    case 8: {
      const problem = { type: `urn:rekam:problem:${pick(PROBLEM_NAMES, random)}`, title: 'x', status: 400 };
      spoken.status = pick(STATUSES, random);
      spoken.headers = { ...spoken.headers, 'content-type': PROBLEM_MEDIA_TYPE };
      spoken.body = Buffer.from(
        random() < 0.5 ? JSON.stringify(problem) : mutateJson(JSON.stringify(problem), random),
      );
      return { name: 'problem' };
    }
    case 9:
      spoilHeaders(spoken, random);
      return { name: 'headers' };
    case 10: {
      const [name, raw] = pick(RAW, random);
      return { name, raw };
    }
    default:
      if (random() < 0.1) return { name: 'silence', stops: true };
      spoken.headers = { ...spoken.headers, 'content-encoding': pick(['gzip', 'br', 'x', ''], random) };
      if (random() < 0.5) spoken.body = mutateBytes(gzipSync(spoken.body), random);
      return { name: 'encoding' };
  }
}

function mutateJson(text: string, random: Random): string {
  const lines = text.split('\n');
  const index = Math.floor(random() * lines.length);
  try {
    lines[index] = JSON.stringify(mutateValue(JSON.parse(lines[index] ?? ''), random)) ?? '';
  } catch {
    lines[index] = mutateText(lines[index] ?? '', random);
  }
  return lines.join('\n');
}

const ODD_HEADERS = [
  '0',
  '-1',
  '1e9',
  '99999999999999999999',
  '',
  ' ',
  'x',
  'Wed, 21 Oct 2015 07:28:00 GMT',
  'soon',
  '12, 13',
];

function spoilHeaders(spoken: Spoken, random: Random): void {
  const name = pick(
    ['retry-after', 'upload-offset', 'date', 'content-type', 'tus-resumable', RECEIPT_HEADER, 'location'],
    random,
  );
  const now = String(spoken.headers[name] ?? '');
  const value = random() < 0.5 ? pick(ODD_HEADERS, random) : mutateText(now, random);
  spoken.headers = { ...spoken.headers, [name]: value.replaceAll(/[^\x20-\x7e]/g, '?') };
  if (random() < 0.3) spoken.status = pick([200, 204, 409, 429, 503], random);
}
