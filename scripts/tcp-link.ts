import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP link on loopback to a port on this machine, as thin, far and unreliable as it is told to be. */
export interface TcpLink {
  readonly port: number;
  /** The port behind it. */
  readonly target: number;
  /** Bytes that came out at the far end so far. */
  toTarget(): number;
  fromTarget(): number;
  change(profile: LinkProfile): void;
  /** Breaks what is open: what was on its way is lost. */
  cut(): void;
  /** Down is cut, and nobody gets through until it is up again. */
  setUp(isUp: boolean): void;
  /** Up for so long, down for so long, from now until it is closed. */
  flap(upMs: number, downMs: number): void;
  close(): Promise<void>;
}

export interface LinkProfile {
  /** Each way, shared by all connections; null for as fast as it goes. */
  readonly bitsPerSecond: number | null;
  /** Also what opening a connection takes. */
  readonly roundTripMs: number;
  /** What the modem keeps for the line each way; behind it the sender waits. */
  readonly bufferBytes: number;
}

/** The field's links: 256 kbit/s over a satellite or an old radio, 2 Mbit/s over a cable. */
export const THIN: LinkProfile = { bitsPerSecond: 256_000, roundTripMs: 600, bufferBytes: 32 * 1024 };
export const FAIR: LinkProfile = { bitsPerSecond: 2_000_000, roundTripMs: 100, bufferBytes: 256 * 1024 };
export const OPEN: LinkProfile = { bitsPerSecond: null, roundTripMs: 0, bufferBytes: 256 * 1024 };

/** What one connection puts on the line before the next has its turn. */
const SLICE = 1460;

export async function startTcpLink(target: number, profile: LinkProfile): Promise<TcpLink> {
  let now = profile;
  let isUp = true;
  let flapping: NodeJS.Timeout | undefined;
  const sockets = new Set<Socket>();
  const up = new Line(profile);
  const down = new Line(profile);

  const server = createServer({ allowHalfOpen: true, highWaterMark: 16 * 1024 }, (station) => {
    sockets.add(station);
    station.on('error', () => undefined);
    station.on('close', () => sockets.delete(station));
    if (!isUp) station.resetAndDestroy();
    else if (now.roundTripMs === 0) join(station);
    else setTimeout(() => join(station), now.roundTripMs);
  });
  const join = (station: Socket): void => {
    if (station.destroyed) return;
    const center = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    sockets.add(center);
    center.on('error', () => undefined);
    center.on('close', () => sockets.delete(center));
    up.carry(station, center);
    down.carry(center, station);
  };
  const cut = (): void => {
    up.lose();
    down.lose();
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const setUp = (next: boolean): void => {
    if (isUp && !next) cut();
    isUp = next;
  };

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    target,
    toTarget: () => up.delivered,
    fromTarget: () => down.delivered,
    change: (next) => {
      now = next;
      up.profile = now;
      down.profile = now;
    },
    cut,
    setUp,
    flap: (upMs, downMs) => {
      const turn = (next: boolean): void => {
        setUp(next);
        flapping = setTimeout(() => turn(!next), next ? upMs : downMs);
      };
      clearTimeout(flapping);
      turn(true);
    },
    close: async () => {
      clearTimeout(flapping);
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Slice {
  readonly to: Socket;
  readonly bytes: Buffer;
  /** What happens to the far end behind these bytes. */
  readonly after: 'nothing' | 'end' | 'close';
  /** When its last bit is on the line. */
  readonly leavesAt: number;
}

interface Pipe {
  readonly from: Socket;
  readonly to: Socket;
}

/** One direction of the link: the modem's buffer, the line behind it, and whoever waits before it. */
class Line {
  profile: LinkProfile;
  delivered = 0;
  /** Connections with something to send, in turn. */
  readonly #ready = new Set<Pipe>();
  #modem: Slice[] = [];
  #held = 0;
  #freeAt = 0;
  #flying: Slice[] = [];
  #timer: NodeJS.Timeout | undefined;
  #tickAt = Infinity;

  constructor(profile: LinkProfile) {
    this.profile = profile;
  }

  carry(from: Socket, to: Socket): void {
    const pipe = { from, to };
    from.on('readable', () => {
      this.#ready.add(pipe);
      this.#pump();
    });
    // Behind whatever is on its way.
    from.on('end', () => this.#put(to, Buffer.alloc(0), 'end'));
    from.on('close', () => {
      this.#ready.delete(pipe);
      this.#put(to, Buffer.alloc(0), 'close');
    });
  }

  lose(): void {
    this.#modem = [];
    this.#flying = [];
    this.#held = 0;
    this.#freeAt = 0;
  }

  /** Fills the modem, a slice from each in turn: one upload does not shut out the pulse beside it. */
  #pump(): void {
    while (this.#held < this.profile.bufferBytes) {
      const [pipe] = this.#ready;
      if (pipe === undefined) break;
      this.#ready.delete(pipe);
      const size = Math.min(SLICE, pipe.from.readableLength);
      // With nothing there it only asks the socket for more, and for its end.
      const bytes = pipe.from.read(size) as Buffer | null;
      if (bytes === null) continue;
      this.#put(pipe.to, bytes, 'nothing');
      if (pipe.from.readableLength > 0) this.#ready.add(pipe);
    }
    this.#arm();
  }

  #put(to: Socket, bytes: Buffer, after: Slice['after']): void {
    const { bitsPerSecond } = this.profile;
    const ms = bitsPerSecond === null ? 0 : (bytes.length * 8 * 1000) / bitsPerSecond;
    this.#freeAt = Math.max(this.#freeAt, performance.now()) + ms;
    this.#held += bytes.length;
    this.#modem.push({ to, bytes, after, leavesAt: this.#freeAt });
    this.#arm();
  }

  #arm(): void {
    const first = Math.min(this.#modem[0]?.leavesAt ?? Infinity, this.#arrival(this.#flying[0]));
    if (first >= this.#tickAt) return;
    clearTimeout(this.#timer);
    this.#tickAt = first;
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, first - performance.now()));
  }

  #arrival(slice: Slice | undefined): number {
    return slice === undefined ? Infinity : slice.leavesAt + this.profile.roundTripMs / 2;
  }

  /** A late timer loses nothing: the moments were fixed when the slices came. */
  #tick(): void {
    this.#tickAt = Infinity;
    const at = performance.now();
    let left = 0;
    while ((this.#modem[left]?.leavesAt ?? Infinity) <= at) left += 1;
    for (const slice of this.#modem.splice(0, left)) {
      this.#held -= slice.bytes.length;
      this.#flying.push(slice);
    }
    let arrived = 0;
    while (this.#arrival(this.#flying[arrived]) <= at) arrived += 1;
    for (const slice of this.#flying.splice(0, arrived)) this.#deliver(slice);
    this.#pump();
  }

  #deliver({ to, bytes, after }: Slice): void {
    if (to.destroyed) return;
    this.delivered += bytes.length;
    if (bytes.length > 0) to.write(bytes);
    if (after === 'end') to.end();
    if (after === 'close') to.destroySoon();
  }
}
