import type { Draft } from '../../app/desk/draft.ts';
import type { PartName } from '../../app/enrollment/biometrics.ts';
import type { ErrorShape } from '../../app/errors.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import type { IpcResult } from '../../app/ipc/result.ts';
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

/** @param committed the captures that main holds already, by name → SHA-256 */
export function openWork(
  start: {
    readonly draft: Draft;
    readonly captures: readonly Capture[];
    readonly committed: ReadonlyMap<PartName, string>;
  },
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
    const fresh = [...captures.values()].filter(
      (capture) => atMain.get(capture.part.name) !== capture.part.sha256,
    );
    const result = await commitCall({ draft, captures: fresh });
    if (result.ok) {
      atMain = new Map([...captures.values()].map((capture) => [capture.part.name, capture.part.sha256]));
      set({ problem: null, ...(state.draft.revision === draft.revision ? { saved: true } : {}) });
    } else {
      set({ problem: result.error });
    }
    return result;
  };

  const save = async (put: readonly Capture[]) => {
    const { draft } = state;
    if (vault !== null && !state.vaultFailed) {
      try {
        // Parts that were put and replaced since are not in this draft any more; the vault drops what it does not name.
        const named = new Set(draft.parts.map((part) => part.sha256));
        await vault.save(
          draft,
          put.filter((capture) => named.has(capture.part.sha256)),
        );
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
      void inOrder(() => save(put));
    },
    commit: () => inOrder(commitNow),
    settle: () => inOrder(() => Promise.resolve()),
    close: () => {
      closed = true;
    },
  };
}
