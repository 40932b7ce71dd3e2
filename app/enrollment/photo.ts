/**
 * Judges a resident's photo from what the window's face check measured: pure numbers in, advice out.
 * "ISO" is ISO/IEC 19794-5:2005 (full frontal and token images); Permendagri 9/2011 gives the format and the background.
 */
export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}
export interface Rgb {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

/** Lengths in pixels of the picture, angles in degrees. */
export interface SeenFace {
  /** Forehead to chin, cheek to cheek; no hair, no ears. */
  readonly box: Box;
  /** 0–1: how sure the model is that this is a face. */
  readonly score: number;
  /** Up and down. */
  readonly pitch: number;
  /** Left and right. */
  readonly yaw: number;
  /** Leaning to a shoulder. */
  readonly roll: number;
  /** Centres of the eyes, the left one of the picture first. */
  readonly eyes: readonly [Point, Point];
  /** Opening of each eye ÷ its width. */
  readonly eyesOpen: readonly [number, number];
  /** Opening of the lips ÷ their width. Measured, not judged: a resident who cannot close the mouth is no bad photo. */
  readonly mouthOpen: number;
}

/** Of the face alone; luma 0–255, shares 0–1. */
export interface SeenLight {
  readonly mean: number;
  /** 2nd and 98th percentile. */
  readonly low: number;
  readonly high: number;
  /** Share of the pixels that are white without drawing. */
  readonly clipped: number;
  /** Brighter half ÷ darker half, left and right of the nose. */
  readonly sides: number;
}

export interface PhotoMeasure {
  readonly width: number;
  readonly height: number;
  /** The largest first. */
  readonly faces: readonly SeenFace[];
  /** Variance of the Laplacian over the first face at FACE_SAMPLE pixels' width ÷ variance of its luma; null without a face. */
  readonly sharpness: number | null;
  readonly light: SeenLight | null;
  /** Median colour beside the head; null where nothing of it is in the picture. */
  readonly background: Rgb | null;
}

/** Width at which a face is measured, so that a far and a near one, and every camera, have one scale. */
export const FACE_SAMPLE = 160;

export const ADVICE = [
  'noFace',
  'manyFaces',
  'tooFar',
  'tooClose',
  'offCentre',
  'turned',
  'tilted',
  'eyesClosed',
  'tooDark',
  'tooBright',
  'unevenLight',
  'blurred',
  'background',
] as const;
export type Advice = (typeof ADVICE)[number];

export interface PhotoJudgement {
  /** Nothing but the background is advised on. */
  readonly fit: boolean;
  /** 0–100 by the weakest of what was judged; 50 is the line between fit and unfit. */
  readonly score: number;
  /** What to mend first stands first. */
  readonly advice: readonly Advice[];
}

export const BACKGROUNDS = ['red', 'blue', 'orange'] as const;
export type Background = (typeof BACKGROUNDS)[number];
export const SEEN_BACKGROUNDS = [...BACKGROUNDS, 'other'] as const;
export type SeenBackground = (typeof SEEN_BACKGROUNDS)[number];

/** Width ÷ height of the photo. */
export const PHOTO_RATIO = 3 / 4;
/** ISO token image: eyes a quarter of the width apart, their line 0.6 of the width below the top (0.45 of the height). */
const TOKEN_EYES_APART = 0.25;
const TOKEN_EYE_LINE = 0.6 * PHOTO_RATIO;

/** ISO full frontal: at least 90 pixels between the eyes. */
const EYES_APART_MIN = 90;
/** ISO full frontal: the head fills at most 3/4 of the width. A head is 2.2 times as wide as its eyes are apart (ISO's token head). */
const EYES_APART_SHARE_MAX = 0.75 / 2.2;
/** ISO full frontal: middle of the face within 0.45–0.55 of the width, eyes 0.3–0.5 of the height below the top. */
const MIDDLE_OFF_MAX = 0.05;
const EYE_LINE_MIN = 0.3;
const EYE_LINE_MAX = 0.5;
/** How far the middle between the eyes may be from the middle of the guide, in guide widths: the crop mends the rest. */
const GUIDE_OFF_MAX = 0.25;
/**
 * ISO asks for ±5° of the head itself. The model tells about half of a turn (19° for a head at 40°) and is a few degrees
 * off at rest, more so up and down, where a camera is seldom at the height of the eyes: measured on sample pictures.
 */
const YAW_MAX = 10;
const PITCH_MAX = 15;
/** ISO: ±8° in the plane of the picture, which the eyes' line tells well. */
const ROLL_MAX = 8;
/** Measured on sample pictures: open eyes 0.30–0.46, painted lids at most 0.16; a sharp face 0.013, the same 2 pixels out of focus 0.004. */
const EYES_OPEN_MIN = 0.17;
const SHARPNESS_MIN = 0.006;
const SCORE_MIN = 0.5;
/** ISO: seven bits of grey in the face. Between the 2nd and 98th percentile that leaves a little more than half. */
const RANGE_MIN = 72;
/** Even a dark face in good light has bright spots; a mean would turn dark skin away. Measured on sample pictures. */
const HIGH_MIN = 95;
const CLIPPED_MAX = 0.08;
const LOW_MAX = 150;
/** ISO: no side of the face notably brighter. Measured on sample pictures. */
const SIDES_MAX = 1.6;
/** Another person counts from this share of the first one's width, wherever; a smaller one only inside the crop. */
const OTHER_FACE_MIN = 0.5;

/** The largest 3:4 piece from the middle of a picture: the guide, and the crop where no face is known. */
export function cropOf(width: number, height: number): Box {
  const cropWidth = Math.min(width, height * PHOTO_RATIO);
  const cropHeight = cropWidth / PHOTO_RATIO;
  return { x: (width - cropWidth) / 2, y: (height - cropHeight) / 2, width: cropWidth, height: cropHeight };
}

/** The token image around the first face, moved and shrunk only as far as the picture's edges demand. */
export function photoCrop(measure: Pick<PhotoMeasure, 'width' | 'height' | 'faces'>): Box {
  const largest = cropOf(measure.width, measure.height);
  const face = measure.faces[0];
  if (face === undefined) return largest;
  const middle = middleOf(face);
  const width = Math.min(eyesApart(face) / TOKEN_EYES_APART, largest.width);
  const height = width / PHOTO_RATIO;
  const within = (value: number, max: number) => Math.min(Math.max(value, 0), max);
  return {
    x: within(middle.x - width / 2, measure.width - width),
    y: within(middle.y - height * TOKEN_EYE_LINE, measure.height - height),
    width,
    height,
  };
}

/** @param scale output pixels ÷ pixels of the measured picture, where it was measured smaller than it is kept */
export function judgePhoto(measure: PhotoMeasure, wanted: Background, scale = 1): PhotoJudgement {
  const face = measure.faces[0];
  if (face === undefined || face.score < SCORE_MIN) return { fit: false, score: 0, advice: ['noFace'] };
  const crop = photoCrop(measure);
  const parts = [...geometry(measure, face, crop, scale), ...pose(face), ...looks(measure)];
  const found = new Set<Advice>(parts.filter((part) => part.mark < 0.5).map((part) => part.advice));
  if (measure.faces.slice(1).some((other) => counts(other, face, crop))) found.add('manyFaces');
  const weakest = Math.min(...parts.map((part) => part.mark), found.has('manyFaces') ? 0 : 1);
  const fit = found.size === 0;
  if (measure.background !== null && backgroundOf(measure.background) !== wanted) found.add('background');
  return { fit, score: Math.floor(weakest * 100), advice: ADVICE.filter((advice) => found.has(advice)) };
}

/** What was seen beside the head; undefined where nothing of it is in the picture. */
export function seenBackground({ background }: Pick<PhotoMeasure, 'background'>): SeenBackground | undefined {
  return background === null ? undefined : (backgroundOf(background) ?? 'other');
}

/** A colour's name among the three that the rules know; null for any other. Hue in degrees, saturation 0–1 of HSV. */
export function backgroundOf({ r, g, b }: Rgb): Background | null {
  const high = Math.max(r, g, b);
  const spread = high - Math.min(r, g, b);
  // Greys, and what is too dark to tell: measured on sample pictures.
  if (high < 50 || spread / high < 0.3) return null;
  const sector =
    high === r ? ((g - b) / spread + 6) % 6 : high === g ? (b - r) / spread + 2 : (r - g) / spread + 4;
  const hue = sector * 60;
  if (hue >= 340 || hue < 14) return 'red';
  if (hue < 48) return 'orange';
  return hue >= 185 && hue < 260 ? 'blue' : null;
}

interface Mark {
  readonly advice: Advice;
  /** 1 at the ideal, 0.5 at the limit, 0 as far again beyond it. */
  readonly mark: number;
}

function mark(advice: Advice, value: number, ideal: number, limit: number): Mark {
  const off = Math.max(0, (value - ideal) / (limit - ideal));
  return { advice, mark: Math.max(0, 1 - off / 2) };
}

function geometry(measure: PhotoMeasure, face: SeenFace, crop: Box, scale: number): Mark[] {
  const middle = middleOf(face);
  const apart = eyesApart(face);
  const guide = cropOf(measure.width, measure.height);
  const across = Math.abs(middle.x - crop.x - crop.width / 2) / crop.width;
  const down = (middle.y - crop.y) / crop.height;
  const fromGuide = Math.hypot(
    middle.x - guide.x - guide.width / 2,
    middle.y - guide.y - guide.height * TOKEN_EYE_LINE,
  );
  return [
    mark('tooFar', apart * scale, 1.5 * EYES_APART_MIN, EYES_APART_MIN),
    mark('tooClose', apart / crop.width, TOKEN_EYES_APART, EYES_APART_SHARE_MAX),
    mark('offCentre', across, 0, MIDDLE_OFF_MAX),
    mark('offCentre', down, TOKEN_EYE_LINE, down > TOKEN_EYE_LINE ? EYE_LINE_MAX : EYE_LINE_MIN),
    mark('offCentre', fromGuide / guide.width, 0, GUIDE_OFF_MAX),
  ];
}

function pose(face: SeenFace): Mark[] {
  return [
    mark('turned', Math.abs(face.yaw), 0, YAW_MAX),
    mark('turned', Math.abs(face.pitch), 0, PITCH_MAX),
    mark('tilted', Math.abs(face.roll), 0, ROLL_MAX),
    mark('eyesClosed', Math.min(...face.eyesOpen), 1.5 * EYES_OPEN_MIN, EYES_OPEN_MIN),
  ];
}

function looks({ sharpness, light }: PhotoMeasure): Mark[] {
  const parts: Mark[] = [];
  if (sharpness !== null) parts.push(mark('blurred', sharpness, 3 * SHARPNESS_MIN, SHARPNESS_MIN));
  if (light === null) return parts;
  const flat = mark(
    light.mean < 128 ? 'tooDark' : 'tooBright',
    light.high - light.low,
    1.5 * RANGE_MIN,
    RANGE_MIN,
  );
  return [
    ...parts,
    flat,
    mark('tooDark', light.high, 1.5 * HIGH_MIN, HIGH_MIN),
    mark('tooBright', light.clipped, 0, CLIPPED_MAX),
    mark('tooBright', light.low, LOW_MAX / 2, LOW_MAX),
    mark('unevenLight', light.sides, 1, SIDES_MAX),
  ];
}

function counts(other: SeenFace, first: SeenFace, crop: Box): boolean {
  if (other.score < SCORE_MIN) return false;
  const middle = middleOf(other);
  const inside =
    middle.x > crop.x &&
    middle.x < crop.x + crop.width &&
    middle.y > crop.y &&
    middle.y < crop.y + crop.height;
  return inside || other.box.width >= OTHER_FACE_MIN * first.box.width;
}

function middleOf({ eyes: [left, right] }: SeenFace): Point {
  return { x: (left.x + right.x) / 2, y: (left.y + right.y) / 2 };
}

function eyesApart({ eyes: [left, right] }: SeenFace): number {
  return Math.hypot(right.x - left.x, right.y - left.y);
}
