import { useSyncExternalStore } from 'react';
import type { ErrorShape } from '../app/errors.ts';
import type { Response } from '../app/ipc/contract.ts';
import type { StationInfo } from '../app/ipc/status.ts';
import { openVault, type Vault } from './drafts/vault.ts';
import { enterDesk, exitDesk, settleDesk } from './features/desk/desk-store.ts';
import { changeLanguage, type Language } from './i18n/index.ts';
import { queries } from './query.ts';
import { answer, station, whenLoginRequired } from './station.ts';

export type Session = Response<'session.login'>;
/** Who is logged in, without the key: that goes to the vault and nowhere else. */
export type Person = Omit<Session, 'draftKey'>;
export type Screen = 'desk' | 'outbox' | 'supervisor' | 'help';
export type OutboxFilter = 'all' | 'pending' | 'held' | 'received' | 'rejected';

export interface AppState {
  readonly info: StationInfo | null;
  /** Why the station could not even tell about itself. */
  readonly failed: ErrorShape | null;
  readonly person: Person | null;
  readonly screen: Screen;
  readonly outboxFilter: OutboxFilter;
  readonly ended: 'idle' | 'logout' | null;
  readonly vaultFailed: boolean;
}

let state: AppState = {
  info: null,
  failed: null,
  person: null,
  screen: 'desk',
  outboxFilter: 'all',
  ended: null,
  vaultFailed: false,
};
let lastAccount: string | null = null;
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

/** Information about the station, and the session that a reloaded window still has. */
export async function loadApp(): Promise<Language> {
  station.events.on('session.ended', ({ reason }) => endSession(reason));
  whenLoginRequired(() => {
    if (state.person !== null) endSession('idle');
  });
  const info = await answer(station.station.info(undefined));
  if (!info.ok) {
    set({ failed: info.error });
    return 'id';
  }
  set({ info: info.value });
  if (info.value.activated) {
    const session = await answer(station.session.current(undefined));
    if (session.ok && session.value !== null) await loggedIn(session.value);
  }
  return info.value.language;
}

export function activated(info: StationInfo): void {
  set({ info });
}

export async function loggedIn(session: Session): Promise<void> {
  const { draftKey, ...person } = session;
  let vault: Vault | null = null;
  try {
    vault = await openVault(draftKey);
  } catch {
    // Said on the desk; main's copy alone carries the drafts then.
  }
  // Policy and kecamatan may have arrived since the window opened.
  const info = await answer(station.station.info(undefined));
  if (info.ok) set({ info: info.value });
  const samePerson = lastAccount === person.accountId;
  lastAccount = person.accountId;
  set({ person, ended: null, vaultFailed: vault === null, ...(samePerson ? {} : { screen: 'desk' }) });
  await enterDesk(vault, samePerson);
}

export async function logout(): Promise<void> {
  await settleDesk();
  const result = await answer(station.session.logout(undefined));
  if (result.ok) endSession('logout');
}

function endSession(reason: 'idle' | 'logout'): void {
  if (state.person === null) return;
  exitDesk();
  set({ person: null, ended: reason });
  queries.clear();
}

export function go(screen: Screen, outboxFilter?: OutboxFilter): void {
  if (state.person === null) return;
  if (screen === 'supervisor' && state.person.role !== 'supervisor') return;
  set(outboxFilter === undefined ? { screen } : { screen, outboxFilter });
}

export async function setLanguage(language: Language): Promise<void> {
  await changeLanguage(language);
  await answer(station.station.setLanguage(language));
}
