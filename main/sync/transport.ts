import { X509Certificate } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
import type { TLSSocket } from 'node:tls';
import { TransportFailure, type Transport, type TransportRequest, type TransportResponse } from './api.ts';
import { parseCenterUrl } from './center-url.ts';
import { CERTIFICATE_DATES, errorCode, transportFailure } from './network-errors.ts';
import { areValidAt, chainFault, chainTo, presentedChain } from './pinned-chain.ts';
import { readAnswer } from './transport-answer.ts';

export interface TransportOptions {
  readonly baseUrl: string;
  /** The pinned CA; null for plain HTTP on loopback. */
  readonly caPem: string | null;
}

/** Written piece by piece, so that progress is seen and an early refusal is read before more is sent. */
const CHUNK = 64 * 1024;
/** A few uploads, a pulse beside them. */
const SOCKETS = 10;

export interface StationTransport extends Transport {
  /** Connections that wait for the next request are dead, though nobody has said so: the PC has slept. */
  dropKept(): void;
}

/** HTTP over Node's own client: the same in the app, the tests and the simulator. Throws RekamError('center.url'). */
export function createTransport(options: TransportOptions): StationTransport {
  const transport = openTransport(options);
  return {
    send: async (request) => {
      try {
        return await transport.send(request);
      } catch (error) {
        // Where one kept connection is dead, its neighbours are too: who asks again shall meet a fresh one.
        if (error instanceof TransportFailure && error.stale) transport.dropKept();
        throw error;
      }
    },
    close: () => transport.close(),
    dropKept: () => transport.dropKept(),
  };
}

function openTransport({ baseUrl, caPem }: TransportOptions): StationTransport {
  const address = parseCenterUrl(baseUrl);
  const target = { host: address.host, port: address.port };
  const keep = { keepAlive: true, maxSockets: SOCKETS, maxFreeSockets: 4, scheduling: 'lifo' } as const;
  if (!address.secure) {
    const agent = new http.Agent(keep);
    return {
      send: (request) =>
        exchange(request, address.loopback, (options) => http.request({ ...options, ...target, agent })),
      close: () => agent.destroy(),
      dropKept: () => dropKept(agent),
    };
  }
  if (caPem === null) throw new TransportFailure('tls', 'no pinned CA');
  const ca = new X509Certificate(caPem);
  const strict = new https.Agent({ ...keep, ca: [caPem] });
  // Only for a certificate whose dates fail by the clock here; no session is kept, so each connection shows its chain.
  const dateless = new https.Agent({
    keepAlive: false,
    rejectUnauthorized: false,
    maxCachedSessions: 0,
    ca: [caPem],
  });
  return {
    send: async (request) => {
      try {
        return await exchange(request, address.loopback, (options) =>
          https.request({ ...options, ...target, agent: strict }),
        );
      } catch (error) {
        if (!CERTIFICATE_DATES.includes(errorCode(error)) || !mayJudgeDates(request)) throw error;
        return exchange(request, address.loopback, (options) => {
          const outgoing = https.request({ ...options, ...target, agent: dateless });
          outgoing.once('socket', (socket) => {
            socket.once('secureConnect', () => checkByHand(socket as TLSSocket, request));
          });
          return outgoing;
        });
      }
    },
    close: () => {
      strict.destroy();
      dateless.destroy();
    },
    dropKept: () => dropKept(strict),
  };

  function checkByHand(socket: TLSSocket, request: TransportRequest): void {
    const chain = presentedChain(socket);
    const fault = chainFault(ca, chain, address.host, socket);
    const path = chainTo(ca, chain) ?? [];
    if (fault !== null) socket.destroy(new TransportFailure('tls', fault));
    else if (request.allowExpiredCertificate === true) return;
    else if (request.centerTime === undefined || !areValidAt([...path, ca], request.centerTime)) {
      socket.destroy(new TransportFailure('clock', 'certificate dates'));
    }
  }
}

function dropKept(agent: http.Agent): void {
  for (const sockets of Object.values(agent.freeSockets))
    for (const socket of sockets ?? []) socket.destroy();
}

function mayJudgeDates(request: TransportRequest): boolean {
  return request.allowExpiredCertificate === true || request.centerTime !== undefined;
}

type Open = (options: http.RequestOptions) => http.ClientRequest;

function exchange(request: TransportRequest, loopback: boolean, open: Open): Promise<TransportResponse> {
  return new Promise((resolve, reject) => {
    if (request.signal.aborted) {
      reject(new TransportFailure('timeout', 'aborted'));
      return;
    }
    const headers: Record<string, string> = { ...request.headers };
    if (request.body !== undefined) headers['content-length'] = String(request.body.length);
    const outgoing = open({ method: request.method, path: request.target, headers });
    const abort = () => outgoing.destroy(new TransportFailure('timeout', 'aborted'));
    const silence = setTimeout(
      () => outgoing.destroy(new TransportFailure('timeout', 'silence')),
      request.idleTimeoutMs,
    );
    const done = () => {
      clearTimeout(silence);
      request.signal.removeEventListener('abort', abort);
    };
    let answered = false;
    request.signal.addEventListener('abort', abort, { once: true });

    outgoing.on('response', (incoming) => {
      answered = true;
      clearTimeout(silence);
      resolve(
        readAnswer(incoming, {
          bodiless: request.method === 'HEAD',
          idleTimeoutMs: request.idleTimeoutMs,
          loopback,
          onEnd: () => {
            done();
            // An answer before the whole body went is a refusal: no more is sent, the connection is not used again.
            setImmediate(() => {
              if (!outgoing.writableFinished) outgoing.destroy();
            });
          },
        }),
      );
    });
    outgoing.on('error', (error) => {
      // After an answer a broken write says nothing new: the answer, or its own breaking off, counts.
      if (answered) return;
      done();
      // A dead kept connection still takes the first piece; one that took more was alive, and broke.
      const reused = outgoing.reusedSocket && sentBytes <= CHUNK;
      reject(transportFailure(error, { loopback, reused }));
    });
    // Node drops a connection that wants to switch protocols, and tells of that as neither answer nor error.
    outgoing.on('close', () => {
      if (answered) return;
      done();
      reject(new TransportFailure('captivePortal', 'no answer'));
    });
    let sentBytes = 0;
    const sent = (bytes: number) => {
      if (answered) return;
      sentBytes = bytes;
      silence.refresh();
      if (bytes > 0) request.onSent?.(bytes);
    };
    outgoing.on('socket', () => sent(0));
    void writeBody(
      outgoing,
      request,
      () => answered || outgoing.destroyed,
      sent,
      () => silence.refresh(),
    );
  });
}

/** Never rejects: a broken write shows as the request's own error. */
async function writeBody(
  outgoing: http.ClientRequest,
  { body, pace, signal }: TransportRequest,
  isOver: () => boolean,
  sent: (bytes: number) => void,
  waited: () => void,
): Promise<void> {
  const whole = body ?? new Uint8Array();
  let at = 0;
  for (;;) {
    const size = Math.min(CHUNK, pace?.piece ?? CHUNK, whole.length - at);
    if (pace !== undefined && size > 0) {
      await pace.take(size, signal);
      if (isOver()) return;
      // The silence was ours.
      waited();
    }
    if (at + size >= whole.length) break;
    const piece = whole.subarray(at, at + size);
    at += size;
    await new Promise<void>((resolve) => outgoing.write(piece, () => resolve()));
    sent(at);
    // A turn of the event loop: what the center said meanwhile is read before the next piece meets its reset.
    await new Promise((resolve) => setImmediate(resolve));
    if (isOver()) return;
  }
  if (whole.length === 0) outgoing.end();
  else outgoing.end(whole.subarray(at), () => sent(whole.length));
}
