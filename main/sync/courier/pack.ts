import type { KeyObject } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RekamError } from '../../../app/errors.ts';
import type { PacketId, StationId } from '../../../app/ids.ts';
import type { CourierProgress, PackSummary } from '../../../app/ipc/courier.ts';
import {
  PACK_FILE,
  packetFileName,
  packetOfFile,
  packFolderName,
  type CourierPack,
} from '../../../app/sync/courier.ts';
import { JWS_TYPES } from '../../../app/sync/protocol.ts';
import { sha256, signJws } from '../../security/sign.ts';
import type { OutboxItem, Remote, StoreApi } from '../../store/api.ts';
import { BEFORE_ALL } from '../../store/packets.ts';
import { syncFolder, writeWhole } from '../../whole-file.ts';
import { readSealed } from '../sealed.ts';
import { diskTrouble, readBack, removeHalves, roomOn, sizeOf } from './disk.ts';

export interface PackDeps {
  readonly store: Remote<Pick<StoreApi, 'outbox'>>;
  readonly stationId: StationId;
  readonly stationKey: KeyObject;
  readonly now: () => number;
}

interface PackRun {
  readonly signal: AbortSignal;
  readonly report: (progress: CourierProgress) => void;
}

const PAGE = 500;
/** The list takes about this much for each packet. */
const LISTED_BYTES = 2_500;

/**
 * Puts every waiting packet on a disk, in the station's own folder there, and leaves it as a pack only when each was
 * read back. The list is written last: a pack that has one is whole. What is there already, whole, is not written again;
 * what the disk held from an earlier pack and waits no more, goes. Nothing changes at the station: the link may bring
 * the same packets meanwhile.
 * @param chosen a folder, or the station's own folder of an earlier time
 * @throws RekamError `courier.nothing`, `.noRoom`, `.diskFull`, `.diskGone`, `.damaged`
 */
export async function writePack(deps: PackDeps, chosen: string, run: PackRun): Promise<PackSummary> {
  const waiting = await everythingWaiting(deps);
  if (waiting.length === 0) throw new RekamError('courier.nothing');
  const own = packFolderName(deps.stationId);
  const folder = basename(chosen) === own ? chosen : join(chosen, own);
  try {
    return await new Packing(deps, folder, waiting, run).run();
  } catch (error) {
    throw diskTrouble(error);
  }
}

async function everythingWaiting({ store }: PackDeps): Promise<OutboxItem[]> {
  const all: OutboxItem[] = [];
  for (;;) {
    const page = await store.outbox.waiting(all.at(-1)?.place ?? BEFORE_ALL, PAGE);
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

class Packing {
  readonly #deps: PackDeps;
  readonly #folder: string;
  readonly #waiting: readonly OutboxItem[];
  readonly #run: PackRun;
  /** On the disk, in the order of the list. */
  readonly #there: OutboxItem[] = [];
  #copied = 0;
  #kept = 0;
  #unreadable = 0;

  constructor(deps: PackDeps, folder: string, waiting: readonly OutboxItem[], run: PackRun) {
    this.#deps = deps;
    this.#folder = folder;
    this.#waiting = waiting;
    this.#run = run;
  }

  async run(): Promise<PackSummary> {
    await mkdir(this.#folder, { recursive: true });
    await removeHalves(this.#folder);
    await this.#requireRoom();
    const written = await this.#copyAll();
    if (this.#run.signal.aborted || !(await this.#verify(written))) return this.#summary('cancelled');
    if (this.#there.length === 0) throw new RekamError('courier.nothing');
    await this.#writeList();
    await this.#removeUnlisted();
    return this.#summary('done');
  }

  /** Before the first byte: a disk that fills up half-way has cost its owner the time. */
  async #requireRoom(): Promise<void> {
    const { bytes, block } = await roomOn(this.#folder);
    let left = bytes;
    let fits = 0;
    for (const item of this.#waiting) {
      const size = await sizeOf(this.#fileOf(item.packetId));
      const gains = size === null ? 0 : Math.ceil(size / block) * block;
      left += gains - Math.ceil(item.size / block) * block - LISTED_BYTES;
      // A block for what the file system itself writes down.
      if (left < block) throw new RekamError('courier.noRoom', { fits, packets: this.#waiting.length });
      fits += 1;
    }
  }

  async #copyAll(): Promise<OutboxItem[]> {
    const { signal } = this.#run;
    const written: OutboxItem[] = [];
    const total = this.#waiting.reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    for (const [index, item] of this.#waiting.entries()) {
      this.#report('copy', index, this.#waiting.length, done, total);
      if (signal.aborted) return written;
      if (await this.#isWhole(item)) {
        this.#kept += 1;
        this.#there.push(item);
      } else if (await this.#copy(item)) {
        this.#copied += 1;
        this.#there.push(item);
        written.push(item);
      }
      done += item.size;
    }
    await syncFolder(this.#folder);
    return written;
  }

  async #isWhole(item: OutboxItem): Promise<boolean> {
    const file = this.#fileOf(item.packetId);
    const size = await sizeOf(file);
    if (size === null) return false;
    if (size === item.size && (await readBack(file, this.#run.signal)) === item.sha256) return true;
    // Cancelled in the middle of reading proves nothing against it. A spoiled one must not take the room of a good one.
    if (!this.#run.signal.aborted) await rm(file, { force: true });
    return false;
  }

  async #copy(item: OutboxItem): Promise<boolean> {
    if (this.#run.signal.aborted) return false;
    const { store } = this.#deps;
    const sealed = await readSealed(store, item);
    if (sealed !== null) {
      await writeWhole(this.#fileOf(item.packetId), sealed);
      return true;
    }
    // The link may have brought it meanwhile, and its bytes may be gone by retention: nothing is wrong then.
    const state = (await store.outbox.subject(item.packetId, ''))?.state;
    if (state === 'recorded' || state === 'sending') this.#unreadable += 1;
    return false;
  }

  /** @returns false when it was cancelled */
  async #verify(written: readonly OutboxItem[]): Promise<boolean> {
    const total = written.reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    for (const [index, item] of written.entries()) {
      this.#report('verify', index, written.length, done, total);
      await this.#requireSame(this.#fileOf(item.packetId), item.sha256);
      if (this.#run.signal.aborted) return false;
      done += item.size;
    }
    return true;
  }

  async #requireSame(file: string, expected: string): Promise<void> {
    const found = await readBack(file, this.#run.signal);
    if (found === null || found === expected) return;
    await rm(file, { force: true });
    throw new RekamError('courier.damaged');
  }

  async #writeList(): Promise<void> {
    const { stationId, stationKey, now } = this.#deps;
    const pack: CourierPack = {
      v: 1,
      stationId,
      madeAt: new Date(now()).toISOString(),
      packets: this.#there.map(({ packetId, sequence, sha256: hash, size, manifest }) => ({
        ...{ packetId, sequence, sha256: hash, size, manifest },
        file: packetFileName(packetId),
      })),
    };
    const jws = signJws(JWS_TYPES.courier, stationId, pack, stationKey);
    const file = join(this.#folder, PACK_FILE);
    await writeWhole(file, Buffer.from(jws, 'ascii'));
    await this.#requireSame(file, sha256(jws));
  }

  async #removeUnlisted(): Promise<void> {
    const listed = new Set(this.#there.map(({ packetId }) => packetId));
    for (const name of await readdir(this.#folder)) {
      const packetId = packetOfFile(name);
      if (packetId !== null && !listed.has(packetId)) await rm(join(this.#folder, name), { force: true });
    }
    await syncFolder(this.#folder);
  }

  #summary(ended: PackSummary['ended']): PackSummary {
    const isPack = ended === 'done';
    return {
      ended,
      folder: this.#folder,
      packets: isPack ? this.#there.length : 0,
      bytes: isPack ? this.#there.reduce((sum, { size }) => sum + size, 0) : 0,
      copied: this.#copied,
      kept: this.#kept,
      unreadable: this.#unreadable,
    };
  }

  #report(
    phase: CourierProgress['phase'],
    packets: number,
    ofPackets: number,
    bytes: number,
    ofBytes: number,
  ): void {
    this.#run.report({
      phase,
      packets: { done: packets, total: ofPackets },
      bytes: { done: bytes, total: ofBytes },
    });
  }

  #fileOf(packetId: PacketId): string {
    return join(this.#folder, packetFileName(packetId));
  }
}
