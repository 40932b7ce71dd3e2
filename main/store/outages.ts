import type { LinkCause } from '../../app/sync/link.ts';
import type { OutageRow, OutageStore } from './api.ts';
import type { Database, Writer } from './database.ts';
import { appendFact } from './journal.ts';
import { lastSequence } from './packets.ts';
import { iso } from './rows.ts';

interface StoredOutage {
  id: number;
  started_at: number;
  ended_at: number | null;
  cause: LinkCause;
  sequence_before: number;
  recorded_meanwhile: number | null;
}

export function createOutageStore(db: Database): OutageStore {
  return {
    began: (at, cause) =>
      db.write((tx) => {
        tx.run(
          'INSERT INTO outage(started_at, cause, sequence_before) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
          at,
          cause,
          lastSequence(tx),
        );
      }),
    ended: (at) => db.write((tx) => ended(tx, at)),
    latest: (limit) => {
      const last = lastSequence(db);
      return db.all<StoredOutage>('SELECT * FROM outage ORDER BY id DESC LIMIT ?', limit).map(
        (row): OutageRow => ({
          startedAt: row.started_at,
          endedAt: row.ended_at,
          cause: row.cause,
          recordedMeanwhile: row.recorded_meanwhile ?? last - row.sequence_before,
        }),
      );
    },
  };
}

function ended(tx: Writer, at: number): void {
  const open = tx.get<StoredOutage>('SELECT * FROM outage WHERE ended_at IS NULL');
  if (open === undefined) return;
  const recordedMeanwhile = lastSequence(tx) - open.sequence_before;
  tx.run(
    'UPDATE outage SET ended_at = ?, recorded_meanwhile = ? WHERE id = ?',
    at,
    recordedMeanwhile,
    open.id,
  );
  const startedAt = iso(open.started_at);
  appendFact(tx, { type: 'outage', startedAt, endedAt: iso(at), cause: open.cause, recordedMeanwhile }, at);
}
