import { createServer, connect, type Socket } from 'node:net';
import { once } from 'node:events';

/** A TCP line on loopback that all its connections share, slow toward the center; for what is seen in mid-upload. */
export interface ThinLine {
  readonly port: number;
  /** Bytes that have gone toward the center. */
  readonly sent: () => number;
  /** Bytes a second toward the center; null for as fast as it goes. */
  limit(bytesPerSecond: number | null): void;
  /** Ends what is open, with all that is still on its way. */
  cut(): void;
  close(): Promise<void>;
}

const SLICE = 1_600;

export async function thinLine(targetPort: number): Promise<ThinLine> {
  let rate: number | null = null;
  let sent = 0;
  let freeAt = 0;
  const sockets = new Set<Socket>();
  const turn = async (bytes: number): Promise<void> => {
    if (rate === null) return;
    const at = Math.max(performance.now(), freeAt);
    freeAt = at + (bytes / rate) * 1_000;
    if (at > performance.now()) await new Promise((resolve) => setTimeout(resolve, at - performance.now()));
  };
  const pass = async (chunk: Buffer, center: Socket): Promise<void> => {
    for (let at = 0; at < chunk.length && !center.destroyed; at += SLICE) {
      const slice = chunk.subarray(at, at + SLICE);
      await turn(slice.length);
      sent += slice.length;
      if (!center.write(slice))
        await Promise.race([once(center, 'drain'), once(center, 'close')]).catch(() => undefined);
    }
  };
  const server = createServer((station) => {
    const center = connect(targetPort, '127.0.0.1');
    for (const socket of [station, center]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
    }
    station.on('close', () => center.destroy());
    center.on('close', () => station.destroy());
    center.pipe(station);
    station.on('data', (chunk: Buffer) => {
      station.pause();
      void pass(chunk, center).then(() => station.resume());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    sent: () => sent,
    limit: (bytesPerSecond) => {
      rate = bytesPerSecond;
      freeAt = 0;
    },
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
