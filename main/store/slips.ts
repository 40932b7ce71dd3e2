import { RekamError } from '../../app/errors.ts';
import type { PacketId } from '../../app/ids.ts';
import type { SlipFacts, SlipStore } from './api.ts';
import { audit } from './audit.ts';
import type { Database, Reader } from './database.ts';
import { readRecorded } from './records.ts';
import { iso } from './rows.ts';

export function createSlipStore(db: Database): SlipStore {
  return {
    open: (packetId) => readSlip(db, packetId),
    printed: ({ packetId, expected, by, paper, to, now }) =>
      db.write((tx) => {
        if (readSlip(tx, packetId).printed !== expected) throw new RekamError('slip.stale');
        const number = expected + 1;
        tx.run(
          'INSERT INTO slip_print(packet_id, number, at, by_account, paper, handed_to) VALUES (?, ?, ?, ?, ?, ?)',
          packetId,
          number,
          now,
          by,
          paper,
          to,
        );
        const detail = `${number} ${paper} ${to}`;
        audit(tx, { at: now, by, what: 'slip.printed', subject: packetId, detail });
      }),
    takeBack: ({ packetId, number, by, now }) =>
      db.write((tx) => {
        // A later paper bears a mark that counts this one: then it stays counted.
        const gone =
          readSlip(tx, packetId).printed === number &&
          tx.run('DELETE FROM slip_print WHERE packet_id = ? AND number = ?', packetId, number) === 1;
        const detail = `${number} ${gone ? 'uncounted' : 'counted'}`;
        audit(tx, { at: now, by, what: 'slip.failed', subject: packetId, detail });
      }),
  };
}

/** @throws RekamError `slip.unrecorded` (G1) */
function readSlip(db: Reader, packetId: PacketId): SlipFacts {
  const recorded = readRecorded(db, packetId);
  const row = db.get<{ operator: string; offset: number; printed: number; erased: number }>(
    `SELECT operator_name AS operator, coalesce(clock_offset_ms, 0) AS offset,
       (SELECT erased_at IS NOT NULL FROM packet p WHERE p.packet_id = e.packet_id) AS erased,
       (SELECT count(*) FROM slip_print s WHERE s.packet_id = e.packet_id) AS printed
     FROM enrollment e WHERE packet_id = ?`,
    packetId,
  );
  if (recorded === null || row === undefined) throw new RekamError('slip.unrecorded');
  if (row.erased === 1) throw new RekamError('slip.erased');
  const { operator, offset, printed } = row;
  // On paper stands the center's time, as far as it was known.
  return { ...recorded, recordedAt: iso(Date.parse(recorded.recordedAt) + offset), operator, printed };
}
