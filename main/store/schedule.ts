import type { Listed, ScheduleRow } from '../../app/ipc/schedule.ts';
import type { Database } from './database.ts';
import type { ScheduleStore } from './schedule-api.ts';
import { COUNTS_AS_RECORDED } from './packets.ts';
import { createScheduleImport } from './schedule-import.ts';

export const SCHEDULE_GROUPS = `
  SELECT date, session, desa, count(*) AS called FROM summons WHERE date >= ? AND date <= ?
  GROUP BY date, session, desa ORDER BY date, session, desa`;

/** By name, as people are looked for on paper: sorts one desa's session. */
export const SCHEDULE_PEOPLE = `
  SELECT s.nik, coalesce(r.nama, '') AS nama, r.recorded_at IS NOT NULL OR EXISTS (
      SELECT 1 FROM enrollment e JOIN packet p USING (packet_id) LEFT JOIN outcome o USING (packet_id)
      WHERE e.nik = s.nik AND ${COUNTS_AS_RECORDED}
    ) AS recorded
  FROM summons s LEFT JOIN resident r ON r.nik = s.nik
  WHERE s.date = ? AND s.session = ? AND s.desa = ? ORDER BY r.nama, s.nik LIMIT ? OFFSET ?`;

/** Of both desks: a list for the desa names everybody. */
export const CARRIED_OF_DAY = `
  SELECT c.nik, coalesce(r.nama, '') AS nama, coalesce(r.desa, s.desa) AS desa, s.date, s.session
  FROM (
    SELECT nik FROM ticket WHERE date = @date AND state = 'carried'
    UNION SELECT nik FROM peer_ticket WHERE date = @date AND state = 'carried'
  ) c
  JOIN summons s ON s.nik = c.nik
    AND s.date = (SELECT min(date) FROM summons n WHERE n.nik = c.nik AND n.date >= @date)
  LEFT JOIN resident r ON r.nik = c.nik
  ORDER BY 3, s.date, s.session, 2, c.nik`;

export function createScheduleStore(db: Database): ScheduleStore {
  return {
    groups: (from, to) => db.all<ScheduleRow>(SCHEDULE_GROUPS, from, to),
    people: ({ date, session, desa }, { offset, limit }) => ({
      total:
        db.get<{ n: number }>(
          'SELECT count(*) AS n FROM summons WHERE date = ? AND session = ? AND desa = ?',
          date,
          session,
          desa,
        )?.n ?? 0,
      rows: db
        .all<{ nik: string; nama: string; recorded: 0 | 1 }>(
          SCHEDULE_PEOPLE,
          date,
          session,
          desa,
          limit,
          offset,
        )
        .map((row) => ({ ...row, recorded: row.recorded === 1 })),
    }),
    carried: (date) => db.all<Listed>(CARRIED_OF_DAY, { date }),
    ...createScheduleImport(db),
  };
}
