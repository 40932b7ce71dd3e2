import { photoCrop, type Box } from '../../../../app/enrollment/photo.ts';
import { PHOTO_HEIGHT, PHOTO_MAX_BYTES, PHOTO_WIDTH, QUALITIES } from '../photo.ts';
import { findFaces, loadModel } from './model.ts';
import { copyPart } from './picture.ts';
import { measurePixels } from './pixels.ts';
import type { Answer, Ask, Seen, Taken } from './protocol.ts';

/** The face check's own thread: the window's thread never works on a picture. */

/** A face is found and measured in a picture of this many pixels on its longer side, whatever the camera gives. */
const LOOK_PIXELS = 640;

// One for all that is looked at, one for all photos, and the paper they are made on: a new one each time would stay until
// this thread's garbage is collected, a megabyte up to five times a second.
let looked = new ImageData(1, 1);
const photo = new ImageData(PHOTO_WIDTH, PHOTO_HEIGHT);
const paper = new OffscreenCanvas(PHOTO_WIDTH, PHOTO_HEIGHT);

async function see(frame: VideoFrame): Promise<Seen> {
  const start = performance.now();
  const { displayWidth: width, displayHeight: height } = frame;
  const scale = Math.max(1, Math.max(width, height) / LOOK_PIXELS);
  const whole = { x: 0, y: 0, width, height };
  const [across, down] = [Math.round(width / scale), Math.round(height / scale)];
  if (looked.width !== across || looked.height !== down) looked = new ImageData(across, down);
  await copyPart(frame, whole, looked);
  const measure = measurePixels(looked, await findFaces(looked));
  return { measure, scale, took: performance.now() - start };
}

async function take(frame: VideoFrame): Promise<Taken> {
  const seen = await see(frame);
  const crop = photoCrop(seen.measure);
  return { seen, bytes: await encode(frame, crop, seen.scale) };
}

async function encode(frame: VideoFrame, crop: Box, scale: number): Promise<Uint8Array | null> {
  const { x, y, width, height } = crop;
  const from = { x: x * scale, y: y * scale, width: width * scale, height: height * scale };
  const context = paper.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no canvas');
  await copyPart(frame, from, photo);
  context.putImageData(photo, 0, 0);
  for (const quality of QUALITIES) {
    const blob = await paper.convertToBlob({ type: 'image/jpeg', quality });
    if (blob.size <= PHOTO_MAX_BYTES) return new Uint8Array(await blob.arrayBuffer());
  }
  return null;
}

async function answerTo(ask: Ask): Promise<Answer> {
  const { id } = ask;
  try {
    await loadModel();
    if (ask.kind === 'load') return { id, kind: 'loaded' };
    if (ask.kind === 'look') return { id, kind: 'seen', seen: await see(ask.frame) };
    return { id, kind: 'taken', taken: await take(ask.frame) };
  } catch (error) {
    return { id, kind: 'failed', reason: String(error) };
  } finally {
    if (ask.kind !== 'load') ask.frame.close();
  }
}

// One picture at a time: the model keeps what it works on in itself.
let queue: Promise<unknown> = Promise.resolve();

self.addEventListener('message', (event: MessageEvent<Ask>) => {
  queue = queue.then(async () => self.postMessage(await answerTo(event.data)));
});
