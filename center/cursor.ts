import { ProblemError } from './problems.ts';

/** A cursor is the last change that the station has; stations take it as text that only the center understands. */
export function parseCursor(after: string | undefined): number {
  if (after === undefined || after === '') return 0;
  const change = Number(after);
  if (!/^\d+$/.test(after) || !Number.isSafeInteger(change))
    throw new ProblemError('request-invalid', 'cursor');
  return change;
}
