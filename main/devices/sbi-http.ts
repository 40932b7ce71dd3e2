import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';

/** What became of a call that brought no answer. */
export type Loss = 'refused' | 'lost' | 'silent' | 'large';

export class ServiceLost extends Error {
  readonly loss: Loss;

  constructor(loss: Loss, cause?: unknown) {
    super(`SBI service: ${loss}`, { cause });
    this.name = 'ServiceLost';
    this.loss = loss;
  }
}

export interface ServiceCall {
  readonly port: number;
  readonly path: string;
  readonly verb: string;
  readonly body: object;
  /** Until the whole answer is here; for a stream until its first byte, and from each to the next. */
  readonly timeoutMs: number;
}

/** Whether something listens on this port of this PC: a fraction of what a call costs, where most are closed. */
export function listens(port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: timeoutMs });
    const end = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

/**
 * Calls a device's service on this PC, 127.0.0.1 and nowhere else, with one of the interface's own verbs, and gives
 * the body, whatever the status: services put errors under 200 and data under others.
 * @param maxBytes more than this is no answer
 * @throws ServiceLost
 */
export function callService(call: ServiceCall, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (loss: Loss, cause?: unknown): void => {
      clearTimeout(timer);
      reject(new ServiceLost(loss, cause));
      outgoing.destroy();
    };
    const timer = setTimeout(() => fail('silent'), call.timeoutMs);
    const outgoing = send(call, fail, (answer) => {
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > maxBytes) fail('large');
      });
      answer.once('error', (error) => fail('lost', error));
      answer.once('end', () => {
        clearTimeout(timer);
        resolve(Buffer.concat(chunks));
      });
    });
  });
}

/**
 * Opens a live stream and hands on its bytes as they come.
 * @param signal ends it
 * @returns resolves when it has ended and its socket is closed, by signal or by the device
 * @throws ServiceLost
 */
export function followService(
  call: ServiceCall,
  signal: AbortSignal,
  onBytes: (bytes: Buffer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let lost: ServiceLost | null = null;
    const close = (): void => void outgoing.destroy();
    const fail = (loss: Loss, cause?: unknown): void => {
      // Ending it is an error of the connection too, as is the end that was wanted.
      if (!signal.aborted) lost ??= new ServiceLost(loss, cause);
      close();
    };
    let timer = setTimeout(() => fail('silent'), call.timeoutMs);
    const outgoing = send(call, fail, (answer) => {
      answer.on('data', (chunk: Buffer) => {
        clearTimeout(timer);
        timer = setTimeout(() => fail('silent'), call.timeoutMs);
        if (!signal.aborted) onBytes(chunk);
      });
      answer.once('error', (error) => fail('lost', error));
    });
    outgoing.once('close', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', close);
      if (lost === null) resolve();
      else reject(lost);
    });
    signal.addEventListener('abort', close);
    if (signal.aborted) close();
  });
}

function send(
  call: ServiceCall,
  fail: (loss: Loss, cause: unknown) => void,
  onAnswer: (answer: IncomingMessage) => void,
): ClientRequest {
  const body = Buffer.from(JSON.stringify(call.body), 'utf8');
  let answered = false;
  const outgoing = request({
    host: '127.0.0.1',
    port: call.port,
    path: call.path,
    method: call.verb,
    agent: false,
    // Services read the length by hand and know no chunks.
    headers: { 'Content-Type': 'application/json', 'Content-Length': body.length },
  });
  outgoing.once('response', (answer) => {
    answered = true;
    onAnswer(answer);
  });
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    // Once there is an answer it tells itself whether it came whole; bytes that trail it are an error only here.
    if (!answered) fail(error.code === 'ECONNREFUSED' ? 'refused' : 'lost', error);
  });
  outgoing.end(body);
  return outgoing;
}
