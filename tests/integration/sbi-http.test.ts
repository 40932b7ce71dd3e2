import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { callService, followService, ServiceLost } from '../../main/devices/sbi-http.ts';

/** Answers as bytes, the way services of many makes write them. */
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serving(answer: (socket: Socket, request: string) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (request) => answer(socket, request.toString('latin1')));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function calling(port: number, timeoutMs = 20_000) {
  return { port, path: '/device', verb: 'MOSIPDISC', body: { type: 'Finger' }, timeoutMs };
}

/** The body, or what became of the call. */
async function outcome(call: Promise<Buffer | void>): Promise<string> {
  try {
    return String(await call);
  } catch (error) {
    if (!(error instanceof ServiceLost)) throw error;
    return error.loss;
  }
}

describe('a call', () => {
  it('sends the verb and a length, as services read it by hand', async () => {
    let seen = '';
    const port = await serving((socket, request) => {
      seen = request;
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]');
    });
    expect(await outcome(callService(calling(port), 100))).toBe('[]');
    expect(seen).toMatch(/^MOSIPDISC \/device HTTP\/1\.1\r\n/);
    expect(seen).toMatch(/\r\nContent-Length: 17\r\n/);
    expect(seen).not.toMatch(/transfer-encoding/i);
    expect(seen.endsWith('\r\n\r\n{"type":"Finger"}')).toBe(true);
  });

  it.each([
    ['with bytes behind it', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]\r\n\r\n\0more'],
    [
      'with another answer behind it',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]HTTP/1.1 500 No\r\n\r\n',
    ],
    ['under an error’s status', 'HTTP/1.1 500 Error\r\nContent-Length: 2\r\n\r\n[]'],
    ['without a length', 'HTTP/1.1 200 OK\r\nConnection: Closed\r\n\r\n[]'],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n'],
  ])('takes an answer %s', async (_how, answer) => {
    const port = await serving((socket) => socket.end(answer));
    expect(await outcome(callService(calling(port), 100))).toBe('[]');
  });

  it.each([
    ['lost', 'cut in its middle', 'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n[]'],
    ['lost', 'that is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['lost', 'that is empty', ''],
    ['large', 'that is too large', `HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n${' '.repeat(200)}`],
  ])('is %s with an answer %s', async (loss, _how, answer) => {
    const port = await serving((socket) => socket.end(answer));
    expect(await outcome(callService(calling(port), 100))).toBe(loss);
  });

  it('is silent when the answer does not come, or does not end', async () => {
    const never = await serving(() => undefined);
    expect(await outcome(callService(calling(never, 50), 100))).toBe('silent');
    const half = await serving((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n['));
    expect(await outcome(callService(calling(half, 50), 100))).toBe('silent');
  });

  it('is refused where nobody listens', async () => {
    const port = await serving(() => undefined);
    const closed = once(servers[0]!, 'close');
    servers.pop()?.close();
    await closed;
    expect(await outcome(callService(calling(port), 100))).toBe('refused');
  });
});

describe('a stream', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\n\r\n';

  it('hands on what comes, and ends with the service', async () => {
    const port = await serving((socket) => socket.end(`${HEAD}frames`));
    const seen: Buffer[] = [];
    const { signal } = new AbortController();
    await followService(calling(port), signal, (bytes) => seen.push(bytes));
    expect(Buffer.concat(seen).toString()).toBe('frames');
  });

  it('ends when it is told to, and closes its connection', async () => {
    const gone: Promise<unknown>[] = [];
    const port = await serving((socket) => {
      gone.push(once(socket, 'close'));
      socket.write(`${HEAD}frames`);
    });
    const ending = new AbortController();
    await followService(calling(port), ending.signal, () => ending.abort());
    expect(gone).toHaveLength(1);
    await gone[0];
  });

  it('does not begin when it was ended before', async () => {
    const port = await serving((socket) => socket.end(HEAD));
    const call = followService(calling(port), AbortSignal.abort(), () => undefined);
    expect(await outcome(call)).toBe('undefined');
  });

  it('is silent when nothing comes any more', async () => {
    const port = await serving((socket) => socket.write(`${HEAD}frames`));
    const { signal } = new AbortController();
    expect(await outcome(followService(calling(port, 100), signal, () => undefined))).toBe('silent');
  });
});
