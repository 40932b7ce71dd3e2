import { createHash } from 'node:crypto';
import { STEP_PARTS, type BodyPart } from '../../app/enrollment/biometrics.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import type { Sha256 } from '../../app/ids.ts';
import { encodePng, fingerImage, irisImage, seededRandom } from './images.ts';
import { fingerRecord, irisRecord } from './iso19794.ts';
import type { CaptureOrder, Scanner, ScannerInfo } from './registry.ts';

/**
 * Scanners that need no hardware, for demo, training and tests: drawn images in true ISO records, qualities like those
 * of the field. The same resident and finger give the same image; a second attempt is better. Never in use unless
 * REKAM_SCANNER=simulator says so.
 */
export function simulatedScanners(): Scanner[] {
  return (['finger', 'iris'] as const).map((kind) => {
    const info: ScannerInfo = {
      id: `simulator-${kind}`,
      kind,
      make: 'Rekam',
      model: kind === 'finger' ? 'Simulator jari' : 'Simulator iris',
      simulated: true,
    };
    return { info, capture: (order) => capture(info, order) };
  });
}

async function capture(info: ScannerInfo, order: CaptureOrder): Promise<Capture[]> {
  const captures: Capture[] = [];
  for (const name of STEP_PARTS[order.step] as readonly BodyPart[]) {
    if (order.excepted.includes(name)) continue;
    captures.push(drawn(info, order, name));
    // Drawing takes milliseconds of this thread: let the window's calls in between.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return captures;
}

function drawn(info: ScannerInfo, order: CaptureOrder, name: BodyPart): Capture {
  const seed = createHash('sha256').update(`${order.packetId} ${name}`).digest().readUInt32BE(0);
  const random = seededRandom(seed);
  const image = info.kind === 'finger' ? fingerImage(random) : irisImage(random);
  const quality = Math.min(99, Math.round(62 + random() * 30) + (order.attempt - 1) * 8);
  const png = encodePng(image);
  const at = new Date();
  const toRecord = info.kind === 'finger' ? fingerRecord : irisRecord;
  const bytes = toRecord(name, image, png, quality, at);
  return {
    part: {
      name,
      mediaType: info.kind === 'finger' ? 'application/vnd.iso.19794-4' : 'application/vnd.iso.19794-6',
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex') as Sha256,
      quality,
      capturedAt: at.toISOString(),
      attempts: order.attempt,
      device: { make: info.make, model: info.model, serialNo: info.id },
    },
    bytes,
    preview: png,
  };
}
