import type { KeyObject } from 'node:crypto';
import { MIRROR_UNSEEN, NO_MIRROR, type MirrorStatus } from '../../../app/ipc/mirror.ts';
import type { AccountId } from '../../../app/ids.ts';
import { mirrorPlaceSchema, type MirrorPlace } from '../../../app/sync/mirror.ts';
import type { Policy } from '../../../app/sync/protocol.ts';
import { RekamError } from '../../../app/errors.ts';
import type { Remote, StationRecord, StoreApi } from '../../store/api.ts';
import { sha256 } from '../../security/sign.ts';
import type { CopyApi } from '../../store/mirror-api.ts';
import type { SyncLog } from '../log.ts';
import { writeCard } from './card.ts';
import { claimFolder, FolderMirror } from './folder.ts';
import { KitFile } from './kit-file.ts';
import {
  bringBack,
  copyDue,
  forgetMissing,
  raiseAbove,
  readAllBack,
  removeLeftovers,
  type Work,
} from './rounds.ts';
import { MirrorError, type MirrorTarget } from './target.ts';

export interface MirrorDeps {
  readonly store: Remote<Pick<StoreApi, 'station' | 'accounts' | 'outbox' | 'mirror' | 'recovery'> & CopyApi>;
  /** Null until the station is activated. */
  readonly record: () => Promise<StationRecord | null>;
  readonly stationKey: KeyObject;
  readonly dataDir: string;
  readonly now: () => number;
  readonly changed: () => void;
  /** Packets came back from it: there is something to send. */
  readonly restored: () => void;
  readonly log: SyncLog;
  /** Another kind of target, for tests of this class alone. */
  readonly target?: (place: MirrorPlace, record: StationRecord) => MirrorTarget;
}

/** A disk that is pulled out or plugged in is noticed within this. */
const LOOK_MS = 5_000;
const DAY_MS = 24 * 60 * 60_000;

type Health = Pick<MirrorStatus, 'state' | 'behind' | 'folder' | 'sameDisk' | 'recoverable'> & {
  readonly since: number | null;
  readonly copiedAt: number | null;
};

const NOWHERE: Health = { ...NO_MIRROR, since: null, copiedAt: null };

/** Owner of the second copy: where it is, how it does, and the one loop that keeps it complete. */
export class Mirror {
  readonly #deps: MirrorDeps;
  readonly #abort = new AbortController();
  /** Ends the look that is under way, when another folder was chosen. */
  #look = new AbortController();
  #health: Health = { ...MIRROR_UNSEEN, since: null, copiedAt: null };
  /** The mirror whose listing was compared since it was last away. */
  #attached: string | null = null;
  #cardText = '';
  readonly #kit: KitFile;
  #loop: Promise<void> = Promise.resolve();
  #turn: Promise<unknown> = Promise.resolve();
  #nudge: () => void = () => undefined;
  #again = false;
  #hasLooked = false;

  constructor(deps: MirrorDeps) {
    this.#deps = deps;
    this.#kit = new KitFile(deps);
  }

  /** False until it was looked at for the first time: the status says nothing of it yet. */
  get hasLooked(): boolean {
    return this.#hasLooked;
  }

  status(): MirrorStatus {
    const instant = (at: number | null) => (at === null ? null : new Date(at).toISOString());
    const { since, copiedAt, ...health } = this.#health;
    return { ...health, since: instant(since), copiedAt: instant(copiedAt) };
  }

  /** In a database that was built anew, before anything is recorded; a mirror that is not there cannot tell. */
  async raiseAbove(): Promise<void> {
    const record = await this.#deps.record();
    const place = await this.#storedPlace();
    if (record === null || place === null) return;
    const target = this.#targetAt(place, record);
    try {
      await target.attach();
      await raiseAbove(this.#deps.store, target, sha256);
    } catch (error) {
      if (!(error instanceof MirrorError)) throw error;
    }
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#look.abort();
    this.#nudge();
    await this.#loop;
  }

  /** Something was recorded. */
  wake(): void {
    this.#again = true;
    this.#nudge();
  }

  /**
   * Another folder from now on; what it holds already is read back and not written again.
   * @throws RekamError `mirror.inside`, `mirror.unwritable`, `center.unreachable` before activation
   */
  async choose(folder: string, by: AccountId): Promise<MirrorStatus> {
    const { store, dataDir, now, log } = this.#deps;
    const record = await this.#deps.record();
    if (record === null) throw new RekamError('center.unreachable');
    const place = await claimFolder(folder, record.activation.stationId, dataDir);
    // What the look under way still copies goes to the former folder, and must not count for this one.
    this.#look.abort();
    return this.#inTurn(async () => {
      await store.station.setByHand('mirror', JSON.stringify(place), by, now());
      await store.mirror.forget('all');
      this.#attached = null;
      const behind = await store.mirror.behind();
      this.#set({ ...NOWHERE, state: 'behind', folder: place.folder, behind });
      log.info('mirror.chosen', { behind });
      this.wake();
      return this.status();
    });
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      this.#again = false;
      try {
        await this.#inTurn(() => this.#round());
      } catch (error) {
        // The store ended, or a defect: the loop goes on, the copies are still due.
        this.#deps.log.error('mirror.failed', { reason: error instanceof Error ? error.message : 'unknown' });
      }
      if (!this.#hasLooked) {
        this.#hasLooked = true;
        this.#deps.changed();
      }
      if (!this.#again) await this.#rest();
    }
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(task);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #round(): Promise<void> {
    const { store } = this.#deps;
    if (this.#abort.signal.aborted) return;
    this.#look = new AbortController();
    const record = await this.#deps.record();
    if (record === null) return this.#set(NOWHERE);
    const place = await this.#storedPlace();
    await this.#writeCard(record, place);
    await this.#kit.writeAtHome(record);
    if (place === null) return this.#set(NOWHERE);
    this.#set({ folder: place.folder });
    const target = this.#targetAt(place, record);
    try {
      const { sameDisk } = await target.attach();
      this.#set({ sameDisk });
      await this.#kit.writeTo(target, place.id, record);
      await this.#serve(target, place, record);
    } catch (error) {
      if (!(error instanceof MirrorError)) throw error;
      await this.#trouble(error, await store.mirror.behind());
    }
  }

  async #serve(target: MirrorTarget, place: MirrorPlace, record: StationRecord): Promise<void> {
    const { store, now, log } = this.#deps;
    const work: Work = {
      ...{ store, target, now, log, signal: this.#look.signal },
      recovery: await this.#recoveryKey(record),
      copied: (behind) => this.#count(behind, { copiedAt: now() }),
      isAwaited: () => this.#again,
    };
    if (this.#attached !== place.id) {
      // Until both sides were compared nobody knows that all is well.
      if (!this.#isStuck()) this.#set({ state: 'behind', since: null });
      if ((await bringBack(work)) > 0) this.#deps.restored();
      await forgetMissing(work);
      this.#attached = place.id;
    }
    const due = await store.mirror.behind();
    const recoverable = work.recovery !== null;
    if (due > 0 && this.#isStuck()) this.#set({ behind: due, recoverable });
    else this.#count(due, { recoverable });
    await copyDue(work);
    await removeLeftovers(work);
    const checked = Number((await store.station.setting('mirrorCheckedAt')) ?? 0);
    // A clock that was put back must not put the check off for years.
    const isDue = Math.abs(now() - checked) >= DAY_MS;
    if (isDue && (await readAllBack(work))) {
      await store.station.set('mirrorCheckedAt', String(now()));
      await copyDue(work);
    }
    // What was recorded meanwhile: the next look may be after a power cut.
    await this.#writeCard(record, place);
    if (!work.signal.aborted) this.#count(await store.mirror.behind());
  }

  /** A disk that was full is so until a copy has fitted. */
  #isStuck(): boolean {
    return this.#health.state === 'full' || this.#health.state === 'failing';
  }

  #count(behind: number, also: Partial<Health> = {}): void {
    this.#set({ state: behind === 0 ? 'ok' : 'behind', behind, since: null, ...also });
  }

  #targetAt(place: MirrorPlace, record: StationRecord): MirrorTarget {
    const { target, dataDir } = this.#deps;
    return target?.(place, record) ?? new FolderMirror(place, record.activation.stationId, dataDir);
  }

  async #trouble(error: MirrorError, behind: number): Promise<void> {
    const { trouble } = error;
    // Whatever is there when it comes back is compared anew.
    if (trouble === 'lost') {
      this.#attached = null;
      this.#kit.forget();
    }
    const isNews = this.#health.state !== trouble;
    this.#set({ state: trouble, behind, since: isNews ? this.#deps.now() : this.#health.since });
    if (!isNews) return;
    const code = error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : '';
    this.#deps.log.warn('mirror.trouble', { trouble, behind, code });
  }

  async #storedPlace(): Promise<MirrorPlace | null> {
    const stored = await this.#deps.store.station.setting('mirror');
    return stored === null ? null : mirrorPlaceSchema.parse(JSON.parse(stored));
  }

  /** The key that entries are sealed to; where it changed, all of them are due again. */
  async #recoveryKey(record: StationRecord): Promise<Policy['recovery']> {
    const { store } = this.#deps;
    const policy = (await store.station.policy())?.center ?? record.activation.policy;
    const keyId = policy.recovery?.keyId ?? '';
    if (keyId !== ((await store.station.setting('mirrorKey')) ?? '')) {
      await store.mirror.forget('all');
      await store.station.set('mirrorKey', keyId);
    }
    return policy.recovery;
  }

  async #writeCard({ activation, centerUrl, caPem }: StationRecord, mirror: MirrorPlace | null) {
    const { store, dataDir, stationKey, log } = this.#deps;
    const last = await store.mirror.last();
    const text = JSON.stringify([activation.stationId, centerUrl, mirror, last]);
    if (text === this.#cardText) return;
    try {
      await writeCard(dataDir, stationKey, { v: 1, activation, centerUrl, caPem, mirror, last });
      this.#cardText = text;
    } catch (error) {
      // A full disk here is told elsewhere, and the second copy goes on.
      log.warn('mirror.card', { reason: error instanceof Error ? error.message : 'unknown' });
    }
  }

  #set(next: Partial<Health>): void {
    const before = JSON.stringify(this.#health);
    this.#health = { ...this.#health, ...next };
    if (JSON.stringify(this.#health) !== before) this.#deps.changed();
  }

  #rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_MS);
      this.#nudge = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#again || this.#abort.signal.aborted) this.#nudge();
    });
  }
}
