import { z } from 'zod';
import { accountIdSchema, packetIdSchema } from '../../../app/ids.ts';

/**
 * Where a person's work stands: over a lock, a training, and a reload of the window (a page that crashed is loaded
 * again). Ids alone, and gone with the window.
 */
const placeSchema = z.object({
  /** Whose place it is. */
  account: accountIdSchema.nullable(),
  /** The draft that is open, or that was when its person left. */
  open: packetIdSchema.nullable(),
  /** What was open at work while its person is in training: the place to come back to, whatever ends the training. */
  work: packetIdSchema.nullable(),
});
type Place = z.infer<typeof placeSchema>;

const KEY = 'rekam.place';
const NOWHERE: Place = { account: null, open: null, work: null };

let place: Place | null = null;

export function placeNow(): Place {
  place ??= stored();
  return place;
}

export function setPlace(change: Partial<Place>): void {
  place = { ...placeNow(), ...change };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(place));
  } catch {
    // Then it lasts until the next reload.
  }
}

function stored(): Place {
  try {
    return placeSchema.parse(JSON.parse(sessionStorage.getItem(KEY) ?? 'null'));
  } catch {
    return NOWHERE;
  }
}
