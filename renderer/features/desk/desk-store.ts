import { useSyncExternalStore } from 'react';
import type { AcceptedWarning } from '../../../app/enrollment/enrollment.ts';
import type { ErrorShape } from '../../../app/errors.ts';
import type { Draft } from '../../../app/desk/draft.ts';
import type { PacketId } from '../../../app/ids.ts';
import type { Response } from '../../../app/ipc/contract.ts';
import type { IpcResult } from '../../../app/ipc/result.ts';
import { announce } from '../../components/announcer.tsx';
import { chooseCopy, type Resumed } from '../../drafts/resume.ts';
import type { Vault } from '../../drafts/vault.ts';
import { openWork, type Work } from '../../drafts/work.ts';
import { words } from '../../i18n/words.ts';
import { queries } from '../../query.ts';
import { answer, station } from '../../station.ts';
import { checkIn, type Checked } from './check-in.ts';
import { settleCopies, takeBack } from './copies.ts';
import { withReason } from './corrections.ts';
import { stopFace } from './face/face.ts';
import { placeNow, setPlace } from './place.ts';
import { forgetUnfinished, sealUnfinished } from './unfinished.ts';

/** What to tell about how a draft was opened. */
export type Opening = 'new' | 'restored' | 'damaged' | 'reloaded';

/** What main says beside a draft: record will refuse a resident who was recorded meanwhile. */
export type Beside = Pick<Response<'drafts.load'>, 'recorded' | 'setAside'>;

export type DeskView =
  | { readonly kind: 'idle' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'arrival'; readonly checked: Checked }
  /** What came back; the first one without a packet. */
  | {
      readonly kind: 'tasks';
      readonly packetId: PacketId | null;
      /** Whose task was closed just now. */
      readonly closed: string | null;
    }
  | { readonly kind: 'working'; readonly work: Work; readonly opening: Opening; readonly beside: Beside }
  | { readonly kind: 'recorded'; readonly recorded: Response<'intake.record'> };

export interface DeskState {
  readonly view: DeskView;
  /** Why the last thing asked for did not happen. */
  readonly error: ErrorShape | null;
  /** A NIK that a scanner typed while another enrollment was open. */
  readonly scanned: string | null;
  readonly recording: boolean;
  /** The number that was picked out of the list; null where it is whose turn it is. */
  readonly chosen: number | null;
  /** What stands in the find box. */
  readonly query: string;
  /** What became of the last number that was asked for. */
  readonly told: Told | null;
  /** Grows with every turn that ended at this desk: the queue goes back to its head. */
  readonly turns: number;
  /** Drafts that the station had lost and has again from the window's copy, until they were opened. */
  readonly back: readonly Draft[];
}

export type Told =
  | { readonly kind: 'number'; readonly number: number; readonly nama: string }
  /** Was there already when a number was asked for. */
  | { readonly kind: 'numbered'; readonly number: number; readonly nama: string }
  | { readonly kind: 'withdrawn'; readonly number: number; readonly nama: string }
  | { readonly kind: 'dropped'; readonly nama: string }
  | { readonly kind: 'refused'; readonly checked: Checked };

// Outside React: the desk keeps its place while another screen, or the login, stands in front of it.
const EMPTY: DeskState = {
  view: { kind: 'idle' },
  error: null,
  scanned: null,
  recording: false,
  chosen: null,
  query: '',
  told: null,
  turns: 0,
  back: [],
};
let state: DeskState = EMPTY;
let vault: Vault | null = null;
let inTraining = false;
const PLAIN: Beside = { recorded: null, setAside: false };
let closing: Promise<unknown> = Promise.resolve();
/** Drafts that a scanner or the camera fills, and the captures under way. */
const filling = new Map<Work, Set<Promise<void>>>();
/** Their session has ended: the window's copy gets what still comes, and nobody opens them any more. */
const ended = new WeakSet<Work>();
const listeners = new Set<() => void>();

function set(next: Partial<DeskState>): void {
  state = { ...state, ...next };
  for (const listener of listeners) listener();
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useDesk<T>(select: (state: DeskState) => T): T {
  return useSyncExternalStore(subscribe, () => select(state));
}
export function deskNow(): DeskState {
  return state;
}

export function refreshQueue(): void {
  void queries.invalidateQueries({ queryKey: ['desk'] });
}

function fail(error: ErrorShape): void {
  set({ view: { kind: 'idle' }, error });
}

/** Grows with every opening and every leaving: an opening that was overtaken, or locked out, ends without a trace. */
let opened = 0;

/** Somebody was chosen, typed or scanned: who can be recorded is served at once, of all others the desk says why not. */
export async function openResident(text: string): Promise<void> {
  if (!(await leave())) return;
  set({ view: { kind: 'opening' }, error: null, scanned: null, query: '', told: null, chosen: null });
  const turn = ++opened;
  const checked = await checkIn(text);
  if (turn !== opened) return;
  if (!checked.ok) return fail(checked.error);
  const { arrival, resident } = checked.value;
  // The center wants it mended: that is what this person has come for.
  if (resident?.task != null) {
    return resident.draft === null ? showTasks(resident.task) : openTask(resident.task);
  }
  // A draft may hold the correction of what the register still says.
  const begun = resident !== null && resident.draft !== null && arrival.kind !== 'recorded';
  if (begun || arrival.kind === 'ready') await serve(resident?.biodata.nik ?? text);
  else set({ view: { kind: 'arrival', checked: checked.value } });
}

/** To the draft that mends it, begun now or before. */
export async function openTask(of: PacketId): Promise<void> {
  const turn = opened;
  const begun = await answer(station.tasks.begin(of));
  refreshQueue();
  if (turn !== opened) return;
  if (begun.ok) await openDraft(begun.value.packetId);
  else set({ view: state.view.kind === 'opening' ? { kind: 'idle' } : state.view, error: begun.error });
}

export function showTasks(packetId: PacketId | null, closed: string | null = null): void {
  opened += 1;
  set({ view: { kind: 'tasks', packetId, closed }, error: null, chosen: null });
}

/**
 * Asks main for a ticket and a draft of this resident, or comes back to the draft that is there.
 * @param accepted a warning that was answered at the pre-check: nobody is asked twice
 * @param isTurn false looks at the biodata alone, of somebody who may not be recorded as the register stands
 */
export async function serve(nik: string, accepted?: AcceptedWarning, isTurn = true): Promise<void> {
  set({ view: { kind: 'opening' }, error: null, chosen: null });
  const turn = ++opened;
  const begun = await answer(station.drafts.begin({ nik, turn: isTurn }));
  refreshQueue();
  if (turn !== opened) return;
  if (!begun.ok) return fail(begun.error);
  await openDraft(begun.value.packetId);
  const { view } = state;
  if (accepted === undefined || view.kind !== 'working') return;
  const { draft } = view.work.state();
  if (draft.packetId !== begun.value.packetId) return;
  const change = withReason(draft, accepted);
  if (change.warnings !== undefined) view.work.update(change);
}

export async function openDraft(packetId: PacketId, opening?: Opening): Promise<void> {
  if (state.view.kind === 'working' && !(await leave())) return;
  const begun = { error: null, scanned: null, query: '', chosen: null };
  const turn = ++opened;
  const open = [...filling.keys()].find(
    (work) => !ended.has(work) && work.state().draft.packetId === packetId,
  );
  if (open !== undefined) return enter(open, opening ?? 'restored', PLAIN, begun);
  set({ view: { kind: 'opening' }, ...begun });
  const loaded = await load(packetId);
  if (turn !== opened) return;
  if (!loaded.ok) {
    if (placeNow().open === packetId) setPlace({ open: null });
    refreshQueue();
    return fail(loaded.error);
  }
  const resumed = chooseCopy(loaded.value, vault === null ? { kind: 'none' } : await vault.load(packetId));
  if (turn !== opened) return;
  const { recorded, setAside } = loaded.value;
  const work = openWork(resumed, vault, (request) => answer(station.drafts.commit(request)));
  const back = state.back.filter((draft) => draft.packetId !== packetId);
  enter(work, opening ?? openingOf(resumed), { recorded, setAside }, { error: null, back });
}

/** From main; what main lost or cannot read it gets from the window's copy first. */
async function load(packetId: PacketId): Promise<IpcResult<Response<'drafts.load'>>> {
  const loaded = await answer(station.drafts.load(packetId));
  if (loaded.ok || vault === null) return loaded;
  const isLost = loaded.error.code === 'draft.unreadable' || loaded.error.code === 'draft.unknown';
  if (!isLost || (await takeBack(vault, packetId)) === null) return loaded;
  return answer(station.drafts.load(packetId));
}

function openingOf(resumed: Resumed): Opening {
  if (resumed.from === 'damaged') return 'damaged';
  return resumed.draft.revision === 0 ? 'new' : 'restored';
}

function enter(work: Work, opening: Opening, beside: Beside, next: Partial<DeskState>): void {
  setPlace({ open: work.state().draft.packetId });
  set({ ...next, view: { kind: 'working', work, opening, beside } });
}

/** Whether this is the draft in front of the operator. */
export function isOpen(work: Work): boolean {
  return state.view.kind === 'working' && state.view.work === work;
}

function shut(work: Work): void {
  work.close();
  filling.delete(work);
}

/**
 * A capture for this draft, however long it takes. One that is left meanwhile stays open behind the queue, so that what
 * comes is put into it all the same, and is then committed and closed.
 */
export async function fill(work: Work, capture: () => Promise<void>): Promise<void> {
  const captures = filling.get(work) ?? new Set();
  filling.set(work, captures);
  const running = capture();
  captures.add(running);
  try {
    await running;
  } finally {
    captures.delete(running);
    if (!ended.has(work)) await filled(work);
  }
}

async function filled(work: Work): Promise<void> {
  if (filling.has(work) && !isOpen(work)) {
    const result = await work.commit();
    if (!result.ok && filling.has(work)) set({ error: result.error });
    refreshQueue();
  }
  if ((filling.get(work)?.size ?? 0) > 0) return;
  if (isOpen(work)) filling.delete(work);
  // Else saved nowhere: it waits there for its person, who then sees why.
  else if (work.state().saved) shut(work);
}

/** Commits the open draft. A newer one at main is taken over instead, and said. */
export async function commitWork(work: Work): Promise<boolean> {
  const result = await work.commit();
  if (result.ok) return true;
  if (result.error.code === 'draft.stale' && isOpen(work)) {
    shut(work);
    set({ view: { kind: 'idle' } });
    await openDraft(work.state().draft.packetId, 'reloaded');
  }
  return false;
}

/** Back to the queue; the draft stays. Only where neither window nor station could save it does the desk stay too. */
export async function leave(): Promise<boolean> {
  if (state.recording) return false;
  const { view } = state;
  opened += 1;
  if (view.kind !== 'working') {
    set({ view: { kind: 'idle' }, error: null, chosen: null });
    return true;
  }
  const result = await view.work.commit();
  // Left twice: the first has done it, and something else may be open already.
  if (!isOpen(view.work)) return state.view.kind !== 'working';
  if (!result.ok && !view.work.state().saved) return false;
  if (!filling.has(view.work)) view.work.close();
  setPlace({ open: null });
  set({ view: { kind: 'idle' }, error: result.ok ? null : result.error, scanned: null, chosen: null });
  refreshQueue();
  return true;
}

/** Records the open draft. The screen says stored only when main has answered that it is (G1). */
export async function record(work: Work): Promise<void> {
  if (state.recording) return;
  const turn = opened;
  set({ recording: true, error: null });
  try {
    const { packetId } = work.state().draft;
    if (!(await commitWork(work))) return;
    const result = await answer(station.intake.record({ packetId, revision: work.state().draft.revision }));
    if (!result.ok) return set(turn === opened ? { error: result.error } : {});
    shut(work);
    forgetUnfinished(packetId);
    // The packet exists: a copy that cannot be dropped now goes at the next login.
    await vault?.drop(packetId).catch(() => undefined);
    // The session ended meanwhile: whoever logs in next must not meet this resident.
    if (turn !== opened) return;
    setPlace({ open: null });
    set({ view: { kind: 'recorded', recorded: result.value } });
    turnEnded();
    announce(
      words().t(inTraining ? 'training/recordedAnnounce' : 'recorded/announce', { nama: result.value.nama }),
    );
    refreshQueue();
    void queries.invalidateQueries({ queryKey: ['outbox'] });
  } finally {
    set({ recording: false });
  }
}

export async function dropDraft(work: Work, reason: string): Promise<ErrorShape | null> {
  const { packetId, biodata } = work.state().draft;
  const result = await answer(station.drafts.drop({ packetId, reason }));
  if (!result.ok) return result.error;
  shut(work);
  forgetUnfinished(packetId);
  await vault?.drop(packetId).catch(() => undefined);
  refreshQueue();
  if (!isOpen(work)) return null;
  setPlace({ open: null });
  const nama = String(biodata['nama'] ?? '');
  set({ view: { kind: 'idle' }, error: null, told: { kind: 'dropped', nama } });
  announce(words().t('desk/dropped', { nama }));
  return null;
}

export function scanWhileWorking(nik: string): void {
  set({ scanned: nik, query: nik });
}

/** Somebody in the list: stands in the work area, unless a resident is being served there. */
export async function chooseTicket(number: number | null): Promise<void> {
  const { kind } = state.view;
  if (kind !== 'idle' && kind !== 'working' && !(await leave())) return;
  set({ chosen: number });
}

export function setQuery(query: string): void {
  set({ query });
}

export function tell(told: Told | null): void {
  set({ told });
}

/** Somebody was served or put off. Only what this desk did moves the list, never news of another. */
export function turnEnded(): void {
  set({ turns: state.turns + 1 });
}

/** Something at the queue failed: said where the desk says everything else. */
export function tellError(error: ErrorShape): void {
  set({ error });
}

/** After login or a switch: the vault of this side, its copies that main lacks, and the place this person left. */
export async function enterDesk(side: Vault | null, training: boolean): Promise<void> {
  await closing;
  vault = side;
  inTraining = training;
  await offerCopies();
  const { open } = placeNow();
  if (open !== null) await openDraft(open);
}

/** After a login, and when residents have come that main did not know before. */
export async function offerCopies(): Promise<void> {
  const side = vault;
  if (side === null) return;
  // Only ever the vault that was opened for this session: another side's drafts are none of its business.
  const back = await settleCopies(side, () => vault === side);
  if (back.length === 0 || vault !== side) return;
  set({ back: [...state.back, ...back] });
  refreshQueue();
}

/** What is open goes to main while there still is a session. */
export async function settleDesk(): Promise<void> {
  if (state.view.kind === 'working') await state.view.work.commit();
}

/** A finger that lies on the glass at this moment is not asked for again: what comes of it is saved in the window. */
async function endWork(work: Work): Promise<void> {
  ended.add(work);
  await Promise.allSettled([...(filling.get(work) ?? [])]);
  await work.settle();
  shut(work);
}

/**
 * The session ended or changes its side: nothing of a resident stays readable in memory, only the place. The last
 * capture and the last save run to their end first.
 * @param next the place to come back to, where it is not the present one
 */
export function exitDesk(next: PacketId | null = placeNow().open): void {
  stopFace();
  setPlace({ open: next });
  opened += 1;
  const ending = vault;
  const works = new Set(filling.keys());
  if (state.view.kind === 'working') works.add(state.view.work);
  // At once, while the key is known; the next login waits for it as for the last save.
  const sealing = sealUnfinished();
  closing = Promise.all([sealing, ...[...works].map(endWork)]).then(() => ending?.close());
  vault = null;
  set(EMPTY);
}
