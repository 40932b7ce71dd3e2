import type { Draft } from '../../app/desk/draft.ts';
import type { PartName } from '../../app/enrollment/biometrics.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import type { VaultCopy } from './vault.ts';

export interface Resumed {
  readonly draft: Draft;
  readonly captures: readonly Capture[];
  readonly committed: ReadonlyMap<PartName, string>;
  readonly from: 'window' | 'station' | 'damaged';
}

/** The higher revision of the window's copy and main's; main's where the window's cannot be read. */
export function chooseCopy(main: { draft: Draft; captures: readonly Capture[] }, copy: VaultCopy): Resumed {
  const committed = new Map(main.captures.map((capture) => [capture.part.name, capture.part.sha256]));
  if (copy.kind === 'copy' && copy.draft.revision > main.draft.revision) {
    return { draft: copy.draft, captures: copy.captures, committed, from: 'window' };
  }
  return {
    draft: main.draft,
    captures: main.captures,
    committed,
    from: copy.kind === 'damaged' ? 'damaged' : 'station',
  };
}
