import type { Draft } from '../../../app/desk/draft.ts';
import type { Exception, PartName } from '../../../app/enrollment/biometrics.ts';
import type { Work } from '../../drafts/work.ts';

export type ExceptablePart = Exception['part'];

/** Notes an exception for each part; what was captured of them goes, since a part is either captured or excepted. */
export function addExceptions(
  work: Work,
  parts: readonly ExceptablePart[],
  reason: Exception['reason'],
  note: string,
): void {
  const names = new Set<string>(parts);
  const others = work.state().draft.exceptions.filter((exception) => !names.has(exception.part));
  const exceptions: Draft['exceptions'] = [
    ...others,
    ...parts.map((part) => ({ part, reason, note: note.trim() })),
  ];
  work.update({ exceptions, approvedAt: null }, { remove: [...parts] });
}

export function removeException(work: Work, part: PartName): void {
  const exceptions = work.state().draft.exceptions.filter((exception) => exception.part !== part);
  work.update({ exceptions, approvedAt: null });
}
