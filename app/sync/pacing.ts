/**
 * How many packets are under way at once, and how fast they go. Pure: the engine feeds in what it saw.
 * The window starts small, grows while the link carries more, halves when an upload breaks; the center's
 * `maxConcurrent` is a ceiling that nothing here passes.
 */
export interface Window {
  readonly size: number;
  readonly ceiling: number;
  /** Best goodput of a round so far, bytes per second. */
  readonly best: number;
  /** The round under way: packets and bytes delivered since `roundAt`. */
  readonly packets: number;
  readonly bytes: number;
  readonly roundAt: number;
}

const START = 2;
/** Up to here a window that merely keeps the goodput may grow: hiding round trips needs about four uploads. */
const EASY = 4;

export function openWindow(ceiling: number, now: number): Window {
  return { size: Math.min(START, ceiling), ceiling, best: 0, packets: 0, bytes: 0, roundAt: now };
}

/** A new run begins with what the last one learnt; the time between them is no measure of anything. */
export function resumed(window: Window, now: number): Window {
  return { ...window, packets: 0, bytes: 0, roundAt: now };
}

/** The center changed its mind about `maxConcurrent`. */
export function withCeiling(window: Window, ceiling: number): Window {
  return { ...window, ceiling, size: Math.min(window.size, ceiling) };
}

/** A packet of `bytes` was received; after one round of them the goodput decides about the size. */
export function delivered(window: Window, bytes: number, now: number): Window {
  const packets = window.packets + 1;
  const sum = window.bytes + bytes;
  if (packets < window.size) return { ...window, packets, bytes: sum };
  const goodput = sum / (Math.max(1, now - window.roundAt) / 1000);
  const grows = goodput >= window.best * 1.02 || (window.size < EASY && goodput >= window.best * 0.9);
  return {
    ...window,
    size: grows ? Math.min(window.size + 1, window.ceiling) : window.size,
    best: Math.max(window.best, goodput),
    packets: 0,
    bytes: 0,
    roundAt: now,
  };
}

/**
 * An upload broke: half the window, and the goodput is measured anew since the link may have changed. Two stay, since one
 * alone leaves the line empty for a round trip after each packet.
 */
export function broken(window: Window, now: number): Window {
  return {
    ...window,
    size: Math.max(Math.min(START, window.size), Math.floor(window.size / 2)),
    best: 0,
    packets: 0,
    bytes: 0,
    roundAt: now,
  };
}

/** Exponentially weighted upload rate. */
export interface Rate {
  readonly bytesPerSecond: number | null;
  readonly startedAt: number;
  readonly total: number;
  readonly sampledAt: number;
  readonly sinceSample: number;
}

const SAMPLE_MS = 1_000;
const MEMORY_MS = 10_000;
/** Before so much has gone over the link, a rate would be the socket buffer's and not the link's. */
const ENOUGH_BYTES = 64 * 1024;
const ENOUGH_MS = 2_000;

export function openRate(now: number): Rate {
  return { bytesPerSecond: null, startedAt: now, total: 0, sampledAt: now, sinceSample: 0 };
}

export function sentMore(rate: Rate, bytes: number, now: number): Rate {
  const total = rate.total + bytes;
  const sinceSample = rate.sinceSample + bytes;
  const elapsed = now - rate.sampledAt;
  if (elapsed < SAMPLE_MS) return { ...rate, total, sinceSample };
  const sample = sinceSample / (elapsed / 1000);
  const enough = total >= ENOUGH_BYTES && now - rate.startedAt >= ENOUGH_MS;
  if (rate.bytesPerSecond === null) {
    const first = enough ? total / ((now - rate.startedAt) / 1000) : null;
    return { ...rate, bytesPerSecond: first, total, sampledAt: now, sinceSample: 0 };
  }
  const weight = 1 - Math.exp(-elapsed / MEMORY_MS);
  const next = rate.bytesPerSecond + weight * (sample - rate.bytesPerSecond);
  return { ...rate, bytesPerSecond: next, total, sampledAt: now, sinceSample: 0 };
}

/**
 * What the link carries, learnt from packets that arrived: of what the network took, hundreds of kilobytes may still lie
 * in this PC's own buffers.
 */
export interface Carried {
  readonly bytesPerSecond: number | null;
  readonly active: number;
  /** Uploads under way, summed over the milliseconds until `at`. */
  readonly area: number;
  readonly at: number;
}

/** The moment at which an upload began. */
export type Begun = Pick<Carried, 'at' | 'area'>;

/** Share of the newest packet in the rate. */
const NEWEST = 0.3;

export function openCarried(now: number): Carried {
  return { bytesPerSecond: null, active: 0, area: 0, at: now };
}

/** One upload more (1) or less (-1) is under way. */
export function underWay(carried: Carried, change: 1 | -1, now: number): Carried {
  const { area } = since(carried, now);
  return { ...carried, active: Math.max(0, carried.active + change), area, at: now };
}

/** An upload brought `bytes` to the center: the link carried its neighbours' meanwhile, too. */
export function arrived(carried: Carried, begun: Begun, bytes: number, now: number): Carried {
  const rate = carried.bytesPerSecond;
  const sample = (bytes * beside(carried, begun, now) * 1000) / Math.max(1, now - begun.at);
  return { ...carried, bytesPerSecond: rate === null ? sample : rate + NEWEST * (sample - rate) };
}

/** Bytes that an upload has over the link by now, at this rate. */
export function carriedOf(carried: Carried, begun: Begun, bytesPerSecond: number, now: number): number {
  return ((now - begun.at) * bytesPerSecond) / 1000 / beside(carried, begun, now);
}

/** Uploads that were under way at once since this one began, itself included; at least 1. */
function beside(carried: Carried, begun: Begun, now: number): number {
  const elapsed = now - begun.at;
  return elapsed <= 0 ? 1 : Math.max(1, (since(carried, now).area - begun.area) / elapsed);
}

function since(carried: Carried, now: number): Begun {
  return { at: now, area: carried.area + carried.active * Math.max(0, now - carried.at) };
}

/** Whoever would wait longer than this is told no time at all. */
const LONGEST_TOLD_S = 48 * 60 * 60;

/** Whole seconds until `bytes` have gone at this rate; null while nobody can say. */
export function secondsLeft(bytesPerSecond: number | null, bytes: number): number | null {
  if (bytesPerSecond === null || bytesPerSecond <= 0) return null;
  const seconds = Math.ceil(Math.max(0, bytes) / bytesPerSecond);
  return seconds > LONGEST_TOLD_S ? null : seconds;
}
