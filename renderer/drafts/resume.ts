import type { Draft } from '../../app/desk/draft.ts';
import type { PartName } from '../../app/enrollment/biometrics.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import type { VaultCopy } from './vault.ts';

export interface Resumed {
  readonly draft: Draft;
  readonly captures: readonly Capture[];
  readonly committed: ReadonlyMap<PartName, string>;
  /** The captures that the window's vault holds, by name → SHA-256: none where its copy is damaged or gone. */
  readonly vaulted: ReadonlyMap<PartName, string>;
  readonly from: 'window' | 'station' | 'damaged';
}

/** The higher revision of the window's copy and main's; main's where the window's cannot be read. */
export function chooseCopy(main: { draft: Draft; captures: readonly Capture[] }, copy: VaultCopy): Resumed {
  const committed = hashes(main.captures);
  const vaulted = hashes(copy.kind === 'copy' ? copy.captures : []);
  if (copy.kind === 'copy' && copy.draft.revision > main.draft.revision) {
    return { draft: copy.draft, captures: copy.captures, committed, vaulted, from: 'window' };
  }
  return {
    draft: main.draft,
    captures: main.captures,
    committed,
    vaulted,
    from: copy.kind === 'damaged' ? 'damaged' : 'station',
  };
}

/** By name → SHA-256. */
export function hashes(captures: Iterable<Capture>): Map<PartName, string> {
  return new Map([...captures].map(({ part }) => [part.name, part.sha256]));
}
