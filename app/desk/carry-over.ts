import { z } from 'zod';
import { sessionOfDaySchema, ticketAfter, type SessionOfDay, type TicketState } from './ticket.ts';

/** Where somebody who was not served comes again. */
export const placeSchema = z.strictObject({ date: z.iso.date(), session: sessionOfDaySchema });
export type Place = z.infer<typeof placeSchema>;

/** Whoever has a number and was neither recorded nor is at the desk now; who was carried over already is not moved twice. */
export function isUnserved(state: TicketState): boolean {
  return state !== 'carried' && ticketAfter(state, 'carry') !== null;
}

const DAY_MS = 24 * 60 * 60_000;
/** Further ahead than this nobody was meant to be asked to come again: a slip of the hand on the date. */
export const DAYS_AHEAD = 120;

/** Days from today that the desk offers: nobody is sent further off by an outage. */
export const DAYS_OFFERED = 28;

/** Not into the past, and on the day itself only from the morning into the afternoon. @param today ISO date at the desk */
export function mayCarryTo({ date, session }: Place, today: string): boolean {
  const days = daysBetween(today, date);
  return days > 0 ? days <= DAYS_AHEAD : days === 0 && session === 'siang';
}

/** What is proposed: the morning of the next day on which offices are open. @param today ISO date at the desk */
export function nextPlace(today: string): Place & { readonly session: SessionOfDay } {
  let date = plusDays(today, 1);
  while (isWeekend(date)) date = plusDays(date, 1);
  return { date, session: 'pagi' };
}

function isWeekend(date: string): boolean {
  return [0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay());
}

/** @param date ISO date */
export function plusDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}
