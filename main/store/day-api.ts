import type { DayCount } from '../../app/desk/day-close.ts';
import type { SheetRow } from '../../app/ipc/day.ts';

export interface DayStore {
  /** @param date ISO date at the desk */
  read(date: string): DayCount;
  /** Sheets of closed days, newest first. */
  sheets(limit: number): SheetRow[];
  /** The JWS of one; null where there is none. */
  sheet(date: string, number: number): string | null;
  /** The last day before this one with recordings or tickets and without a sheet; null where the last one has one. */
  unclosed(before: string): string | null;
}
