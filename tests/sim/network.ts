import type { LinkCause } from '../../app/sync/link.ts';
import { PATHS } from '../../app/sync/protocol.ts';
import {
  TransportFailure,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from '../../main/sync/api.ts';
import type { ModelCenter } from './center.ts';
import type { Dice } from './dice.ts';
import { anError, aWait, flipped, forged, garbage, kindOf } from './spoil.ts';
import type { Sink } from './uploads.ts';
import type { Reply, Wire } from './wire.ts';
import type { World } from './world.ts';

/** How often each thing goes wrong, per request. */
export interface Faults {
  /** The connection breaks while the body goes up, or the answer is lost, or comes in part. */
  readonly cut: number;
  readonly deaf: number;
  readonly truncated: number;
  /** Something else in the answer's place, a bit that flips on the way, a receipt that is not this packet's. */
  readonly garbage: number;
  readonly flipped: number;
  readonly forged: number;
  /** The center answers an error, or asks to wait. */
  readonly error: number;
  readonly wait: number;
  readonly slow: number;
  readonly twice: number;
  readonly stale: number;
}

export interface NetworkOptions {
  readonly world: World;
  readonly dice: Dice;
  readonly center: ModelCenter;
  readonly faults: Faults;
  readonly latencyMs: readonly [number, number];
  readonly bytesPerMs: number;
  readonly watch: Watch;
}

/** Sees what the station asks and what it is told. */
export interface Watch {
  sent(request: TransportRequest): void;
  /** @param whole the answer is the center's own, unspoiled */
  answered(request: TransportRequest, answer: Reply, whole: boolean): void;
}

/** The process at this end of the connection. */
export interface Host {
  readonly isAlive: boolean;
}

/** The way between station and center. Owner of the state of the link. */
export class Network {
  readonly options: NetworkOptions;
  down: LinkCause | null = null;
  portal = false;
  /** Off: everything arrives, once and whole. */
  isFaulty = true;
  readonly open = new Set<Exchange>();

  constructor(options: NetworkOptions) {
    this.options = options;
  }

  transport(host: Host): Transport {
    return {
      send: (request) =>
        new Promise((resolve, reject) => {
          if (!host.isAlive) return;
          new Exchange(this, host, request, resolve, reject).begin();
        }),
      close: () => undefined,
    };
  }

  /** The link goes: what is under way breaks, now or when somebody notices the silence. */
  goDown(cause: LinkCause): void {
    this.options.world.trace(`link down: ${cause}`);
    this.down = cause;
    for (const exchange of [...this.open]) exchange.lose();
  }

  comeBack(): void {
    this.options.world.trace('link is back');
    this.down = null;
  }

  /** A process is gone, and its connections with it. */
  dropAll(): void {
    for (const exchange of [...this.open]) exchange.lose();
  }

  heal(): void {
    this.options.world.trace('no more faults');
    this.isFaulty = false;
    this.portal = false;
    this.down = null;
  }
}

class Exchange {
  readonly #network: Network;
  readonly #host: Host;
  readonly #request: TransportRequest;
  readonly #resolve: (response: TransportResponse) => void;
  readonly #reject: (error: unknown) => void;
  readonly #name: string;
  #isOver = false;
  #sink: Sink | null = null;
  /** Grows with each byte that moved: an older timer has nothing to say. */
  #moves = 0;
  readonly #onAbort = (): void => this.#break('timeout', 'aborted');

  constructor(
    network: Network,
    host: Host,
    request: TransportRequest,
    resolve: (response: TransportResponse) => void,
    reject: (error: unknown) => void,
  ) {
    this.#network = network;
    this.#host = host;
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#name = `${request.method} ${request.target.replace(/nonce=.*/, 'nonce')}`;
  }

  begin(): void {
    const { world, faults, watch } = this.#network.options;
    const { signal } = this.#request;
    if (signal.aborted) {
      this.#reject(new TransportFailure('timeout', 'aborted'));
      return;
    }
    watch.sent(this.#request);
    this.#network.open.add(this);
    signal.addEventListener('abort', this.#onAbort, { once: true });
    const offset = this.#request.headers['upload-offset'];
    world.trace(
      `> ${this.#name}${offset === undefined ? '' : ` from ${offset}`} ${this.#request.body?.length ?? ''}`,
    );
    this.#moved();
    if (this.#network.down !== null) return this.#unreachable(this.#network.down);
    if (this.#hits(faults.stale)) return this.#stale();
    if (this.#network.portal)
      return this.#after(this.#latency(), () =>
        this.#answer(garbage(this.#network.options.dice, this.#request), false),
      );
    this.#after(this.#latency(), () => this.#arrive());
  }

  /** The line is dead: a reset at once, or silence until somebody gives up. */
  lose(): void {
    this.#sink?.cut();
    this.#sink = null;
    if (this.#network.options.dice.chance(0.5)) this.#break('timeout', 'reset');
    else this.#moves += 1;
    if (!this.#isOver) this.#later(this.#request.idleTimeoutMs, () => this.#break('timeout', 'silence'));
  }

  #unreachable(cause: LinkCause): void {
    const wait = cause === 'timeout' ? this.#request.idleTimeoutMs : this.#network.options.dice.int(1, 3_000);
    this.#later(wait, () => this.#break(cause, 'unreachable'));
  }

  /** A kept connection that had died; the center may have got the request all the same. */
  #stale(): void {
    if (this.#network.options.dice.chance(0.3)) this.#deliverAll();
    this.#later(this.#latency(), () => this.#break('timeout', 'stale', true));
  }

  #arrive(): void {
    const { center, dice: fate } = this.#network.options;
    // Given up on meanwhile, it may reach the center all the same.
    if (this.#isOver && fate.chance(0.5)) return;
    if (center.isDown) return this.#later(0, () => this.#break('refused', 'refused'));
    const wire = this.#wire();
    const { dice, faults } = this.#network.options;
    const isForCenter = !wire.target.startsWith(PATHS.pulse);
    if (isForCenter && this.#hits(faults.error))
      return this.#reply(anError(dice, wire.target.startsWith(PATHS.packets)));
    if (isForCenter && this.#hits(faults.wait)) return this.#reply(aWait(dice));
    const got = center.receive(wire);
    if (!('take' in got)) return this.#reply(got);
    this.#sink = got;
    got.onCut = () => {
      this.#sink = null;
      this.#break('timeout', 'reset');
    };
    this.#carry(wire.body ?? Buffer.alloc(0), 0);
  }

  /** The body, piece by piece. */
  #carry(body: Buffer, from: number): void {
    const { dice, faults, bytesPerMs } = this.#network.options;
    if (from >= body.length) {
      const answer = this.#sink?.end();
      this.#sink = null;
      if (answer !== undefined) this.#reply(answer);
      return;
    }
    // Never so long that the silence would end the request.
    const piece = Math.min(
      body.length - from,
      Math.max(1, Math.ceil(bytesPerMs * 15_000)),
      Math.max(200, Math.ceil(body.length / 6)),
    );
    const isCut = this.#hits(faults.cut);
    const taken = isCut ? dice.int(0, piece) : piece;
    this.#later(taken / bytesPerMs, () => {
      if (this.#sink === null) return;
      const bytes = body.subarray(from, from + taken);
      this.#sink.take(this.#hits(faults.flipped) && taken > 0 ? flipped(bytes, dice) : bytes);
      this.#moved();
      // The network takes bytes before the center has them.
      if (!this.#isOver && this.#host.isAlive) this.#request.onSent?.(from + taken);
      if (isCut) this.lose();
      else this.#carry(body, from + piece);
    });
  }

  #reply(answer: Reply): void {
    const { faults, dice } = this.#network.options;
    if (this.#hits(faults.twice)) {
      // The same request once more, and perhaps it is the second answer that arrives.
      const again = this.#deliverAll();
      if (again !== null && dice.chance(0.5))
        return this.#after(this.#latency(), () => this.#answer(again, true));
    }
    if (this.#hits(faults.deaf)) return this.lose();
    if (this.#hits(faults.garbage))
      return this.#after(this.#latency(), () =>
        this.#answer(garbage(this.#network.options.dice, this.#request), false),
      );
    const swapped = this.#hits(faults.forged) ? forged(answer, dice, this.#network.options.center) : null;
    this.#after(this.#latency(), () => this.#answer(swapped ?? answer, swapped === null));
  }

  /** The center gets the request whole, and nobody waits for the answer. */
  #deliverAll(): Reply | null {
    const { center } = this.#network.options;
    if (center.isDown) return null;
    const wire = this.#wire();
    const got = center.receive(wire);
    if (!('take' in got)) return got;
    got.take(wire.body ?? Buffer.alloc(0));
    return got.end();
  }

  #answer(answer: Reply, whole: boolean): void {
    const { world, watch, dice, faults } = this.#network.options;
    if (this.#isOver) return;
    const isTruncated = answer.body.length > 1 && this.#hits(faults.truncated);
    const isNoticed = isTruncated && dice.chance(0.5);
    const body = isTruncated ? answer.body.slice(0, dice.int(0, answer.body.length - 1)) : answer.body;
    const got = { ...answer, body };
    this.#end();
    if (!this.#host.isAlive) return;
    world.trace(`< ${this.#name} ${answer.status}${kindOf(answer)}${isTruncated ? ' truncated' : ''}`);
    watch.answered(this.#request, got, whole && !isTruncated);
    this.#resolve({
      status: answer.status,
      headers: answer.headers,
      text: () =>
        isNoticed ? Promise.reject(new TransportFailure('timeout', 'cut')) : Promise.resolve(body),
      lines: async function* () {
        yield* body.split('\n');
        if (isNoticed) throw new TransportFailure('timeout', 'cut');
      },
    });
  }

  #break(cause: LinkCause, message: string, stale = false): void {
    if (this.#isOver) return;
    const sink = this.#sink;
    this.#sink = null;
    sink?.cut();
    this.#end();
    if (!this.#host.isAlive) return;
    this.#network.options.world.trace(`x ${this.#name} ${cause} ${message}`);
    this.#reject(new TransportFailure(cause, message, undefined, stale));
  }

  #end(): void {
    this.#isOver = true;
    this.#network.open.delete(this);
    this.#request.signal.removeEventListener('abort', this.#onAbort);
  }

  #moved(): void {
    this.#moves += 1;
    const seen = this.#moves;
    this.#later(this.#request.idleTimeoutMs, () => {
      if (this.#moves === seen) this.#break('timeout', 'silence');
    });
  }

  /** A stage of the exchange, which nobody sees any more once it broke. */
  #after(ms: number, act: () => void): void {
    const seen = this.#moves;
    this.#later(ms, () => {
      // What the station gave up on may reach the center all the same: only a dead line stops it.
      if (this.#moves === seen) act();
    });
  }

  #later(ms: number, act: () => void): void {
    this.#network.options.world.in(Math.ceil(ms), act);
  }

  #hits(probability: number): boolean {
    return this.#network.isFaulty && probability > 0 && this.#network.options.dice.chance(probability);
  }

  #latency(): number {
    const { dice, faults, latencyMs } = this.#network.options;
    const [low, high] = latencyMs;
    return this.#hits(faults.slow) ? dice.wide(2_000, 120_000) : dice.int(low, high);
  }

  #wire(): Wire {
    const { method, target, headers, body } = this.#request;
    return { method, target, headers, body: body === undefined ? null : Buffer.from(body) };
  }
}
