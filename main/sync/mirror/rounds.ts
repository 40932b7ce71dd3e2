import type { PacketId } from '../../../app/ids.ts';
import type { Policy } from '../../../app/sync/protocol.ts';
import type { Remote, StoreApi } from '../../store/api.ts';
import type { CopyApi, EntryItem, MirrorItem } from '../../store/mirror-api.ts';
import { BEFORE_ALL } from '../../store/packets.ts';
import type { SyncLog } from '../log.ts';
import { readSealed } from '../sealed.ts';
import type { MirrorTarget } from './target.ts';

/** What one look at the mirror works with. */
export interface Work {
  readonly store: Remote<Pick<StoreApi, 'station' | 'outbox' | 'mirror' | 'recovery'> & CopyApi>;
  readonly target: MirrorTarget;
  readonly recovery: Policy['recovery'];
  readonly now: () => number;
  readonly log: SyncLog;
  readonly signal: AbortSignal;
  /** One more copy was read back; so many are still without. */
  readonly copied: (behind: number) => void;
  /** Something was recorded meanwhile: what takes long lets it go first. */
  readonly isAwaited: () => boolean;
}

const PAGE = 50;

/** Copies what has none, oldest first. */
export async function copyDue(work: Work): Promise<void> {
  const { store, target, signal, now } = work;
  for (let after = BEFORE_ALL; ; ) {
    const page = await store.mirror.due(after, PAGE);
    for (const item of page) {
      if (signal.aborted) return;
      after = item.place;
      const entry = await store.copies.entry(item.packetId, work.recovery);
      if (entry === null || !(await target.put(item, entry, () => readSealed(store, item), signal))) continue;
      await store.mirror.done(item.packetId, now());
      work.copied(await store.mirror.behind());
    }
    if (page.length < PAGE) return;
  }
}

/** A copy goes when the bytes here went, and by nothing else: receipt, final outcome, retention. */
export async function removeLeftovers({ store, target, signal }: Work): Promise<void> {
  for (;;) {
    const page = await store.mirror.leftover(PAGE);
    for (const packetId of page) {
      if (signal.aborted) return;
      await target.remove(packetId);
      await store.mirror.removed(packetId);
    }
    if (page.length < PAGE) return;
  }
}

/** After it was away: what it no longer lists is copied again. */
export async function forgetMissing({ store, target }: Work): Promise<void> {
  const there = new Set<PacketId>(await target.packets());
  await eachCopied(store, async (page) => {
    const missing = page.filter(({ packetId }) => !there.has(packetId));
    await store.mirror.forget(missing.map(({ packetId }) => packetId));
    return true;
  });
}

/**
 * Once a day every copy is read back: a medium spoils what lies on it.
 * @returns false when it did not come to the end
 */
export async function readAllBack(work: Work): Promise<boolean> {
  const { store, target, signal, log } = work;
  let spoiled = 0;
  const isDone = await eachCopied(store, async (page) => {
    for (const item of page) {
      if (signal.aborted || work.isAwaited()) return false;
      if (await target.isWhole(item, item.manifest, signal)) continue;
      if (signal.aborted) return false;
      spoiled += 1;
      await store.mirror.forget([item.packetId]);
    }
    return true;
  });
  if (spoiled > 0) log.warn('mirror.spoiled', { spoiled });
  return isDone;
}

async function eachCopied(
  store: Work['store'],
  act: (page: readonly MirrorItem[]) => Promise<boolean>,
): Promise<boolean> {
  for (let after = BEFORE_ALL; ; ) {
    const page = await store.mirror.copied(after, PAGE);
    if (!(await act(page))) return false;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return true;
    after = last.place;
  }
}

/**
 * Packets of this station that the mirror holds and the database does not: it was built anew, or an older one was put
 * in its place. They go back into the outbox; the center answers with the receipts that it has.
 * @returns how many
 */
export async function bringBack(work: Work): Promise<number> {
  const { store, target, signal, now, log } = work;
  const unknown = await store.mirror.unknown(await target.packets());
  let restored = 0;
  let rowless = 0;
  let left = 0;
  for (const packetId of unknown) {
    if (signal.aborted) break;
    const copy = await target.read(packetId);
    if (copy === null) continue;
    const item = await store.copies.read(copy.entry);
    // Its file may be named for one packet and speak of another.
    if (item?.packetId !== packetId) {
      left += 1;
      continue;
    }
    if ((await store.recovery.report()) === null) await beginBehind(work);
    const sealed = await copy.sealed();
    const result = sealed === null ? 'damaged' : await store.copies.restore(copy.entry, sealed, now());
    if (result === 'restored') restored += 1;
    else if (result === 'rowless') rowless += 1;
    else if (result === 'damaged' || result === 'conflict') left += 1;
  }
  if (unknown.length > 0) {
    await store.recovery.note({ fromMirror: restored + rowless, rowless, left });
    log.warn('mirror.broughtBack', { restored, rowless, left });
  }
  return restored + rowless;
}

async function beginBehind({ store, now }: Work): Promise<void> {
  const nothing = { record: null, mirror: null, last: null, setAside: null };
  await store.recovery.begin({ ...nothing, why: 'behind', now: now() });
}

/** Before anything is recorded in a database that was built anew: numbers go on above those that the mirror shows. */
export async function raiseAbove(
  store: Work['store'],
  target: MirrorTarget,
  hash: (manifest: string) => EntryItem['sha256'],
): Promise<void> {
  let highest: EntryItem | null = null;
  for (const packetId of await target.packets()) {
    const copy = await target.read(packetId);
    const item = copy === null ? null : await store.copies.read(copy.entry);
    if (item !== null && !item.isForeign && item.sequence > (highest?.sequence ?? 0)) highest = item;
  }
  if (highest !== null)
    await store.recovery.raise({ sequence: highest.sequence, manifestSha256: hash(highest.manifest) });
}
