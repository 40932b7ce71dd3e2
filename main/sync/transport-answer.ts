import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { TransportFailure, type TransportResponse } from './api.ts';
import { transportFailure } from './network-errors.ts';

const BODY_MAX = 4 * 1024 * 1024;
const LINE_MAX = 1024 * 1024;

interface AnswerOptions {
  readonly bodiless: boolean;
  readonly idleTimeoutMs: number;
  readonly loopback: boolean;
  /** The answer has been read to its end, or nobody will. */
  readonly onEnd: () => void;
}

/** The answer with its body still on the wire. Everything that is cut short throws a TransportFailure. */
export function readAnswer(incoming: IncomingMessage, options: AnswerOptions): TransportResponse {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const status = incoming.statusCode ?? 0;
  const bodiless = options.bodiless || status === 204 || status === 304;
  // Errors come out of the reading below; without a listener one that comes earlier would end the process.
  incoming.on('error', () => {});
  incoming.once('close', options.onEnd);
  if (bodiless) incoming.resume();
  return {
    status,
    headers,
    text: async () => {
      if (bodiless) return '';
      const decoder = new StringDecoder('utf8');
      let text = '';
      let size = 0;
      for await (const chunk of chunks(incoming, headers, options)) {
        size += chunk.length;
        if (size > BODY_MAX) throw new TransportFailure('centerError', 'body too long');
        text += decoder.write(chunk);
      }
      return text + decoder.end();
    },
    lines: async function* () {
      if (bodiless) return;
      const decoder = new StringDecoder('utf8');
      let rest = '';
      for await (const chunk of chunks(incoming, headers, options)) {
        const parts = (rest + decoder.write(chunk)).split('\n');
        rest = parts.pop() ?? '';
        if (rest.length > LINE_MAX) throw new TransportFailure('centerError', 'line too long');
        yield* parts;
      }
      rest += decoder.end();
      if (rest !== '') yield rest;
    },
  };
}

/** Body chunks. The silence timer runs only while we wait for the network, not while the caller works. */
async function* chunks(
  incoming: IncomingMessage,
  headers: Readonly<Record<string, string>>,
  { idleTimeoutMs, loopback }: AnswerOptions,
): AsyncGenerator<Buffer> {
  const body: Readable =
    headers['content-encoding'] === 'gzip' ? pipeline(incoming, createGunzip(), () => {}) : incoming;
  const iterator = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const silence = setTimeout(
        () => body.destroy(new TransportFailure('timeout', 'silence')),
        idleTimeoutMs,
      );
      const next = await iterator.next().finally(() => clearTimeout(silence));
      if (next.done === true) break;
      yield next.value;
    }
    if (!incoming.complete) throw new TransportFailure('timeout', 'cut');
  } catch (error) {
    throw transportFailure(error, { loopback, reused: false });
  } finally {
    // Also when the caller stops reading early: the rest is not wanted.
    if (!incoming.complete) incoming.destroy();
  }
}
