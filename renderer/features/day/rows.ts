import type { DayCount } from '../../../app/desk/day-close.ts';
import type { SheetRow } from '../../../app/ipc/day.ts';

/** The sheet that stands open. */
export type Opened = Pick<SheetRow, 'date' | 'number'>;

/** What each line of the count sheet says, on screen and on paper: the station's figure and, where it has one, the center's. */
const PACKET_LINES = [
  'recorded',
  'amendments',
  'sent',
  'received',
  'accepted',
  'rejected',
  'duplicate',
  'superseded',
  'examining',
  'waiting',
  'review',
  'returned',
  'held',
] as const satisfies readonly (keyof DayCount['packets'])[];
/** What there is only now and then; where there was none the sheet says nothing of it. */
const AT_TIMES: ReadonlySet<(typeof PACKET_LINES)[number]> = new Set([
  ...(['superseded', 'examining', 'review', 'returned'] as const),
]);
export function packetLines(packets: DayCount['packets']): (typeof PACKET_LINES)[number][] {
  return PACKET_LINES.filter((line) => !AT_TIMES.has(line) || packets[line] > 0);
}
export const TICKET_LINES = [
  'given',
  'served',
  'deferred',
  'absent',
  'carried',
  'open',
] as const satisfies readonly (keyof DayCount['tickets'])[];

/** What the center counts of the same; null where it counts nothing: verdicts are its own, and stand with the station's. */
export function centerFigure(line: (typeof PACKET_LINES)[number], { center }: DayCount): number | null {
  return line === 'received' && center.comparedAt !== null ? center.held : null;
}
