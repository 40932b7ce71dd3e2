import { RekamError } from '../../../app/errors.ts';
import type { PacketId } from '../../../app/ids.ts';
import type { FoundMirror, TakeoverReport, TakeoverState } from '../../../app/ipc/takeover.ts';
import type { Remote, StationRecord, StoreApi } from '../../store/api.ts';
import type { CopyApi, DeadStation } from '../../store/mirror-api.ts';
import type { SyncLog } from '../log.ts';
import { findDeadMirror, readBytes, readEntry, requireThere, type DeadMirror } from './dead-mirror.ts';
import { KitAccounts, requireTwo, type Confirm, type Person } from './four-eyes.ts';
import { openKit, type OpenedKit } from './open-kit.ts';

export interface TakeoverDeps {
  readonly store: Remote<Pick<StoreApi, 'accounts' | 'takeovers'> & CopyApi>;
  /** Null until the station is activated. */
  readonly record: () => Promise<StationRecord | null>;
  /** By the accounts that this station has. */
  readonly confirm: Confirm;
  /** By the voucher of a kit; the station stands afterwards. @throws RekamError as activation does */
  readonly activate: (centerUrl: string, voucher: string) => Promise<void>;
  readonly now: () => number;
  readonly changed: (state: TakeoverState) => void;
  /** Packets of the dead station are in the outbox. */
  readonly taken: () => void;
  readonly log: SyncLog;
}

/** Between two attempts to reach the center for the activation. */
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;
/** A window that is told of each of a thousand small files would draw nothing else. */
const SHORTEST_REPORT_MS = 100;

/** Owner of the takeover of a dead station: one at a time, what it brought, and the activation that may still wait. */
export class Takeover {
  readonly #deps: TakeoverDeps;
  readonly #kitAccounts: KitAccounts;
  readonly #abort = new AbortController();
  #folder: string | null = null;
  #progress: TakeoverState['progress'] = null;
  #reportedAt = 0;
  #running: Promise<unknown> | null = null;
  #activating: Promise<void> | null = null;
  #nudge: () => void = () => undefined;

  constructor(deps: TakeoverDeps) {
    this.#deps = deps;
    this.#kitAccounts = new KitAccounts(deps.now);
  }

  async state(): Promise<TakeoverState> {
    const { store } = this.#deps;
    const [takeovers, untold, record] = await Promise.all([
      store.takeovers.list(),
      store.takeovers.untold(),
      this.#deps.record(),
    ]);
    const isRefused = takeovers.some(({ refused }) => refused);
    const waits = untold.length > 0 ? 'pending' : isRefused ? 'refused' : 'none';
    return { progress: this.#progress, takeovers, activation: record !== null ? 'done' : waits };
  }

  /** At start: an activation that a cut or a missing link has put off goes on. */
  start(): void {
    this.#activateInTime();
  }

  /** Resolves when nothing of it touches the store any more. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#nudge();
    await Promise.all([this.#running?.catch(() => undefined), this.#activating]);
  }

  /** Tries at once what waits for the center. */
  retry(): void {
    this.#nudge();
    this.#activateInTime();
  }

  /** Looks at the folder that a person chose; nothing is opened yet. @throws RekamError `takeover.…` */
  async choose(folder: string): Promise<FoundMirror> {
    const mirror = await findDeadMirror(folder);
    const record = await this.#deps.record();
    if (record?.activation.stationId === mirror.kit.stationId) throw new RekamError('takeover.ownMirror');
    this.#folder = mirror.folder;
    const { label, madeAt } = mirror.kit;
    const { packets, halves } = mirror;
    return { folder: mirror.folder, label, printedAt: madeAt, packets: packets.length, halves };
  }

  /**
   * Brings what lies on the chosen mirror into the outbox. Cut at any point, or begun again, it brings nothing twice.
   * @throws RekamError `takeover.…`, `login.locked`
   */
  async run(code: string, persons: readonly [Person, Person]): Promise<TakeoverReport> {
    if (this.#running !== null) throw new RekamError('takeover.running');
    const work = this.#run(code, persons);
    this.#running = work;
    try {
      return await work;
    } finally {
      this.#running = null;
      this.#progress = null;
      await this.#tell();
    }
  }

  async #run(code: string, persons: readonly [Person, Person]): Promise<TakeoverReport> {
    const { store, now, log } = this.#deps;
    if (this.#folder === null) throw new RekamError('takeover.noMirror');
    const mirror = await findDeadMirror(this.#folder);
    const opened = await openKit(mirror.kit, code);
    const { center, station } = opened;
    const record = await this.#deps.record();
    if (record !== null && record.activation.kecamatan.kode !== center.kecamatan.kode)
      throw new RekamError('takeover.otherKecamatan', { kecamatan: center.kecamatan.nama });
    const by = await requireTwo(persons, await this.#confirm(opened));
    await store.takeovers.begin({
      ...{ stationId: center.station.id, label: center.station.label, kecamatan: center.kecamatan.kode },
      ...{ centerUrl: station.centerUrl, voucher: center.voucher, accounts: station.accounts },
      ...{ by, now: now() },
    });
    const { report, last } = await this.#bringIn(mirror, opened);
    await store.takeovers.ended(center.station.id, report, last, now());
    log.info('takeover.ended', { ...report, last });
    this.#deps.taken();
    this.#activateInTime();
    return report;
  }

  /** Who is known here by name is asked by what is known here: it is newer, and wrong passwords count. */
  async #confirm({ station }: OpenedKit): Promise<Confirm> {
    const { store, confirm } = this.#deps;
    return (await store.accounts.count()) > 0 ? confirm : this.#kitAccounts.confirmBy(station.accounts);
  }

  async #bringIn(
    { folder, packets, halves }: DeadMirror,
    { center }: OpenedKit,
  ): Promise<{ report: TakeoverReport; last: number }> {
    const { store, now } = this.#deps;
    const dead: DeadStation = {
      stationId: center.station.id,
      key: center.station.key,
      identity: center.recovery.identity,
    };
    const counts = { taken: 0, known: 0, rowless: 0, damaged: 0, foreign: 0 };
    let last = 0;
    const inOrder = await this.#inOrder(folder, packets);
    for (const [done, { packetId, sequence, stationId }] of inOrder.entries()) {
      if (this.#abort.signal.aborted) throw new RekamError('takeover.diskGone');
      this.#report(done, inOrder.length);
      const entry = await readEntry(folder, packetId);
      const sealed = entry === null ? null : await readBytes(folder, packetId);
      if (entry === null || sealed === null) await requireThere(folder);
      const result =
        entry === null ? 'foreign' : await store.copies.adopt(entry, sealed ?? new Uint8Array(), dead, now());
      if (result === 'restored' || result === 'rowless') counts.taken += 1;
      if (result === 'rowless') counts.rowless += 1;
      if (result === 'known') counts.known += 1;
      if (result === 'damaged' || result === 'conflict') counts.damaged += 1;
      if (result === 'foreign') counts.foreign += 1;
      // Its number was given, whatever became of its bytes.
      else if (stationId === dead.stationId) last = Math.max(last, sequence);
    }
    return { report: { found: packets.length, ...counts, halves }, last };
  }

  /** By their numbers, so that they go out oldest first. What an entry says is checked when it is taken in. */
  async #inOrder(folder: string, packets: readonly PacketId[]): Promise<Listed[]> {
    const listed: Listed[] = [];
    for (const packetId of packets) listed.push(claimOf(packetId, await readEntry(folder, packetId)));
    return listed.sort((a, b) => a.sequence - b.sequence);
  }

  #report(done: number, total: number): void {
    this.#progress = { done, total };
    const at = performance.now();
    if (done > 0 && at - this.#reportedAt < SHORTEST_REPORT_MS) return;
    this.#reportedAt = at;
    void this.#tell();
  }

  async #tell(): Promise<void> {
    try {
      this.#deps.changed(await this.state());
    } catch (error) {
      this.#deps.log.warn('takeover.state', { reason: error instanceof Error ? error.message : 'unknown' });
    }
  }

  #activateInTime(): void {
    if (this.#activating !== null || this.#abort.signal.aborted) return;
    this.#activating = this.#activate().finally(() => {
      this.#activating = null;
    });
  }

  /** Until the station stands, the voucher is refused, or there is nothing to activate by. */
  async #activate(): Promise<void> {
    const { store, log, now } = this.#deps;
    for (let wait = FIRST_WAIT_MS; !this.#abort.signal.aborted; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      const [next] = await store.takeovers.untold();
      if (next === undefined || (await this.#deps.record()) !== null) return;
      try {
        await this.#deps.activate(next.centerUrl, next.voucher);
        log.info('takeover.activated', {});
        return await this.#tell();
      } catch (error) {
        const code = error instanceof RekamError ? error.code : 'internal';
        log.warn('takeover.activation', { code });
        if (isFinal(code)) {
          await store.takeovers.refused(next.stationId, code, now());
          return await this.#tell();
        }
      }
      await this.#rest(wait);
    }
  }

  #rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#nudge = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#abort.signal.aborted) this.#nudge();
    });
  }
}

interface Listed {
  readonly packetId: PacketId;
  readonly sequence: number;
  readonly stationId: string;
}

function isFinal(code: string): boolean {
  return code.startsWith('activation.') && code !== 'activation.foreignCenter';
}

/** What an entry says of its manifest, unverified. */
function claimOf(packetId: PacketId, entry: string | null): Listed {
  try {
    const outer = payloadOf(entry ?? '') as { manifest: string };
    const { sequence, stationId } = payloadOf(outer.manifest) as { sequence: unknown; stationId: unknown };
    return { packetId, sequence: Number(sequence) || 0, stationId: String(stationId) };
  } catch {
    return { packetId, sequence: 0, stationId: '' };
  }
}

function payloadOf(jws: string): unknown {
  return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'));
}
