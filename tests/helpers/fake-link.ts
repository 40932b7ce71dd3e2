import net, { type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What the link does to a connection; all passes without it. */
export interface LinkRule {
  /** Nothing goes on after so many bytes to the center, until `cut`. */
  readonly up?: number;
  /** Breaks at the first answer after so many bytes to the center. */
  readonly deafAfter?: number;
}

export interface FakeLink {
  readonly port: number;
  readonly url: string;
  /** For the next connections, one each; after them everything passes. */
  next(...rules: readonly LinkRule[]): void;
  /** Breaks what is open. */
  cut(): void;
  /** Bytes from the station to the center so far. */
  readonly up: () => number;
}

/** A TCP link on loopback between a station and the center at `port`, which breaks where the test says. */
export async function fakeLink(port: number, scheme: 'http' | 'https'): Promise<FakeLink> {
  const open = new Set<Socket>();
  const rules: LinkRule[] = [];
  let sent = 0;
  const server = net.createServer((station) => {
    const { up = Infinity, deafAfter = Infinity } = rules.shift() ?? {};
    let own = 0;
    const center = net.connect(port, '127.0.0.1');
    const end = () => {
      station.destroy();
      center.destroy();
    };
    for (const socket of [station, center]) {
      open.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        open.delete(socket);
        end();
      });
    }
    station.on('data', (chunk: Buffer) => {
      const taken = chunk.subarray(0, up - own);
      own += taken.length;
      sent += taken.length;
      if (taken.length > 0) center.write(taken);
    });
    center.on('data', (chunk: Buffer) => {
      if (own >= deafAfter) end();
      else station.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  onTestFinished(async () => {
    cut();
    await new Promise((resolve) => server.close(resolve));
  });
  const ownPort = (server.address() as AddressInfo).port;
  return {
    port: ownPort,
    url: `${scheme}://127.0.0.1:${ownPort}`,
    next: (...more) => void rules.push(...more),
    cut,
    up: () => sent,
  };
}
