/** Of a paper with a table. */
export interface Page<T> {
  /** Place of its first row. */
  readonly from: number;
  readonly rows: readonly T[];
}

/** How many rows fit: on a page with the letter's head and its end, with the head alone, and below the head of the table alone. */
export interface PageRoom {
  readonly alone: number;
  readonly first: number;
  readonly next: number;
}

export function pagesOf<T>(rows: readonly T[], { alone, first, next }: PageRoom): Page<T>[] {
  // Who signs, signs below rows.
  const begins = rows.length <= alone ? rows.length : Math.min(first, rows.length - 1);
  const pages: Page<T>[] = [{ from: 0, rows: rows.slice(0, begins) }];
  for (let from = begins; from < rows.length; from += next)
    pages.push({ from, rows: rows.slice(from, from + next) });
  return pages;
}
