import type { Draft } from '../../../app/desk/draft.ts';
import { exceptionFor, VERIFY, type Exception, type PartName } from '../../../app/enrollment/biometrics.ts';
import type { Work } from '../../drafts/work.ts';
import { UNAPPROVED } from './corrections.ts';

export type ExceptablePart = Exception['part'];

/**
 * Notes an exception for each part; what was captured of them goes, since a part is either captured or excepted. The
 * index fingers at the end come after the approval and are no part of what was approved.
 */
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
  const again = VERIFY.filter((part) => exceptionFor(part, exceptions) !== undefined);
  work.update({ exceptions, ...unapproved(parts) }, { remove: [...parts, ...again] });
}

export function removeException(work: Work, part: PartName): void {
  const exceptions = work.state().draft.exceptions.filter((exception) => exception.part !== part);
  work.update({ exceptions, ...unapproved([part]) });
}

function unapproved(parts: readonly PartName[]): Partial<Draft> {
  const after = new Set<PartName>(VERIFY);
  return parts.every((part) => after.has(part)) ? {} : UNAPPROVED;
}
