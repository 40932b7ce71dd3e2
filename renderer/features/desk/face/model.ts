import { Human, type FaceResult, type Result } from '@vladmandic/human';
import type { Point, SeenFace } from '../../../../app/enrollment/photo.ts';

/** Where the build lays models and wasm, beside the window's own files (electron.vite.config.ts). */
const FILES = new URL('/face/', self.location.href).href;

/** Points of the face mesh, by the model's own numbers; left and right are those of the picture. */
const CHIN = 152;
const EYES = [
  { corners: [33, 133], lids: [159, 145] },
  { corners: [362, 263], lids: [386, 374] },
] as const;
const LIPS = { corners: [78, 308], lids: [13, 14] } as const;

/** blazeface, facemesh, iris. */
const MODELS = 3;

let human: Human | null = null;

/** The library waits for ever for a wasm that cannot be read; the rejection that nobody handled ends the wait. */
function leftUnhandled(): Promise<never> {
  return new Promise((_, reject) => {
    self.addEventListener('unhandledrejection', (event) => reject(new Error(String(event.reason))), {
      once: true,
    });
  });
}

/** Loads once; throws where models or wasm cannot be read. */
export async function loadModel(): Promise<void> {
  if (human !== null) return;
  const made = new Human({
    backend: 'wasm',
    wasmPath: FILES,
    modelBasePath: FILES,
    // IndexedDB would keep a second copy of what ships with the app.
    cacheModels: false,
    cacheSensitivity: 0,
    warmup: 'none',
    debug: false,
    async: false,
    filter: { enabled: false },
    gesture: { enabled: false },
    body: { enabled: false },
    hand: { enabled: false },
    object: { enabled: false },
    segmentation: { enabled: false },
    face: {
      enabled: true,
      detector: { modelPath: 'blazeface.json', rotation: true, maxDetected: 4, minConfidence: 0.3 },
      mesh: { enabled: true, modelPath: 'facemesh.json' },
      iris: { enabled: true, modelPath: 'iris.json' },
      emotion: { enabled: false },
      description: { enabled: false },
      antispoof: { enabled: false },
      liveness: { enabled: false },
    },
  });
  await Promise.race([made.load(), leftUnhandled()]);
  // A model that could not be read is only logged by the library, and then finds nobody in any picture.
  const { numLoadedModels, modelStats } = made.models.stats();
  if (numLoadedModels < MODELS)
    throw new Error(`${numLoadedModels} of ${modelStats.length} models were loaded`);
  // The first picture compiles what later ones only run.
  await detect(made, new ImageData(64, 48));
  if (made.tf.getBackend() !== 'wasm') throw new Error(`no wasm: ${String(made.tf.getBackend())}`);
  human = made;
}

/** Faces in the picture, the largest first. */
export async function findFaces(picture: ImageData): Promise<SeenFace[]> {
  if (human === null) throw new Error('the model is not loaded');
  const { face } = await detect(human, picture);
  return face.flatMap(seenFace).sort((a, b) => b.box.width - a.box.width);
}

/** The numbers of the last picture; the next one's are put into it. */
let rgb = new Float32Array(0);

/**
 * Given a picture, the library would draw it from one canvas to another, which nobody reads: Chromium keeps a copy for
 * each such drawing, up to 64 MB of them. So it is given the numbers: red, green, blue, 0 to 255, row by row.
 */
async function detect(model: Human, { data, width, height }: ImageData): Promise<Result> {
  if (rgb.length !== width * height * 3) rgb = new Float32Array(width * height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    rgb[to] = data[from] ?? 0;
    rgb[to + 1] = data[from + 1] ?? 0;
    rgb[to + 2] = data[from + 2] ?? 0;
  }
  // The wasm has a memory of its own, which they are copied to here.
  const pixels = model.tf.tensor4d(rgb, [1, height, width, 3]);
  try {
    const result = await model.detect(pixels);
    if (result.error !== null && result.error !== undefined) throw new Error(String(result.error));
    return result;
  } finally {
    pixels.dispose();
  }
}

function seenFace(face: FaceResult): SeenFace[] {
  const at = (index: number): Point => {
    const [x = 0, y = 0] = face.mesh[index] ?? [];
    return { x, y };
  };
  if (face.mesh.length <= CHIN) return [];
  const xs = face.mesh.map(([x]) => x);
  const ys = face.mesh.map(([, y]) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const angle = face.rotation?.angle ?? { pitch: 0, yaw: 0 };
  const [first, second] = EYES.map(({ corners }) => between(at(corners[0]), at(corners[1])));
  if (first === undefined || second === undefined) return [];
  return [
    {
      box: { x: left, y: top, width: Math.max(...xs) - left, height: Math.max(...ys) - top },
      score: face.score,
      pitch: degrees(angle.pitch),
      yaw: degrees(angle.yaw),
      roll: degrees(Math.atan2(second.y - first.y, second.x - first.x)),
      eyes: [first, second],
      eyesOpen: [opening(at, EYES[0]), opening(at, EYES[1])],
      mouthOpen: opening(at, LIPS),
    },
  ];
}

function opening(
  at: (index: number) => Point,
  { corners, lids }: { corners: readonly [number, number]; lids: readonly [number, number] },
): number {
  return distance(at(lids[0]), at(lids[1])) / Math.max(1, distance(at(corners[0]), at(corners[1])));
}

function between(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
