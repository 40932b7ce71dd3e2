import type { Random } from './random.ts';

/** What parsers, databases and screens stumble over. */
const ODD: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1,
  1.5,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\u202e\u200b',
  "'; DROP TABLE packet; --",
  '"* OR NEAR(',
  '%_\\',
  '../../../etc/passwd',
  '__proto__',
  'x'.repeat(20_000),
  '9'.repeat(400),
  '2026-02-30',
  '2026-01-01T00:00:00.000Z',
  '+275760-09-13T00:00:00.000Z',
  '0198c1d0-0000-7000-8000-000000000001',
  [],
  {},
  [[[[[[]]]]]],
  ['x', 1, null],
];
/** Only where values cross as they are: a structured clone, not JSON. */
const ODD_RAW: readonly unknown[] = [
  undefined,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  9n,
  new Date(Number.NaN),
  new Map([['nik', 'x']]),
  new Uint8Array(3),
  new ArrayBuffer(2),
];

interface Place {
  readonly holder: Record<string, unknown> | unknown[];
  readonly key: string | number;
}

export interface MutateOptions {
  /** Values that JSON has no words for too. */
  readonly raw?: boolean;
}

/** A copy with one to three things wrong; now and then with none, so that the way behind the first check is walked too. */
export function mutateValue(value: unknown, random: Random, { raw = false }: MutateOptions = {}): unknown {
  const box: [unknown] = [copy(value)];
  const times = Math.floor(random() * 4);
  for (let time = 0; time < times; time += 1) mutateOnce(box, random, raw ? [...ODD, ...ODD_RAW] : ODD);
  return box[0];
}

function mutateOnce(box: [unknown], random: Random, odd: readonly unknown[]): void {
  const places: Place[] = [];
  collect(box, places);
  const place = pick(places, random);
  const other = pick(places, random);
  const now = at(place);
  switch (Math.floor(random() * 6)) {
    case 0:
      put(place, copy(pick(odd, random)));
      return;
    case 1:
      put(place, tweak(now, random));
      return;
    case 2:
      if (Array.isArray(place.holder)) place.holder.splice(Number(place.key), place.holder === box ? 0 : 1);
      else delete place.holder[String(place.key)];
      return;
    case 3:
      if (Array.isArray(now)) now.push(...(copy(now) as unknown[]), copy(pick(odd, random)));
      else if (isRecord(now))
        now[pick(['extra', 'type', '__proto__', 'id', 'v', ''], random)] = copy(pick(odd, random));
      else put(place, [now]);
      return;
    case 4:
      put(place, copy(at(other)));
      return;
    default:
      put(place, tweak(now, random));
  }
}

function tweak(value: unknown, random: Random): unknown {
  if (typeof value === 'number') return value + pick([1, -1, 0.5, 1000, -value * 2, 2 ** 40], random);
  if (typeof value === 'boolean') return !value;
  // An object that an earlier mistake gave bytes for a prototype has none of its own.
  if (value instanceof Uint8Array && ArrayBuffer.isView(value)) return mutateBytes(value, random);
  if (typeof value === 'string') return mutateText(value, random);
  if (Array.isArray(value)) return value.toReversed().slice(0, Math.ceil(random() * value.length));
  return pick(ODD, random);
}

export function mutateText(text: string, random: Random): string {
  const where = Math.floor(random() * (text.length + 1));
  const other = Math.floor(random() * (text.length + 1));
  switch (Math.floor(random() * 6)) {
    case 0:
      return text.slice(0, where);
    case 1:
      return (
        text.slice(0, where) +
        pick(['\0', ' ', '9', 'é', '"', '\n', '.', '{', '\ud83d'], random) +
        text.slice(where)
      );
    case 2:
      return text.slice(0, where) + text.slice(where + 1);
    case 3:
      return text.slice(0, where) + String.fromCharCode(Math.floor(random() * 128)) + text.slice(where + 1);
    case 4:
      return text + text.slice(Math.min(where, other), Math.max(where, other));
    default:
      return text.toUpperCase() === text ? text.toLowerCase() : text.toUpperCase();
  }
}

export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const whole = Uint8Array.from(bytes);
  if (whole.length === 0) return Uint8Array.from([Math.floor(random() * 256)]);
  const where = Math.floor(random() * whole.length);
  const length = 1 + Math.floor(random() ** 3 * (whole.length - where));
  switch (Math.floor(random() * 6)) {
    case 0:
      return whole.slice(0, where);
    case 1: {
      whole[where] = (whole[where] ?? 0) ^ (1 << Math.floor(random() * 8));
      return whole;
    }
    case 2:
      return whole.fill(0, where, where + length);
    case 3:
      return Uint8Array.from(Buffer.concat([whole.subarray(0, where), whole.subarray(where + length)]));
    case 4:
      return Uint8Array.from(
        Buffer.concat([
          whole.subarray(0, where),
          whole.subarray(where, where + length),
          whole.subarray(where),
        ]),
      );
    default: {
      for (let at = where; at < where + length; at += 1) whole[at] = Math.floor(random() * 256);
      return whole;
    }
  }
}

export function pick<T>(all: readonly T[], random: Random): T {
  return all[Math.floor(random() * all.length)] as T;
}

function collect(value: unknown, places: Place[]): void {
  if (Array.isArray(value)) {
    value.forEach((_, key) => places.push({ holder: value, key }));
    for (const inner of value as unknown[]) collect(inner, places);
  } else if (isRecord(value)) {
    for (const key of Object.keys(value)) {
      places.push({ holder: value, key });
      collect(value[key], places);
    }
  }
}

function at({ holder, key }: Place): unknown {
  return (holder as Record<string | number, unknown>)[key];
}

function put({ holder, key }: Place, value: unknown): void {
  (holder as Record<string | number, unknown>)[key] = value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function copy(value: unknown): unknown {
  return structuredClone(value);
}
