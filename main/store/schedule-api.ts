import type { Listed, ScheduleRow, SummonsPerson } from '../../app/ipc/schedule.ts';
import type { ReadRow, RowProblem, SummonedGroup, WrongRow } from '../../app/desk/schedule.ts';
import type { AccountId } from '../../app/ids.ts';

/** Who is called when, and the dinas' list on its way in. */
export interface ScheduleStore {
  /** By date, session and desa. @param from and @param to ISO dates, both included */
  groups(from: string, to: string): ScheduleRow[];
  /** By name. */
  people(
    group: SummonedGroup,
    page: { readonly offset: number; readonly limit: number },
  ): { readonly total: number; readonly rows: SummonsPerson[] };
  /** Those with a number of that day, at any desk of the office, who were carried over, by desa and name. */
  carried(date: string): Listed[];

  /** Judges rows of a list by the register and keeps them apart, for `take`. @param today ISO date at the desk */
  stage(rows: readonly (ReadRow | WrongRow)[], today: string): void;
  counts(): {
    readonly rows: number;
    readonly added: number;
    readonly moved: number;
    readonly same: number;
    readonly wrong: number;
    /** Of those that count, whose name differs from the register's. */
    readonly named: number;
  };
  /** Rows that are kept out, or ask for a look, in the file's order. */
  problems(page: { readonly offset: number; readonly limit: number }): {
    readonly line: number;
    readonly nik: string;
    readonly problem: RowProblem;
    readonly detail: string;
  }[];
  /**
   * What was staged counts, all of it in one transaction: places, journal, audit. One place for each: whatever else was
   * open from today on goes. Judged anew: whoever was recorded, or moved, since the rows were staged is passed over.
   * @param input.moved false leaves who has a place already where they are
   */
  take(input: {
    readonly today: string;
    readonly moved: boolean;
    readonly by: AccountId;
    readonly now: number;
  }): { readonly added: number; readonly moved: number };
  /** In bites, so that the desk goes on. @returns whether there may be more */
  forget(limit: number): boolean;
}
