import type { KeyObject } from 'node:crypto';
import { dayReasonSchema, differencesOf, type CountSheet } from '../../app/desk/day-close.ts';
import { RekamError } from '../../app/errors.ts';
import type { Sha256 } from '../../app/ids.ts';
import { JWS_TYPES } from '../../app/sync/protocol.ts';
import { sha256, signJws } from '../security/sign.ts';
import { audit } from '../store/audit.ts';
import type { Database, Reader } from '../store/database.ts';
import { readDay } from '../store/days.ts';
import { appendFact } from '../store/journal.ts';
import { lastSequence } from '../store/packets.ts';
import { iso } from '../store/rows.ts';
import { clockOffset } from '../store/settings.ts';
import { atBorder } from '../store/sqlite-errors.ts';
import { readStation } from '../store/station.ts';
import type { IntakeApi } from './api.ts';

type Close = IntakeApi['intake']['closeDay'];

/** Counts, signs and keeps in one transaction: the sheet says what stood there when it was signed, and nothing else. */
export function closeDay(
  db: Database,
  stationKey: KeyObject,
  { date, reason, by, now }: Parameters<Close>[0],
): ReturnType<Close> {
  return atBorder(() =>
    db.write((tx) => {
      const station = readStation(tx);
      if (station === null) throw new RekamError('request.invalid');
      const { stationId, label } = station.activation;
      const day = readDay(tx, date);
      const differences = differencesOf(day);
      if (differences.length > 0 && reason === null) throw new RekamError('day.unexplained');
      const number = lastNumber(tx, date) + 1;
      const sheet: CountSheet = {
        ...{ v: 1, stationId, label: label.slice(0, 80), number },
        ...{ closedAt: iso(now), clockOffsetMs: clockOffset(tx) },
        by: { accountId: by.accountId, name: by.name.slice(0, 80) },
        ...{ day, differences },
        reason: reason === null ? null : dayReasonSchema.parse(reason),
        previous: previous(tx),
      };
      const jws = signJws(JWS_TYPES.dayClose, stationId, sheet, stationKey);
      const hash = sha256(jws);
      tx.run(
        'INSERT INTO day_close(date, number, sheet, closed_at, last_sequence) VALUES (?, ?, ?, ?, ?)',
        date,
        number,
        jws,
        now,
        lastSequence(tx),
      );
      const { recorded, received } = day.packets;
      appendFact(
        tx,
        { type: 'day-close', date, recorded, received, reason: sheet.reason, number, sheetSha256: hash },
        now,
      );
      audit(tx, {
        at: now,
        by: by.accountId,
        what: 'day.closed',
        subject: date,
        detail: `${date} ${number} ${hash}${sheet.reason === null ? '' : ` ${sheet.reason}`}`,
      });
      return { date, number };
    }),
  );
}

function lastNumber(db: Reader, date: string): number {
  return db.get<{ n: number | null }>('SELECT max(number) AS n FROM day_close WHERE date = ?', date)?.n ?? 0;
}

/** Sheets hang together as they were made, whatever day each is of. */
function previous(db: Reader): Sha256 | null {
  const last = db.get<{ sheet: string }>('SELECT sheet FROM day_close ORDER BY rowid DESC LIMIT 1');
  return last === undefined ? null : sha256(last.sheet);
}
