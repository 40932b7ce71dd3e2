import { createHash } from 'node:crypto';
import type { ReviewMode } from '../../app/desk/review.ts';
import { RekamError } from '../../app/errors.ts';
import { accountIdSchema, type PacketId } from '../../app/ids.ts';
import { NO_LIMITS, type SyncLimits } from '../../app/sync/limits.ts';
import { JWS_TYPES } from '../../app/sync/protocol.ts';
import { signJws } from '../../main/security/sign.ts';
import type { KeptReceipt, RecordInput, StoreApi } from '../../main/store/api.ts';
import type { Database } from '../../main/store/database.ts';
import { commitRecord } from '../../main/store/records.ts';
import { atBorder } from '../../main/store/sqlite-errors.ts';
import type { Clock, SyncEngine } from '../../main/sync/api.ts';
import type { SyncStore } from '../../main/sync/engine.ts';
import type { SyncLog } from '../../main/sync/log.ts';
import { TEST_DATE, testBiodata, type TestAccount } from '../helpers/store.ts';
import type { Dice } from './dice.ts';
import { STATION_KEY } from './keys.ts';
import type { Network } from './network.ts';
import type { Oracle } from './oracle.ts';
import { clockOf, logOf, newProcess, storeOf, type Process } from './process.ts';
import type { World } from './world.ts';

type Engine = (parts: {
  readonly store: SyncStore;
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly network: Network;
  readonly host: Process;
}) => SyncEngine;

interface StationDeps {
  readonly world: World;
  readonly dice: Dice;
  readonly oracle: Oracle;
  readonly network: Network;
  readonly db: Database;
  readonly api: StoreApi;
  /** What the engine gets of it: planted mistakes stand in between. */
  readonly engineApi: StoreApi;
  readonly stationId: string;
  readonly operator: TestAccount;
  /** By the station's clock, when the run begins. */
  readonly epoch: number;
  readonly diskDelay: number;
  /** A planted mistake: the desk says "recorded" whether or not it was. */
  readonly confirmsAlways: boolean;
  readonly makeEngine: Engine;
}

/** Not the operator: nobody approves what they recorded. */
const SUPERVISOR = accountIdSchema.parse('5b1d3c52-0c58-4a55-9d0e-0b6f3f6a7c11');
const NEVER = new Promise<never>(() => undefined);
const MAX_PAGES = 1_073_741_823;
const REBOOT_MS = 60_000;

/** The station's PC: its disk, its clock, and one process at a time. */
export class Station {
  readonly #deps: StationDeps;
  process: Process | null = null;
  #skewMs = 0;
  /** How the disk is full: SQLite finds no page, or each write is refused outright. */
  #full: 'no' | 'pages' | 'all' = 'no';
  readonly #indices = new Map<string, number>();
  manualsOpen = 0;
  limits: SyncLimits = NO_LIMITS;
  #review: ReviewMode = 'off';
  #writes = 0;

  constructor(deps: StationDeps) {
    this.#deps = deps;
  }

  now(): number {
    return this.#deps.epoch + this.#deps.world.now + this.#skewMs;
  }

  /** Somebody sets the clock, or its battery is flat. */
  jump(ms: number): void {
    this.#deps.world.trace(`clock jumps by ${ms} ms`);
    this.#skewMs += ms;
    this.#deps.oracle.excuses += 1;
  }

  boot(): void {
    const { world, engineApi } = this.#deps;
    if (this.process !== null) return;
    try {
      engineApi.station.begin(this.now());
    } catch (error) {
      world.trace(`boot fails: ${reason(error)}`);
      world.in(REBOOT_MS, () => this.boot());
      return;
    }
    world.trace('station starts');
    this.#deps.oracle.began();
    const host = newProcess();
    this.process = host;
    host.engine = this.#deps.makeEngine({
      store: storeOf((group, method, args) => this.#call(host, group, method, args)),
      clock: clockOf(host, world, () => this.now()),
      log: logOf(host, world),
      network: this.#deps.network,
      host,
    });
    host.engine.start();
  }

  /** The process is gone at whatever it was waiting for. What was committed is all that is left. */
  kill(offMs: number): void {
    const host = this.process;
    if (host === null) return;
    const { world, network, oracle } = this.#deps;
    world.trace('station is killed');
    host.isAlive = false;
    this.process = null;
    this.manualsOpen = 0;
    oracle.isManual = false;
    network.dropAll();
    oracle.died();
    world.in(offMs, () => this.boot());
  }

  fill(how: 'pages' | 'all'): void {
    this.#deps.world.trace(`disk full: ${how}`);
    this.#full = how;
    if (how === 'pages')
      this.#deps.db.pragma(`max_page_count = ${String(this.#deps.db.pragma('page_count'))}`);
  }

  empty(): void {
    if (this.#full === 'no') return;
    this.#deps.world.trace('disk has room');
    this.#full = 'no';
    this.#deps.db.pragma(`max_page_count = ${MAX_PAGES}`);
  }

  /** @param index which resident */
  record(index: number, size: number): void {
    const { world, dice, oracle, db, api, operator, stationId } = this.#deps;
    const biodata = testBiodata(index);
    this.#indices.set(biodata.nik, index);
    const now = this.now();
    const packetId = dice.uuid(world.now) as PacketId;
    const sealed = dice.bytes(size);
    try {
      if (this.#full === 'all') throw new RekamError('disk.full');
      const by = operator.accountId;
      const draft = api.drafts.begin({ packetId, nik: biodata.nik, date: TEST_DATE, by, now });
      const input: RecordInput = {
        packetId: draft.packetId,
        revision: draft.revision,
        draft,
        biodata,
        thumbnail: null,
        sealed,
        sealedSha256: createHash('sha256').update(sealed).digest('hex') as RecordInput['sealedSha256'],
        recordedAt: now,
        clockOffsetMs: null,
        date: TEST_DATE,
        by: operator,
        risks: [],
        recipientKeyId: 'sealing-1',
      };
      const recorded = atBorder(() =>
        commitRecord(db, input, stationId as Parameters<typeof commitRecord>[2], (manifest) =>
          signJws(JWS_TYPES.manifest, stationId, manifest, STATION_KEY),
        ),
      );
      oracle.confirmed.set(recorded.packetId, {
        packetId: recorded.packetId,
        nik: biodata.nik,
        sequence: recorded.sequence,
        isSpoiled: false,
      });
      const state = api.outbox.packet(recorded.packetId).row.state;
      if (state === 'review') oracle.withheld.add(recorded.packetId);
      else if (this.#review === 'all') world.fail('review', `${recorded.packetId} is ${state} at once`);
      world.trace(`recorded ${recorded.sequence} ${recorded.packetId} ${size} B`);
      this.process?.engine?.wake();
    } catch (error) {
      world.trace(`not recorded: ${reason(error)}`);
      if (this.#deps.confirmsAlways)
        oracle.confirmed.set(packetId, { packetId, nik: biodata.nik, sequence: 0, isSpoiled: false });
    }
  }

  /** The first resident whom the center or the supervisor wants again, or whose packet the disk lost, comes again. */
  recordAnew(size: number): void {
    const row = this.#deps.db.get<{ nik: string }>(
      `SELECT e.nik FROM enrollment e JOIN packet p USING (packet_id) LEFT JOIN outcome o USING (packet_id)
       WHERE (p.state = 'rejected' AND o.remedy = 'recapture') OR (p.state = 'held' AND p.hold_reason = 'unreadable')
         OR p.state = 'returned'
       ORDER BY p.sequence LIMIT 1`,
    );
    const index = row === undefined ? undefined : this.#indices.get(row.nik);
    if (index !== undefined) this.record(index, size);
  }

  /** A page of the disk goes bad under a packet. */
  spoil(packetId: string): void {
    const { db, oracle, world, dice } = this.#deps;
    const known = oracle.confirmed.get(packetId);
    if (known === undefined) return;
    world.trace(`disk spoils ${packetId}`);
    known.isSpoiled = true;
    const isGone = dice.chance(0.3);
    db.write((tx) => {
      if (isGone) tx.run('DELETE FROM packet_blob WHERE packet_id = ?', packetId);
      else tx.run('UPDATE packet_blob SET sealed = zeroblob(length(sealed)) WHERE packet_id = ?', packetId);
    });
  }

  /** The supervisor lets everything go again that is held. */
  releaseAll(): void {
    for (const { packetId } of this.#deps.api.outbox.list('held', 0, 100).rows) this.#release(packetId);
    this.process?.engine?.wake();
  }

  /** The supervisor tries one that waits now, or holds it for so long. */
  lookAfter(dice: Dice, heldMs: number | null): void {
    const { api, world, oracle, operator } = this.#deps;
    const [row] = pick(dice, api.outbox.list('pending', 0, 100).rows);
    if (row === undefined) return;
    const { packetId } = row;
    const by = operator.accountId;
    this.#byHand(`${heldMs === null ? 'tried now' : 'held by hand'} ${packetId}`, () => {
      if (heldMs === null) {
        const sequence = api.outbox.retry(packetId, by, this.now());
        oracle.triedNow(packetId);
        this.process?.engine?.tryNow(sequence);
        return;
      }
      api.outbox.holdByHand(packetId, 'Tunggu', by, this.now());
      oracle.heldByHand.add(packetId);
      this.process?.engine?.leave(packetId);
      world.in(heldMs, () => this.#release(packetId));
    });
  }

  /** What a supervisor has to see from now on. */
  review(mode: ReviewMode): void {
    const { api } = this.#deps;
    this.#byHand(`reviewed: ${mode}`, () => {
      api.station.setByHand('review', JSON.stringify(mode), SUPERVISOR, this.now());
      this.#review = mode;
    });
  }

  /** The supervisor sees to what waits, or to some of it, and thinks better of some that was returned. */
  seeTo(dice: Dice, isAll: boolean): void {
    const { api, oracle } = this.#deps;
    const at = this.now();
    for (const { packetId } of api.reviews.list('waiting', SUPERVISOR).rows) {
      const roll = dice.next();
      if (!isAll && roll < 0.2) continue;
      if (roll < 0.8)
        this.#byHand(`approved ${packetId}`, () => {
          api.reviews.approve([packetId], SUPERVISOR, at);
          oracle.withheld.delete(packetId);
          this.process?.engine?.wake();
        });
      else this.#byHand(`returned ${packetId}`, () => api.reviews.return(packetId, 'Lagi', SUPERVISOR, at));
    }
    if (!isAll)
      for (const { packetId } of api.reviews.list('returned', SUPERVISOR).rows)
        if (dice.chance(0.3))
          this.#byHand(`taken back ${packetId}`, () => api.reviews.takeBack(packetId, SUPERVISOR, at));
  }

  limit(limits: SyncLimits): void {
    this.#deps.world.trace(`limits ${JSON.stringify(limits)}`);
    this.limits = limits;
    this.process?.engine?.limit(limits);
  }

  #release(packetId: PacketId): void {
    const { api, oracle, operator } = this.#deps;
    this.#byHand(`released ${packetId}`, () => {
      api.outbox.release(packetId, operator.accountId, this.now());
      oracle.released(packetId);
    });
  }

  #byHand(what: string, act: () => void): void {
    try {
      if (this.#full === 'all') throw new RekamError('disk.full');
      act();
      this.#deps.world.trace(what);
    } catch (error) {
      this.#deps.world.trace(`not ${what}: ${reason(error)}`);
    }
  }

  /** The supervisor asks for a sync by hand, and may think better of it. */
  syncNow(cancelAfterMs: number | null): void {
    const { world, oracle } = this.#deps;
    const host = this.process;
    if (host?.engine == null) return;
    world.trace('sync by hand');
    const isFirst = this.manualsOpen === 0;
    this.manualsOpen += 1;
    if (isFirst) oracle.isManual = true;
    const end = (what: string): void => {
      if (!host.isAlive) return;
      world.trace(`sync by hand: ${what}`);
      this.manualsOpen -= 1;
      if (this.manualsOpen === 0) oracle.isManual = false;
    };
    host.engine.syncNow().then(
      ({ ended, received, held, failed, remaining }) =>
        end(`${ended} received ${received} held ${held} failed ${failed} remaining ${remaining}`),
      (error: unknown) => end(reason(error)),
    );
    if (cancelAfterMs !== null)
      world.in(cancelAfterMs, () => {
        if (!host.isAlive) return;
        world.trace('cancel');
        host.engine?.cancel();
      });
  }

  /** One call of the engine to its store: done here and now, answered now or a little later, or never. */
  #call(host: Process, group: string, method: string, args: unknown[]): Promise<unknown> {
    const { world, dice, diskDelay } = this.#deps;
    if (!host.isAlive || world.violation !== null) return NEVER;
    world.beat();
    host.calls += 1;
    const dies = host.killAt?.call === host.calls ? host.killAt : null;
    if (dies?.isDone === false) {
      this.kill(dice.wide(1_000, 600_000));
      return NEVER;
    }
    const result = this.#do(group, method, args);
    // Its rejection may come to nobody: whoever asked can be gone by then.
    result.catch(() => undefined);
    if (dies !== null) {
      this.kill(dice.wide(1_000, 600_000));
      return NEVER;
    }
    if (!dice.chance(diskDelay)) return result;
    return new Promise((resolve) => {
      world.in(dice.wide(1, 300), () => {
        if (host.isAlive) resolve(result);
      });
    });
  }

  /** The packet that was written each time; all of them where many were, and now and then. */
  #check(packetId: unknown): void {
    const { oracle } = this.#deps;
    this.#writes += 1;
    if (typeof packetId === 'string' && this.#writes % 16 !== 0) oracle.checkOne(packetId);
    else oracle.checkPackets();
  }

  #do(group: string, method: string, args: unknown[]): Promise<unknown> {
    const { engineApi: api, oracle, world } = this.#deps;
    const [first, , third] = args as [string, unknown, never];
    const isPacket = group === 'outbox';
    const of = method === 'received' ? (args[0] as KeptReceipt[]).map(({ packetId }) => packetId) : [first];
    if (isPacket && ['failed', 'unlease', 'hold', 'received'].includes(method))
      for (const packetId of of) oracle.attemptEnded(packetId);
    try {
      if (this.#full === 'all' && !READS.has(method)) throw new RekamError('disk.full');
      const groups = api as unknown as Record<string, Record<string, (...args: unknown[]) => unknown>>;
      const value = groups[group]?.[method]?.(...args);
      if (!READS.has(method)) world.trace(`  ${group}.${method} ${brief(args)}`);
      if (isPacket && method === 'lease' && value !== null) oracle.leased(first);
      if (isPacket && method === 'failed') oracle.failed(first, third);
      if (isPacket && !READS.has(method)) for (const packetId of of) this.#check(packetId);
      return Promise.resolve(value);
    } catch (error) {
      world.trace(`  ${group}.${method} ${reason(error)}`);
      if (error instanceof RekamError && error.code === 'disk.full') oracle.diskFull();
      if (!(error instanceof RekamError)) world.fail('defect', `${group}.${method}: ${String(error)}`);
      return Promise.reject(error as Error);
    }
  }
}

function pick<T>(dice: Dice, list: readonly T[]): readonly T[] {
  return list.length === 0 ? [] : [dice.pick(list)];
}

const READS = new Set([
  ...[
    'due',
    'nextDueAt',
    'sealed',
    'summary',
    'backlog',
    'list',
    'range',
    'lastSequence',
    'record',
    'setting',
    'pending',
  ],
  ...['cursor', 'latest'],
]);

function brief(args: unknown[]): string {
  return args
    .map((arg) =>
      typeof arg === 'string' || typeof arg === 'number' ? String(arg).slice(0, 60) : typeof arg,
    )
    .join(' ');
}

function reason(error: unknown): string {
  return error instanceof RekamError ? error.code : String(error);
}
