import path from 'node:path';
import { startCenterProcess } from '../../scripts/center-process.ts';
import { OPEN, startTcpLink } from '../../scripts/tcp-link.ts';
import type { Area, Found } from './goals.ts';
import { inFolder, median, timed } from './measure.ts';
import { openPouch } from './pouch.ts';
import { startPouchServer } from './processes.ts';
import { startBenchStation } from './station.ts';
import { PAYLOAD_BYTES } from './storage.ts';

export const loopback: Area = {
  name: 'loopback',
  measures: ['loopback-pouchdb', 'wire-bytes'],
  run: () => inFolder(measure),
};

const ROUNDS = 5;
/** The station learns how many uploads its link carries at once. */
const WARM_UP = 2;
/** What a desk records while a data center is down for a morning. */
const PACKETS = 100;

/**
 * Both over plain HTTP to a server in a process of its own, in turn. While PouchDB's documents are put, which is not
 * timed, the center decides about the packets before. The bytes are counted in a round of their own,
 * through a link that only counts.
 */
async function measure(folder: string): Promise<Found> {
  const center = await startCenterProcess({
    ...{ dataDir: path.join(folder, 'center'), port: 0, database: null, deviceAnchors: [] },
    ...{ residents: 1_000, http: true },
  });
  const couch = await startPouchServer(path.join(folder, 'couch'));
  const port = Number(new URL(center.url).port);
  const link = await startTcpLink(port, OPEN);
  const couchLink = await startTcpLink(couch.port, OPEN);
  try {
    if (center.activationCode === null) throw new Error('the center gave no activation code');
    // Activated straight, so that the timed rounds pass no link; the counting round is told of another address.
    const bench = await startBenchStation(center.url, center.activationCode);
    const pouch = openPouch(path.join(folder, 'pouch'), 'local', PAYLOAD_BYTES);
    const ours: number[] = [];
    const theirs: number[] = [];
    const round = async (): Promise<void> => {
      await bench.record(PACKETS);
      ours.push(PACKETS / ((await bench.sync()) / 1000));
      for (let count = 0; count < PACKETS; count += 1) await pouch.put();
      const [milliseconds] = await timed(() => pouch.push(`http://127.0.0.1:${couch.port}/bench`));
      theirs.push(PACKETS / (milliseconds / 1000));
    };
    for (let count = 0; count < WARM_UP; count += 1) await round();
    ours.length = 0;
    theirs.length = 0;
    for (let count = 0; count < ROUNDS; count += 1) await round();
    await bench.through(`http://127.0.0.1:${link.port}`);
    const before = link.toTarget() + link.fromTarget();
    const bytes = await bench.record(PACKETS);
    await bench.sync();
    const wire = link.toTarget() + link.fromTarget() - before;
    for (let count = 0; count < PACKETS; count += 1) await pouch.put();
    await pouch.push(`http://127.0.0.1:${couchLink.port}/bench`);
    const couchWire = couchLink.toTarget() + couchLink.fromTarget();
    await bench.close();
    await pouch.close();
    return {
      ratios: { 'loopback-pouchdb': median(ours) / median(theirs), 'wire-bytes': wire / bytes },
      beside: [
        ['enrollments/s: ours, PouchDB', `${median(ours).toFixed(1)}, ${median(theirs).toFixed(1)}`],
        ['PouchDB bytes on the wire ÷ payload', (couchWire / (PACKETS * PAYLOAD_BYTES)).toFixed(3)],
      ],
    };
  } finally {
    await link.close();
    await couchLink.close();
    await couch.stop();
    await center.stop();
  }
}
