import http, { type IncomingMessage, type RequestListener, type Server } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface FakeServer {
  readonly port: number;
  readonly url: string;
  readonly connections: () => number;
  /** Closes what is open now. */
  cut(): void;
}

/** A real server on loopback that answers as the test says; closed when the test ends. */
export async function fakeServer(
  answer: RequestListener,
  tls?: { cert: string; key: string },
): Promise<FakeServer> {
  const server: Server = tls === undefined ? http.createServer(answer) : https.createServer(tls, answer);
  const listening = await listen(server);
  return { ...listening, url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${listening.port}` };
}

/** Bytes as they are, for what no HTTP server would say. */
export async function rawServer(talk: (socket: Socket) => void): Promise<FakeServer> {
  const server = net.createServer(talk);
  const listening = await listen(server);
  return { ...listening, url: `http://127.0.0.1:${listening.port}` };
}

async function listen(server: net.Server): Promise<Omit<FakeServer, 'url'>> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(async () => {
    cut();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections, cut };
}

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
