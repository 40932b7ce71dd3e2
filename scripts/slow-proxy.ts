import { createServer, connect, type Socket } from 'node:net';
import { once } from 'node:events';

/** A TCP link of limited speed to a port on this machine, for watching what happens in the middle of an upload. */
export interface SlowProxy {
  readonly port: number;
  /** The port behind it. */
  readonly target: number;
  /** Bytes that went toward the center, since the start. */
  sent(): number;
  /** Bytes a second toward the center; null for as fast as it goes. */
  limit(bytesPerSecond: number | null): void;
  close(): Promise<void>;
}

const SLICE_MS = 20;

export async function startSlowProxy(targetPort: number): Promise<SlowProxy> {
  let rate: number | null = null;
  let sent = 0;
  const sockets = new Set<Socket>();
  const server = createServer((station) => {
    const center = connect(targetPort, '127.0.0.1');
    for (const socket of [station, center]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      // One side gone: so is the other, as on a cut line.
      socket.on('error', () => undefined);
    }
    station.on('close', () => center.destroy());
    center.on('close', () => station.destroy());
    center.pipe(station);
    station.on('data', (chunk: Buffer) => {
      station.pause();
      void pass(chunk, center).then(() => station.resume());
    });
    station.on('end', () => center.end());
  });

  const pass = async (chunk: Buffer, center: Socket): Promise<void> => {
    let rest = chunk;
    while (rest.length > 0 && !center.destroyed) {
      const size = rate === null ? rest.length : Math.max(1, Math.floor((rate * SLICE_MS) / 1000));
      const slice = rest.subarray(0, size);
      rest = rest.subarray(size);
      sent += slice.length;
      if (!center.write(slice))
        await Promise.race([once(center, 'drain'), once(center, 'close')]).catch(() => undefined);
      if (rate !== null) await new Promise((resolve) => setTimeout(resolve, SLICE_MS));
    }
  };

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    target: targetPort,
    sent: () => sent,
    limit: (bytesPerSecond) => {
      rate = bytesPerSecond;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
