import type { Draft } from '../../app/desk/draft.ts';
import type { PartName } from '../../app/enrollment/biometrics.ts';
import type { ErrorShape } from '../../app/errors.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import type { IpcResult } from '../../app/ipc/result.ts';
import { hashes, type Resumed } from './resume.ts';
import type { Vault } from './vault.ts';

export interface WorkState {
  readonly draft: Draft;
  readonly captures: ReadonlyMap<PartName, Capture>;
  /** Every change so far is on a disk: in the window's vault or at main. */
  readonly saved: boolean;
  /** Main refused or failed the last commit; cleared by the next that succeeds. */
  readonly problem: ErrorShape | null;
  /** The vault failed: from here on every change is committed to main at once. */
  readonly vaultFailed: boolean;
}

/** An open draft: the only place that changes one. Changes are synchronous for the screen, their saving is in order. */
export interface Work {
  readonly state: () => WorkState;
  readonly subscribe: (listener: () => void) => () => void;
  /** One change, one revision. Captures replace the part of their name. Does nothing once closed. */
  update(
    change: Partial<Draft>,
    changed?: { readonly put?: readonly Capture[]; readonly remove?: readonly PartName[] },
  ): void;
  /** Durable at main on `ok`. Waits for whatever is being saved. */
  commit(): Promise<IpcResult<{ revision: number }>>;
  /** When everything under way has been saved, or has failed. */
  settle(): Promise<void>;
  /** No change is taken after it. */
  close(): void;
}

type CommitCall = (request: {
  draft: Draft;
  captures: Capture[];
}) => Promise<IpcResult<{ revision: number }>>;

export function openWork(
  start: Pick<Resumed, 'draft' | 'captures' | 'committed' | 'vaulted'>,
  vault: Vault | null,
  commitCall: CommitCall,
): Work {
  let state: WorkState = {
    draft: start.draft,
    captures: new Map(start.captures.map((capture) => [capture.part.name, capture])),
    saved: true,
    problem: null,
    vaultFailed: vault === null,
  };
  let atMain = new Map(start.committed);
  let inVault = new Map(start.vaulted);
  let closed = false;
  // One after the other: an older revision must never land after a newer one.
  let queue: Promise<unknown> = Promise.resolve();
  const listeners = new Set<() => void>();

  const set = (next: Partial<WorkState>) => {
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  };
  const inOrder = <T>(task: () => Promise<T>): Promise<T> => {
    const result = queue.then(task);
    queue = result.catch(() => undefined);
    return result;
  };

  const commitNow = async (): Promise<IpcResult<{ revision: number }>> => {
    const { draft, captures } = state;
    const result = await commitCall({ draft, captures: lacking(captures, atMain) });
    if (result.ok) {
      atMain = hashes(captures.values());
      set({ problem: null, ...(state.draft.revision === draft.revision ? { saved: true } : {}) });
    } else {
      set({ problem: result.error });
    }
    return result;
  };

  /** The draft as it was at this change with all that belongs to it: what is told as saved can be read back whole. */
  const save = async ({ draft, captures }: Pick<WorkState, 'draft' | 'captures'>) => {
    if (vault !== null && !state.vaultFailed) {
      try {
        await vault.save(draft, lacking(captures, inVault));
        inVault = hashes(captures.values());
        if (state.draft.revision === draft.revision) set({ saved: true });
        return;
      } catch {
        set({ vaultFailed: true });
      }
    }
    await commitNow();
  };

  return {
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    update: (change, { put = [], remove = [] } = {}) => {
      if (closed) return;
      const captures = new Map(state.captures);
      for (const name of remove) captures.delete(name);
      for (const capture of put) captures.set(capture.part.name, capture);
      const parts = [...captures.values()].map((capture) => capture.part);
      const draft: Draft = { ...state.draft, ...change, parts, revision: state.draft.revision + 1 };
      set({ draft, captures, saved: false });
      void inOrder(() => save({ draft, captures }));
    },
    commit: () => inOrder(commitNow),
    settle: () => inOrder(() => Promise.resolve()),
    close: () => {
      closed = true;
    },
  };
}

/** Those that are not there with these very bytes. */
function lacking(captures: ReadonlyMap<PartName, Capture>, there: ReadonlyMap<PartName, string>): Capture[] {
  return [...captures.values()].filter(({ part }) => there.get(part.name) !== part.sha256);
}
