import { useSyncExternalStore } from 'react';
import type { ErrorShape } from '../app/errors.ts';
import type { Response } from '../app/ipc/contract.ts';
import type { OutboxFilter } from '../app/ipc/outbox.ts';
import type { StationInfo } from '../app/ipc/status.ts';
import type { Vault } from './drafts/vault.ts';
import type * as DeskSide from './features/desk/side.ts';
import { changeLanguage, loadEnglish, type Language } from './i18n/index.ts';
import { queries } from './query.ts';
import { answer, station, whenLoginRequired } from './station.ts';

let loaded: typeof DeskSide | null = null;
/** The desk's side of a session, there for whoever is logged in. */
function desk(): typeof DeskSide {
  if (loaded === null) throw new Error('nobody has logged in yet');
  return loaded;
}
/** Once the login stands there it is loaded ahead, so that nobody waits for it. */
export async function loadDesk(): Promise<typeof DeskSide> {
  const [side] = await Promise.all([import('./features/desk/side.ts'), loadEnglish()]);
  return (loaded = side);
}

export type Session = Response<'session.login'>;
/** Who is logged in, without the key: that goes to the vault and nowhere else. */
export type Person = Omit<Session, 'draftKey'>;
export type Screen =
  | 'desk'
  | 'outbox'
  | 'supervisor'
  | 'checkup'
  | 'takeover'
  | 'accounts'
  | 'audit'
  | 'progress'
  | 'day'
  | 'schedule'
  | 'outages'
  | 'review'
  | 'settings'
  | 'password'
  | 'help';
/** Pages of the supervisor's, the tab's own and those behind it. */
export const LEADERS: readonly Screen[] = [
  'supervisor',
  'checkup',
  'takeover',
  'accounts',
  'audit',
  'progress',
  'day',
  'schedule',
  'outages',
  'review',
  'settings',
];

export interface AppState {
  readonly info: StationInfo | null;
  /** The login stands before the station has told anything: there was one at the last start. */
  readonly loginAhead: boolean;
  /** Why the station could not even tell about itself. */
  readonly failed: ErrorShape | null;
  readonly person: Person | null;
  readonly screen: Screen;
  readonly outboxFilter: OutboxFilter;
  readonly ended: 'idle' | 'logout' | null;
  readonly vaultFailed: boolean;
  /** Where training is being prepared or taken down; null otherwise. */
  readonly switching: 'training' | 'work' | null;
  /** Why it could not be. */
  readonly switchProblem: ErrorShape | null;
}

let state: AppState = {
  info: null,
  loginAhead: false,
  failed: null,
  person: null,
  screen: 'desk',
  outboxFilter: 'all',
  ended: null,
  vaultFailed: false,
  switching: null,
  switchProblem: null,
};
const listeners = new Set<() => void>();

function set(next: Partial<AppState>): void {
  state = { ...state, ...next };
  for (const listener of listeners) listener();
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
export function useApp<T>(select: (state: AppState) => T): T {
  return useSyncExternalStore(subscribe, () => select(state));
}

export function expectLogin(): void {
  set({ loginAhead: true });
}

/** Information about the station, and the session that a reloaded window still has. */
export async function loadApp(): Promise<Pick<StationInfo, 'language' | 'theme'>> {
  station.events.on('session.ended', ({ reason }) => endSession(reason));
  whenLoginRequired(() => {
    if (state.person !== null) endSession('idle');
  });
  const [info, session] = await Promise.all([
    answer(station.station.info(undefined)),
    answer(station.session.current(undefined)),
  ]);
  if (!info.ok) {
    set({ failed: info.error });
    return { language: 'id', theme: 'auto' };
  }
  set({ info: info.value });
  if (session.ok && session.value !== null) await loggedIn(session.value);
  return info.value;
}

/** What the station says of itself has changed. */
export function learnt(info: StationInfo): void {
  set({ info });
}

export async function loggedIn(session: Session): Promise<void> {
  const { draftKey, ...person } = session;
  const { deleteTrainingVault, enterDesk, openUnfinished, openVault, placeNow, setPlace } = await loadDesk();
  // Nothing opens before the password is the person's own.
  if (person.mustChange) return set({ person, ended: null, screen: 'desk' });
  let vault: Vault | null = null;
  try {
    if (!person.training) await deleteTrainingVault().catch(() => undefined);
    vault = await openVault(draftKey, person.training);
  } catch {
    // Said on the desk; main's copy alone carries the drafts then.
  }
  // Policy and kecamatan may have arrived since the window opened.
  const info = await answer(station.station.info(undefined));
  if (info.ok) set({ info: info.value });
  const samePerson = placeNow().account === person.accountId;
  if (!samePerson) setPlace({ account: person.accountId, open: null, work: null });
  set({ person, ended: null, vaultFailed: vault === null, ...(samePerson ? {} : { screen: 'desk' }) });
  await openUnfinished(draftKey, person.accountId, person.training);
  await enterDesk(vault, person.training);
}

export async function logout(): Promise<void> {
  if (state.person?.mustChange !== true) await desk().settleDesk();
  const result = await answer(station.session.logout(undefined));
  if (result.ok) endSession('logout');
}

function endSession(reason: 'idle' | 'logout'): void {
  if (state.person === null) return;
  const { exitDesk, placeNow } = desk();
  // Whoever logs in next is at work.
  if (state.person.training) exitDesk(placeNow().work);
  else exitDesk();
  set({ person: null, ended: reason, switchProblem: null });
  queries.clear();
}

/** Into training or back to work: like a new login, with what is open left at its own side first. */
export async function train(training: boolean): Promise<void> {
  if (state.person === null || state.switching !== null) return;
  const { exitDesk, leave, openDraft, placeNow, setPlace } = desk();
  const place = placeNow().open;
  set({ switching: training ? 'training' : 'work', switchProblem: null });
  try {
    // What could not be saved stays open, and the desk says why.
    if (!(await leave())) return go('desk');
    const result = await answer(station.session.train(training));
    if (!result.ok) {
      // Where the session has ended meanwhile there is only the place to keep.
      if (state.person === null) exitDesk(training ? place : placeNow().work);
      else set({ switchProblem: result.error });
      if (state.person !== null && place !== null) await openDraft(place);
      return;
    }
    if (training) setPlace({ work: place });
    exitDesk(training ? null : placeNow().work);
    queries.clear();
    set({ screen: 'desk' });
    await loggedIn(result.value);
  } finally {
    set({ switching: null });
  }
}

/** Sync and outages are the real station's: training has none of them to lead. */
export function mayLead(person: Person): boolean {
  return person.role === 'supervisor' && !person.training;
}

export function go(screen: Screen, outboxFilter?: OutboxFilter): void {
  if (state.person === null) return;
  if (state.person.mustChange) return;
  if (LEADERS.includes(screen) && !mayLead(state.person)) return;
  set(outboxFilter === undefined ? { screen } : { screen, outboxFilter });
}

export function setTheme(theme: StationInfo['theme']): void {
  void answer(station.station.setTheme(theme));
}

export async function setLanguage(language: Language): Promise<void> {
  await changeLanguage(language);
  await answer(station.station.setLanguage(language));
  // Who changed it last stands there.
  void queries.invalidateQueries({ queryKey: ['settings'] });
}
