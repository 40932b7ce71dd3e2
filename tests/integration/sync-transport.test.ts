import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { TransportFailure, type Pace, type Transport, type TransportRequest } from '../../main/sync/api.ts';
import { createTransport } from '../../main/sync/transport.ts';
import { bodyOf, fakeServer, rawServer } from '../helpers/fake-server.ts';
import { fakeCa } from '../helpers/fake-tls.ts';

const YEAR_MS = 365 * 86_400_000;

function open(baseUrl: string, caPem: string | null = null): Transport {
  const transport = createTransport({ baseUrl, caPem });
  onTestFinished(() => transport.close());
  return transport;
}

function ask(transport: Transport, over: Partial<TransportRequest> = {}) {
  return transport.send({
    method: 'GET',
    target: '/v1/x',
    headers: {},
    idleTimeoutMs: 20_000,
    signal: new AbortController().signal,
    ...over,
  });
}

const failure = (linkCause: string) =>
  expect.objectContaining({ name: 'TransportFailure', linkCause }) as Error;

describe('plain HTTP on loopback', () => {
  test.each([
    ['switches protocols', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
    ['only says to go on', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ])('one that %s has not answered', async (_name, bytes) => {
    const server = await rawServer((socket) => socket.once('data', () => socket.end(bytes)));
    await expect(ask(open(server.url))).rejects.toMatchObject({ name: 'TransportFailure' });
  });

  test('body, progress, answer; the connection is kept', async () => {
    const server = await fakeServer((request, answer) => {
      void bodyOf(request).then((body) => {
        answer.setHeader('X-Size', String(body.length));
        answer.end(`${request.method} ${request.url}`);
      });
    });
    const transport = open(server.url);
    const body = randomBytes(500_000);
    const sent: number[] = [];
    const answer = await ask(transport, { method: 'POST', body, onSent: (bytes) => sent.push(bytes) });
    expect(answer).toMatchObject({ status: 200, headers: { 'x-size': '500000' } });
    expect(await answer.text()).toBe('POST /v1/x');
    expect(sent.at(-1)).toBe(500_000);
    expect(sent).toEqual([...sent].sort((a, b) => a - b));
    await (await ask(transport)).text();
    expect(server.connections()).toBe(1);
  });

  test.each(['drains the rest', 'resets the connection'])(
    'an early refusal is read when the center %s',
    async (way) => {
      const server = await fakeServer((_request, answer) => {
        answer.writeHead(413, { connection: 'close' });
        answer.end('too large');
        if (way === 'drains the rest') return;
        // Both sides share one event loop here: a few turns stand for the way to the station.
        const reset = (turns: number) =>
          void setImmediate(() => (turns > 0 ? reset(turns - 1) : answer.socket?.resetAndDestroy()));
        reset(5);
      });
      for (let round = 0; round < 20; round += 1) {
        const answer = await ask(open(server.url), { method: 'POST', body: Buffer.alloc(8_000_000) });
        expect(answer.status).toBe(413);
        expect(await answer.text()).toBe('too large');
      }
    },
  );

  test('a cut in the body of the answer throws, in text and in lines', async () => {
    const server = await fakeServer((_request, answer) => {
      answer.writeHead(200, { 'content-length': '1000' });
      answer.write('first\nsecond\nthi');
      setImmediate(() => answer.socket?.destroy());
    });
    const transport = open(server.url);
    await expect(ask(transport).then((answer) => answer.text())).rejects.toThrow(failure('timeout'));
    const lines: string[] = [];
    const read = async () => {
      for await (const line of (await ask(transport)).lines()) lines.push(line);
    };
    await expect(read()).rejects.toThrow(failure('timeout'));
    expect(lines).toEqual(['first', 'second']);
  });

  test('lines over chunk borders, gzip too', async () => {
    const text = Array.from({ length: 5000 }, (_, index) => `{"nama":"Ño ${index}"}`).join('\n');
    const server = await fakeServer((request, answer) => {
      const gzip = request.headers['accept-encoding'] === 'gzip';
      if (gzip) answer.setHeader('content-encoding', 'gzip');
      answer.end(gzip ? gzipSync(text) : text);
    });
    for (const headers of [{}, { 'accept-encoding': 'gzip' }]) {
      const lines: string[] = [];
      for await (const line of (await ask(open(server.url), { headers })).lines()) lines.push(line);
      expect(lines.join('\n')).toBe(text);
    }
  });

  test('a truncated gzip stream throws', async () => {
    const server = await fakeServer((_request, answer) => {
      answer.setHeader('content-encoding', 'gzip');
      answer.end(gzipSync(randomBytes(10_000)).subarray(0, 5_000));
    });
    await expect(ask(open(server.url)).then((answer) => answer.text())).rejects.toThrow(TransportFailure);
  });

  test('who stops reading lines gives the connection up', async () => {
    let closed: () => void = () => {};
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const server = await fakeServer((request, answer) => {
      request.socket.on('close', closed);
      const more = () => void answer.write(`${'x'.repeat(1000)}\n`, () => setImmediate(more));
      more();
    });
    for await (const line of (await ask(open(server.url))).lines()) {
      expect(line).toHaveLength(1000);
      break;
    }
    await isClosed;
  });

  test('silence ends a request, while connecting, sending or reading', async () => {
    const mute = await rawServer(() => {});
    await expect(ask(open(mute.url), { idleTimeoutMs: 50 })).rejects.toThrow(failure('timeout'));
    const half = await rawServer(
      (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'),
    );
    const answer = await ask(open(half.url), { idleTimeoutMs: 50 });
    await expect(answer.text()).rejects.toThrow(failure('timeout'));
  });

  test('a body under a pace goes out whole, in its pieces, each when its turn comes', async () => {
    const body = randomBytes(10_500);
    let got: Buffer = Buffer.alloc(0);
    const server = await fakeServer((request, answer) => {
      void bodyOf(request).then((bytes) => {
        got = bytes;
        answer.end();
      });
    });
    const asked: number[] = [];
    const sent: number[] = [];
    const pace: Pace = {
      piece: 4_000,
      take: (bytes) => {
        // Nothing is on its way that was not asked for.
        expect(sent.at(-1) ?? 0).toBeLessThanOrEqual(asked.reduce((sum, one) => sum + one, 0));
        asked.push(bytes);
        return Promise.resolve();
      },
    };
    const onSent = (bytes: number) => void sent.push(bytes);
    await ask(open(server.url), { method: 'POST', body, pace, onSent });
    expect(got.equals(body)).toBe(true);
    expect(asked).toEqual([4_000, 4_000, 2_500]);
    expect(sent.at(-1)).toBe(10_500);
  });

  test('an abort while a piece waits for its turn sends no more', async () => {
    const mute = await rawServer(() => {});
    const cut = new AbortController();
    const asked: number[] = [];
    const pace: Pace = {
      piece: 1_000,
      take: async (bytes, signal) => {
        asked.push(bytes);
        if (asked.length < 3) return;
        cut.abort();
        await new Promise((resolve) => setImmediate(resolve));
        expect(signal.aborted).toBe(true);
      },
    };
    const sending = ask(open(mute.url), {
      ...{ method: 'POST', body: randomBytes(100_000), pace, signal: cut.signal },
    });
    await expect(sending).rejects.toThrow(TransportFailure);
    expect(asked).toHaveLength(3);
  });

  test('abort ends it at once, before, during and after the answer began', async () => {
    const server = await rawServer(
      (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'),
    );
    const early = new AbortController();
    early.abort();
    await expect(ask(open(server.url), { signal: early.signal })).rejects.toThrow(TransportFailure);
    const late = new AbortController();
    const answer = await ask(open(server.url), { signal: late.signal });
    const text = answer.text();
    late.abort();
    await expect(text).rejects.toThrow(TransportFailure);
  });

  test('a closed port is refused', async () => {
    await expect(ask(open((await freePort()).url))).rejects.toThrow(failure('refused'));
  });

  test('a name that nobody knows', async () => {
    const { pem } = await fakeCa();
    // A machine without any network cannot tell a wrong name from a missing cable.
    const causes = expect.stringMatching(/^(dns|noNetwork)$/) as string;
    await expect(ask(open('https://does-not-exist.invalid', pem))).rejects.toMatchObject({
      linkCause: causes,
    });
  });

  test('what is not HTTP is somebody else', async () => {
    const server = await rawServer((socket) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    await expect(ask(open(server.url))).rejects.toThrow(failure('captivePortal'));
  });

  test('a kept connection that the other side closed is stale, not an outage', async () => {
    const server = await rawServer((socket) => {
      let answered = false;
      socket.on('data', () => {
        if (answered) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
        answered = true;
      });
    });
    const transport = open(server.url);
    await (await ask(transport)).text();
    await expect(ask(transport)).rejects.toMatchObject({ stale: true });
    await (await ask(transport)).text();
  });
});

async function freePort(): Promise<{ url: string }> {
  const net = await import('node:net');
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return { url: `http://127.0.0.1:${port}` };
}

describe('TLS with a pinned CA', () => {
  const hello = (_request: unknown, answer: { end(text: string): void }) => answer.end('hello');

  test('its own center answers', async () => {
    const ca = await fakeCa();
    const server = await fakeServer(hello, await ca.leaf());
    expect(await (await ask(open(server.url, ca.pem))).text()).toBe('hello');
  });

  test.each([
    ['another CA', true, ['127.0.0.1']],
    ['another host', false, ['pusat.go.id']],
  ])('%s is refused, and nothing was sent', async (_name, isForeign, names) => {
    const ca = await fakeCa();
    const other = await fakeCa();
    let requests = 0;
    const server = await fakeServer(
      (request, answer) => {
        requests += 1;
        hello(request, answer);
      },
      await (isForeign ? other : ca).leaf(names),
    );
    await expect(ask(open(server.url, ca.pem))).rejects.toThrow(failure('tls'));
    await expect(ask(open(server.url, ca.pem), { allowExpiredCertificate: true })).rejects.toThrow(
      failure('tls'),
    );
    expect(requests).toBe(0);
  });

  test.each([
    ['expired', [-700, -300] as const, -500],
    ['not yet valid', [300, 700] as const, 500],
  ])('%s: only the pulse passes, and who knows the center’s time', async (_name, days, validDay) => {
    const ca = await fakeCa();
    const server = await fakeServer(hello, await ca.leaf(['127.0.0.1'], days));
    const transport = open(server.url, ca.pem);
    await expect(ask(transport)).rejects.toThrow(failure('clock'));
    expect(await (await ask(transport, { allowExpiredCertificate: true })).text()).toBe('hello');
    const centerTime = Date.now() + validDay * 86_400_000;
    expect(await (await ask(transport, { centerTime })).text()).toBe('hello');
    await expect(ask(transport, { centerTime: Date.now() })).rejects.toThrow(failure('clock'));
    await expect(ask(transport, { centerTime: centerTime + 30 * YEAR_MS })).rejects.toThrow(failure('clock'));
  });

  test.each([
    ['another CA of the same name', true, ['127.0.0.1']],
    ['another host', false, ['pusat.go.id']],
  ])('expired and of %s: refused for the pulse too', async (_name, isForeign, names) => {
    const ca = await fakeCa();
    const other = await fakeCa();
    const server = await fakeServer(hello, await (isForeign ? other : ca).leaf(names, [-700, -300]));
    const transport = open(server.url, ca.pem);
    await expect(ask(transport, { allowExpiredCertificate: true })).rejects.toThrow(TransportFailure);
    await expect(ask(transport, { centerTime: Date.now() - 500 * 86_400_000 })).rejects.toThrow(
      TransportFailure,
    );
  });

  test('Electron 1: https without a CA and http beyond loopback are refused when opened', () => {
    expect(() => open('https://127.0.0.1:1')).toThrow('no pinned CA');
    expect(() => open('http://192.168.1.1')).toThrow(
      expect.objectContaining({ code: 'center.url' }) as Error,
    );
  });
});
