import { createHash } from 'node:crypto';
import { createAdmission, type Admission } from '../../center/admission.ts';
import type { PacketId } from '../../app/ids.ts';
import { JWS_TYPES, PATHS } from '../../app/sync/protocol.ts';
import { signJws } from '../../main/security/sign.ts';
import type { KeptReceipt, OutboxItem, StationRecord } from '../../main/store/api.ts';
import {
  TransportFailure,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from '../../main/sync/api.ts';
import { createSyncEngine } from '../../main/sync/engine.ts';
import { testActivation } from '../helpers/store.ts';
import { Dice } from './dice.ts';
import { RECEIPT_KEY, STATION_KEY } from './keys.ts';
import { clockOf, newProcess, storeOf } from './process.ts';
import { json, ndjson, problem, standing, type Reply } from './wire.ts';
import { World } from './world.ts';

export interface HerdOptions {
  readonly stations: number;
  /** Waiting at each when the center returns. */
  readonly packets: number;
  /** What the center takes. */
  readonly packetsPerSecond: number;
  readonly maxUploads: number;
  readonly seed: string;
}

export interface HerdResult {
  /** Uploads asked for ÷ packets received. */
  readonly attemptsPerSuccess: number;
  /** Time to the last receipt ÷ what the capacity alone would take. */
  readonly drain: number;
  /** Uploads asked for in the busiest second ÷ capacity. */
  readonly peak: number;
  /** The same with pulses and every other small call. */
  readonly peakOfAll: number;
  readonly received: number;
  readonly seconds: number;
}

const MINUTE = 60_000;
/** The center is away until then; the stations are up before, each since a moment of its own. */
const OUTAGE_MS = 3 * MINUTE;
/** Of a long day at most. */
const END_MS = 6 * 60 * MINUTE;
const EPOCH = Date.parse('2026-11-24T03:00:00.000Z');
/** A packet of 412 KB over 2 Mbit/s, 100 ms away. */
const UPLOAD_MS = 1_650;
const ROUND_TRIP_MS = 100;
const SEALED = Buffer.from('sealed');

/**
 * Every station of the country comes back to one center at once: the station's own engine, whole, in each, over a store
 * that only counts, and the center's own admission, in virtual time.
 */
export async function simulateHerd(options: HerdOptions): Promise<HerdResult> {
  const world = new World({ keepTrace: false });
  const dice = new Dice(options.seed);
  const center = new HerdCenter(world, options, dice.fork('center'));
  const activation = testActivation({
    ...{ identity: '', recipient: 'age1herd', receiptKey: RECEIPT_KEY, receiptKid: 'receipt-1' },
  });
  const record: StationRecord = { activation, centerUrl: 'http://127.0.0.1:1', caPem: null };
  for (let index = 0; index < options.stations; index += 1) {
    const name = `station ${index}`;
    const own = dice.fork(name);
    world.in(own.next() * (OUTAGE_MS - MINUTE), () =>
      startStation(world, center, record, options.packets, name, own),
    );
  }
  const all = options.stations * options.packets;
  while (center.received < all && (await world.step(END_MS)));
  if (world.violation !== null) throw world.violation;
  const seconds = (world.now - OUTAGE_MS) / 1000;
  return {
    attemptsPerSuccess: center.attempts / center.received,
    drain: seconds / (all / options.packetsPerSecond),
    peak: Math.max(...center.attemptsIn.values()) / options.packetsPerSecond,
    peakOfAll: Math.max(...center.callsIn.values()) / options.packetsPerSecond,
    received: center.received,
    seconds,
  };
}

/** The real center's admission behind the calls that a returning station makes. */
class HerdCenter {
  attempts = 0;
  received = 0;
  readonly attemptsIn = new Map<number, number>();
  readonly callsIn = new Map<number, number>();
  readonly world: World;
  readonly #admission: Admission;

  constructor(world: World, options: HerdOptions, dice: Dice) {
    this.world = world;
    const { packetsPerSecond, maxUploads } = options;
    this.#admission = createAdmission(
      { packetsPerSecond, maxUploads, perStation: 8 },
      () => world.now,
      () => dice.next(),
    );
  }

  get isUp(): boolean {
    return this.world.now >= OUTAGE_MS;
  }

  /** @param uploadMs for which the body is on its way, if it is taken at all */
  call(request: TransportRequest, uploadMs: number, answer: (reply: Reply) => void): void {
    const { world } = this;
    count(this.callsIn, world.now);
    const [path = '', query = ''] = request.target.split('?');
    if (path === PATHS.pulse) return answer(this.#pulse(new URLSearchParams(query).get('nonce') ?? ''));
    if (path === PATHS.outcomes) return answer(json({ outcomes: [], cursor: '1', more: false }));
    if (path === PATHS.reference) return answer(ndjson(['{"type":"cursor","cursor":"1","more":false}']));
    if (request.method === 'HEAD') return answer(problem('packet-unknown'));
    this.attempts += 1;
    count(this.attemptsIn, world.now);
    const entry = this.#admission.enter(request.headers['station'] ?? '');
    if (!entry.ok)
      return answer(problem('overloaded', { 'retry-after': String(Math.ceil(entry.retryAfterMs / 1000)) }));
    world.in(uploadMs, () => {
      entry.leave();
      this.received += 1;
      answer(standing(201, request.body?.length ?? 0, 'receipt'));
    });
  }

  #pulse(nonce: string): Reply {
    const time = new Date(EPOCH + this.world.now).toISOString();
    const pulse = { v: 1, nonce, time, accepting: true, pace: this.#admission.pace() };
    return json({ pulse: signJws(JWS_TYPES.pulse, 'receipt-1', pulse, RECEIPT_KEY) });
  }
}

function count(seconds: Map<number, number>, now: number): void {
  const second = Math.floor(now / 1000);
  seconds.set(second, (seconds.get(second) ?? 0) + 1);
}

function startStation(
  world: World,
  center: HerdCenter,
  record: StationRecord,
  packets: number,
  name: string,
  dice: Dice,
): void {
  const host = newProcess();
  const outbox = new CountingOutbox(packets);
  const engine = createSyncEngine({
    store: storeOf((group, method, args) => Promise.resolve(outbox.call(group, method, args))),
    record,
    stationKey: STATION_KEY,
    transport: transport(center),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    clock: clockOf(host, world, () => EPOCH + world.now),
    random: () => dice.next(),
    pulseNonce: () => `nonce-${String(dice.next())}`,
    // What signatures cost is no matter of pace.
    sign: ({ headers }) => Promise.resolve({ ...headers, station: name }),
    checkReceipt: (jws, { packetId }) => ({
      jws,
      receipt: { packetId, receivedAt: new Date(EPOCH + world.now).toISOString() } as never,
    }),
  });
  engine.start();
}

/** One station's link: what it uploads at once shares it. */
function transport(center: HerdCenter): Transport {
  const { world } = center;
  let uploads = 0;
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        const isUpload = request.method === 'POST' && request.target === PATHS.packets;
        if (isUpload) uploads += 1;
        const uploadMs = UPLOAD_MS * uploads;
        world.in(ROUND_TRIP_MS / 2, () => {
          if (!center.isUp) {
            if (isUpload) uploads -= 1;
            return reject(new TransportFailure('refused', 'center is away'));
          }
          center.call(request, uploadMs, (reply) => {
            if (isUpload) uploads -= 1;
            world.in(ROUND_TRIP_MS / 2, () => resolve(responseOf(reply)));
          });
        });
      }),
    close: () => undefined,
  };
}

function responseOf({ status, headers, body }: Reply): TransportResponse {
  return {
    status,
    headers,
    text: () => Promise.resolve(body),
    async *lines() {
      yield* body.split('\n');
    },
  };
}

interface Entry {
  state: 'waiting' | 'leased' | 'received';
  attempts: number;
  nextAttemptAt: number;
}

/** An outbox that keeps the delivery state alone; all packets are the same bytes. */
class CountingOutbox {
  readonly #entries: Entry[];
  readonly #settings = new Map<string, string>();
  /** Everything before is received. */
  #first = 0;
  #waiting: number;

  constructor(packets: number) {
    this.#entries = Array.from({ length: packets }, () => ({
      state: 'waiting',
      attempts: 0,
      nextAttemptAt: 0,
    }));
    this.#waiting = packets;
    this.#settings.set('reconciledOn', new Date(EPOCH).toISOString().slice(0, 10));
  }

  call(group: string, method: string, args: readonly unknown[]): unknown {
    if (group === 'outbox') return this.#outbox(method, args);
    if (group === 'station' && method === 'setting') return this.#settings.get(args[0] as string) ?? null;
    if (group === 'station' && method === 'set') this.#settings.set(args[0] as string, args[1] as string);
    if (group === 'journal' && method === 'pending') return [];
    if (group === 'reference' && method === 'cursor') return '1';
    if (group === 'takeovers') return [];
    return undefined;
  }

  #entry(packetId: unknown) {
    return this.#entries[Number(String(packetId).slice(-6)) - 1];
  }

  #outbox(method: string, args: readonly unknown[]): unknown {
    const entry = this.#entry(args[0]);
    switch (method) {
      case 'due':
        return this.#due(...(args as [number, number, boolean, number?]));
      case 'nextDueAt':
        return this.#nextDueAt();
      case 'backlog':
        return { waiting: this.#waiting, waitingBytes: this.#waiting * SEALED.length };
      case 'sealed':
        return SEALED;
      case 'purge':
        return 0;
      case 'lease':
        if (entry?.state !== 'waiting') return null;
        entry.state = 'leased';
        return this.#item(Number(String(args[0]).slice(-6)) - 1);
      case 'unlease':
        if (entry?.state === 'leased') entry.state = 'waiting';
        return undefined;
      case 'failed':
        if (entry?.state !== 'leased') return undefined;
        Object.assign(entry, { state: 'waiting', attempts: entry.attempts + 1, nextAttemptAt: args[2] });
        return undefined;
      case 'received':
        for (const { packetId } of args[0] as KeptReceipt[]) {
          Object.assign(this.#entry(packetId) ?? {}, { state: 'received' });
          this.#waiting -= 1;
        }
        while (this.#entries[this.#first]?.state === 'received') this.#first += 1;
        return undefined;
      default:
        return undefined;
    }
  }

  #due(now: number, limit: number, ignoreBackoff: boolean, after = 0): OutboxItem[] {
    const items: OutboxItem[] = [];
    for (let at = Math.max(this.#first, after); at < this.#entries.length && items.length < limit; at += 1) {
      const entry = this.#entries[at];
      if (entry?.state === 'waiting' && (ignoreBackoff || entry.nextAttemptAt <= now))
        items.push(this.#item(at));
    }
    return items;
  }

  #nextDueAt(): number | null {
    let next: number | null = null;
    for (let at = this.#first; at < this.#entries.length; at += 1) {
      const entry = this.#entries[at];
      if (entry?.state === 'waiting' && (next === null || entry.nextAttemptAt < next))
        next = entry.nextAttemptAt;
      if (next === 0) break;
    }
    return next;
  }

  #item(at: number): OutboxItem {
    return {
      packetId: String(at + 1).padStart(6, '0') as PacketId,
      place: at + 1,
      sequence: at + 1,
      manifest: 'manifest',
      manifestSha256: SHA256,
      sha256: SHA256,
      size: SEALED.length,
      attempts: this.#entries[at]?.attempts ?? 0,
      offset: 0,
      state: 'recorded',
    };
  }
}

const SHA256 = createHash('sha256').update(SEALED).digest('hex') as OutboxItem['sha256'];
