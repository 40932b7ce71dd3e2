import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { startCenter } from '../../center/center.ts';
import { FAIR, OPEN, startTcpLink, THIN, type LinkProfile } from '../../scripts/tcp-link.ts';
import type { Area, Found } from './goals.ts';
import { inFolder } from './measure.ts';
import { openPouch } from './pouch.ts';
import { startPouchServer } from './processes.ts';
import { startBenchStation } from './station.ts';
import { PAYLOAD_BYTES } from './storage.ts';

export const links: Area = {
  name: 'links',
  measures: ['goodput-256k', 'goodput-2m', 'flapping'],
  run: () => inFolder(measure),
};

const FLAP = { upMs: 12_000, downMs: 2_000 };

interface Line {
  readonly profile: LinkProfile;
  readonly packets: number;
  readonly isFlapping?: boolean;
}

const LINES = {
  thin: { profile: THIN, packets: 8 },
  fair: { profile: FAIR, packets: 24 },
  flapping: { profile: THIN, packets: 6, isFlapping: true },
} as const satisfies Record<string, Line>;

/**
 * All arms at the same time, each over a line of its own of the same profile: what they are held against is the line,
 * and this way the machine's load of the moment is the same for all.
 */
async function measure(folder: string): Promise<Found> {
  const center = await startCenter({ data: path.join(folder, 'center'), demo: { residents: 600 } });
  const couch = await startPouchServer(path.join(folder, 'couch'));
  try {
    // Everything that costs the machine is done before the lines are.
    const arms: readonly Arm[] = [
      await station(center.port, await center.createActivationCode({ label: 'Meja 1' }), LINES.thin),
      await station(center.port, await center.createActivationCode({ label: 'Meja 2' }), LINES.fair),
      await station(center.port, await center.createActivationCode({ label: 'Meja 3' }), LINES.flapping),
      await raw(LINES.thin),
      await raw(LINES.fair),
      await pouch(path.join(folder, 'pouch'), 'thin', couch.port, LINES.thin),
      await pouch(path.join(folder, 'pouch'), 'fair', couch.port, LINES.fair),
      await pouch(path.join(folder, 'pouch'), 'flapping', couch.port, LINES.flapping),
    ];
    const [thin = 0, fair = 0, flapping = 0, rawThin = 0, rawFair = 0, ...peer] = await Promise.all(
      arms.map((arm) => arm.send()),
    );
    const [pouchThin = 0, pouchFair = 0, pouchFlapping = 0] = peer;
    for (const arm of arms) await arm.close();
    return {
      ratios: { 'goodput-256k': thin, 'goodput-2m': fair, flapping },
      beside: [
        ['256 kbit/s: raw TCP, PouchDB', `${rawThin.toFixed(3)}, ${pouchThin.toFixed(3)}`],
        ['2 Mbit/s: raw TCP, PouchDB', `${rawFair.toFixed(3)}, ${pouchFair.toFixed(3)}`],
        ['12 s up, 2 s down: PouchDB', pouchFlapping.toFixed(3)],
      ],
    };
  } finally {
    await couch.stop();
    await center.close();
  }
}

/** Share of the line's rate that arrived as packets. */
function goodput({ profile }: Line, bytes: number, milliseconds: number): number {
  return (bytes * 8 * 1000) / milliseconds / (profile.bitsPerSecond ?? Number.NaN);
}

interface Arm {
  /** @returns goodput ÷ line rate */
  send(): Promise<number>;
  close(): Promise<void>;
}

/** From the moment that the desk tells the engine of what waits to the last receipt stored, over TLS. */
async function station(port: number, code: string, line: Line): Promise<Arm> {
  const link = await startTcpLink(port, OPEN);
  const bench = await startBenchStation(`https://127.0.0.1:${link.port}`, code);
  const bytes = await bench.record(line.packets);
  return {
    send: async () => {
      link.change(line.profile);
      if (line.isFlapping === true) link.flap(FLAP.upMs, FLAP.downMs);
      return goodput(line, bytes, await bench.sync());
    },
    close: async () => {
      await bench.close();
      await link.close();
    },
  };
}

/** One-shot replication; on a flapping line again and again, for as long as ours may take at its goal. */
async function pouch(folder: string, name: string, port: number, line: Line): Promise<Arm> {
  const db = openPouch(folder, name, PAYLOAD_BYTES);
  for (let count = 0; count < line.packets; count += 1) await db.put();
  const link = await startTcpLink(port, line.profile);
  const url = `http://127.0.0.1:${link.port}/${name}`;
  const limit = (line.packets * PAYLOAD_BYTES * 8 * 1000) / (line.profile.bitsPerSecond ?? 1) / 0.5;
  return {
    send: async () => {
      const start = performance.now();
      if (line.isFlapping === true) link.flap(FLAP.upMs, FLAP.downMs);
      let landed = 0;
      do landed += await db.push(url).catch(() => 0);
      while (landed < line.packets && performance.now() - start < limit && (await pause()));
      return goodput(line, landed * PAYLOAD_BYTES, performance.now() - start);
    },
    close: async () => {
      await link.close();
      await db.close();
    },
  };
}

async function pause(): Promise<true> {
  await new Promise((resolve) => setTimeout(resolve, 500));
  return true;
}

/** The emulator's own limit: as many bytes in one connection, until the far end says that it has them. */
async function raw(line: Line): Promise<Arm> {
  const bytes = line.packets * PAYLOAD_BYTES;
  const server = createServer((socket) => {
    let got = 0;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      got += chunk.length;
      if (got === bytes) socket.end('ok');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const link = await startTcpLink((server.address() as AddressInfo).port, line.profile);
  return {
    send: async () => {
      const client = connect(link.port, '127.0.0.1');
      const start = performance.now();
      client.end(Buffer.alloc(bytes));
      await once(client, 'data');
      const milliseconds = performance.now() - start;
      client.destroy();
      return goodput(line, bytes, milliseconds);
    },
    close: async () => {
      await link.close();
      server.close();
    },
  };
}
