import { createHash } from 'node:crypto';
import type { BodyPart } from '../../app/enrollment/biometrics.ts';
import type { Capture, ScannerRow } from '../../app/ipc/contract.ts';
import { encodePng, fingerImage, irisImage, seededRandom } from './images.ts';
import { fingerRecord, irisRecord } from './iso19794.ts';
import { capturedPart } from './part.ts';
import { kindOfStep, type CaptureOrder, type Scanners } from './registry.ts';
import { asksOf } from './sbi-capture.ts';

const ROWS: Readonly<Record<ScannerRow['kind'], ScannerRow>> = {
  finger: row('finger', 'practice finger'),
  iris: row('iris', 'practice iris'),
};

/**
 * The scanners of training: drawn fingers and irises in true ISO records, with qualities like those of the field. The
 * same resident and finger give the same image; a second attempt is better. They need no hardware and show no live view.
 */
export function practiceScanners(): Scanners {
  return {
    list: () => Promise.resolve(Object.values(ROWS)),
    capture: async (order) => {
      const kind = kindOfStep(order.step);
      const captures: Capture[] = [];
      for (const ask of asksOf(order.step, order.excepted)) {
        for (const [index, name] of ask.names.entries()) {
          captures.push(drawn(kind, order, name, ask.parts[index] ?? name));
          // Drawing takes milliseconds of this thread: let the window's calls in between.
          await new Promise<void>((resolve) => setImmediate(resolve));
        }
      }
      return captures;
    },
    watch: () => Promise.resolve(),
    unwatch: () => undefined,
  };
}

/** @param finger the part of the body that is drawn: an index finger taken again is the same finger */
function drawn(kind: ScannerRow['kind'], order: CaptureOrder, name: BodyPart, finger: BodyPart): Capture {
  const seed = createHash('sha256').update(`${order.packetId} ${finger}`).digest().readUInt32BE(0);
  const random = seededRandom(seed);
  const image = kind === 'finger' ? fingerImage(random) : irisImage(random);
  const quality = Math.min(99, Math.round(62 + random() * 30) + (order.attempt - 1) * 8);
  const png = encodePng(image);
  const toRecord = kind === 'finger' ? fingerRecord : irisRecord;
  const bytes = toRecord(finger, image, png, quality, new Date());
  const { make, model, serialNo } = ROWS[kind];
  const known = { name, quality, attempts: order.attempt, device: { make, model, serialNo } };
  return { part: capturedPart(kind, bytes, known), bytes, preview: png };
}

function row(kind: ScannerRow['kind'], model: string): ScannerRow {
  const id = `practice-${kind}`;
  return {
    id,
    kind,
    make: 'Rekam',
    model,
    serialNo: id,
    specVersion: '',
    status: 'ready',
    practice: true,
  };
}
