import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** One call as it came: verbs that Node's HTTP server refuses, so it is read by hand. */
export interface ServiceCall {
  readonly verb: string;
  readonly path: string;
  readonly body: unknown;
  readonly socket: Socket;
}

export interface Service {
  readonly port: number;
  close(): Promise<void>;
}

/** Bytes for everything that a device is asked. */
const MAX_REQUEST = 64 * 1024;

/** @param port 0 takes a free one */
export async function startService(port: number, answer: (call: ServiceCall) => void): Promise<Service> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    // A client that goes away is no error here.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    let received = Buffer.alloc(0);
    const read = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      if (received.length > MAX_REQUEST) socket.destroy();
      const call = parse(received, socket);
      if (call === null) return;
      socket.off('data', read);
      answer(call);
    };
    socket.on('data', read);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

function parse(received: Buffer, socket: Socket): ServiceCall | null {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = received.toString('latin1', 0, end);
  // As the mock that vendors test with reads it: one space, no chunks.
  const length = Number(/^Content-Length: (\d+)$/im.exec(head)?.[1] ?? 0);
  const body = received.subarray(end + 4);
  if (body.length < length) return null;
  const [verb = '', path = ''] = head.split(' ');
  try {
    const json = length === 0 ? null : (JSON.parse(body.toString('utf8', 0, length)) as unknown);
    return { verb, path, body: json, socket };
  } catch {
    socket.destroy();
    return null;
  }
}
