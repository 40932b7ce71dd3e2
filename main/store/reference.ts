import { z } from 'zod';
import { unreachable } from '../../app/result.ts';
import type { Fact, ReferenceLine } from '../../app/sync/protocol.ts';
import type { ReferenceStore, Rejected } from './api.ts';
import type { Database, Reader, Writer } from './database.ts';
import { applyFact, applyPeerEntry, putSummons, removeSummons } from './facts.ts';
import { acknowledged } from './journal.ts';
import { peerStates, prunePeers } from './peers.ts';
import { readFact } from './read-fact.ts';
import { parseJson } from './rows.ts';
import { clockOffset, readSetting, writeSetting } from './settings.ts';
import { readStation } from './station.ts';

export function createReferenceStore(db: Database): ReferenceStore {
  return {
    cursor: () => readSetting(db, 'referenceCursor'),
    rejected: () => {
      const known = readRejected(db);
      return (known?.lines ?? 0) + (known?.stuck ?? 0);
    },
    stuck: ({ lines, by }) =>
      db.write((tx) => {
        const known = readRejected(tx) ?? { lines: 0, from: readSetting(tx, 'referenceCursor') };
        writeRejected(tx, { ...known, by, stuck: lines });
      }),
    peers: () => peerStates(db),
    prune: (now) => db.write((tx) => prunePeers(tx, now)),
    recall: (appVersion) => {
      const known = readRejected(db);
      if (known === null || known.by === appVersion) return;
      db.write((tx) => {
        if (known.from === null) tx.run("DELETE FROM setting WHERE key = 'referenceCursor'");
        else writeSetting(tx, 'referenceCursor', known.from);
        tx.run("DELETE FROM setting WHERE key = 'referenceRejected'");
      });
    },
    apply: (lines, cursor, now, rejected) =>
      db.write((tx) => {
        if (cursor !== null) pass(tx, rejected);
        const own = readStation(tx)?.activation.stationId ?? null;
        const heardAt = now + (clockOffset(tx) ?? 0);
        for (const line of lines) applyLine(tx, line, own, heardAt);
        keepLocalOnTop(tx, new Set(lines.flatMap(summonedBy)));
        if (cursor !== null) writeSetting(tx, 'referenceCursor', cursor);
      }),
  };
}

/** `from`: the cursor before the first that was passed over; `stuck`: of a page before which the cursor stands. */
const rejectedSchema = z.object({
  lines: z.int(),
  stuck: z.int(),
  from: z.string().nullable(),
  by: z.string(),
});
type RejectedNote = z.infer<typeof rejectedSchema>;

function readRejected(db: Reader): RejectedNote | null {
  const stored = readSetting(db, 'referenceRejected');
  return stored === null ? null : parseJson(rejectedSchema, stored);
}

function writeRejected(tx: Writer, note: RejectedNote): void {
  writeSetting(tx, 'referenceRejected', JSON.stringify(note));
}

/** The cursor moves on: past these, and past whatever held it up. */
function pass(tx: Writer, rejected: Rejected | undefined): void {
  const known = readRejected(tx);
  const lines = rejected?.lines ?? 0;
  if (lines > 0) {
    const before = known ?? { lines: 0, from: readSetting(tx, 'referenceCursor') };
    writeRejected(tx, { ...before, lines: before.lines + lines, stuck: 0, by: rejected?.by ?? '' });
  } else if (known !== null && known.stuck > 0) {
    if (known.lines > 0) writeRejected(tx, { ...known, stuck: 0 });
    else tx.run("DELETE FROM setting WHERE key = 'referenceRejected'");
  }
}

function applyLine(tx: Writer, line: ReferenceLine, ownStation: string | null, heardAt: number): void {
  switch (line.type) {
    case 'resident':
      putResident(tx, line);
      return;
    case 'resident-gone':
      tx.run('DELETE FROM resident WHERE nik = ?', line.nik);
      return;
    case 'summons':
      if (line.change === 'removed') removeSummons(tx, line.summons.nik, line.summons.date);
      else putSummons(tx, line.summons);
      return;
    case 'account':
      putAccount(tx, line);
      return;
    case 'target':
      tx.run(
        `INSERT INTO target(desa, must_have, deadline) VALUES (?, ?, ?)
         ON CONFLICT(desa) DO UPDATE SET must_have = excluded.must_have, deadline = excluded.deadline`,
        line.desa,
        line.mustHave,
        line.deadline,
      );
      return;
    case 'policy':
      writeSetting(tx, 'policy', JSON.stringify(line.policy));
      return;
    case 'journal':
      // Our own facts come back too; they are already what they say.
      if (line.entry.stationId !== ownStation) applyPeerEntry(tx, line.entry, heardAt);
      return;
    case 'cursor':
      // Where it stands in the delta is for the reader of the stream, which hands it to `apply`.
      return;
    default:
      unreachable(line);
  }
}

/**
 * Changes made here stay until the center has acknowledged them: what it sent may be older than what it will hear. Of a
 * long list of summons only those are laid on top again whom these lines, or another fact of our own, speak of.
 */
function keepLocalOnTop(tx: Writer, touched: Set<string>): void {
  const local = tx
    .all<{ fact: string }>(
      `SELECT fact FROM journal
       WHERE sequence > ? AND type IN ('summons', 'summons-list', 'carry-over', 'account-reset') ORDER BY sequence`,
      acknowledged(tx),
    )
    .map(({ fact }) => readFact(fact));
  for (const fact of local)
    if (fact.type !== 'summons-list') for (const nik of summonedIn(fact)) touched.add(nik);
  for (const fact of local) {
    if (fact.type !== 'summons-list') applyFact(tx, fact);
    else {
      const niks = fact.niks.filter((nik) => touched.has(nik));
      if (niks.length > 0) applyFact(tx, { ...fact, niks });
    }
  }
}

/** Whose summons a line may change. */
function summonedBy(line: ReferenceLine): readonly string[] {
  if (line.type === 'summons') return [line.summons.nik];
  return line.type === 'journal' ? summonedIn(line.entry.fact) : [];
}

function summonedIn(fact: Fact): readonly string[] {
  switch (fact.type) {
    case 'summons':
      return [fact.summons.nik];
    case 'summons-list':
      return fact.niks;
    case 'carry-over':
      return [fact.nik];
    default:
      return [];
  }
}

function putResident(tx: Writer, line: Extract<ReferenceLine, { type: 'resident' }>): void {
  const { biodata, recorded } = line;
  tx.run(
    `INSERT INTO resident(nik, nama, tanggal_lahir, jenis_kelamin, alamat, desa, biodata,
       recorded_at, recorded_station, recorded_packet)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT(nik) DO UPDATE SET nama = excluded.nama, tanggal_lahir = excluded.tanggal_lahir,
       jenis_kelamin = excluded.jenis_kelamin, alamat = excluded.alamat, desa = excluded.desa,
       biodata = excluded.biodata, recorded_at = excluded.recorded_at,
       recorded_station = excluded.recorded_station, recorded_packet = excluded.recorded_packet`,
    biodata.nik,
    biodata.nama,
    biodata.tanggalLahir,
    biodata.jenisKelamin,
    biodata.alamat,
    biodata.desa,
    JSON.stringify(biodata),
    recorded?.at ?? null,
    recorded?.stationId ?? null,
    recorded?.packetId ?? null,
  );
}

/** Wrong passwords are counted here, so a delta leaves the lock as it is; a new password begins without one. */
function putAccount(tx: Writer, line: Extract<ReferenceLine, { type: 'account' }>): void {
  tx.run(
    `INSERT INTO account(id, username, name, role, hash, must_change, active) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT(id) DO UPDATE SET username = excluded.username, name = excluded.name, role = excluded.role,
       failures = CASE WHEN hash = excluded.hash THEN failures ELSE 0 END,
       lock_ms = CASE WHEN hash = excluded.hash THEN lock_ms ELSE 0 END,
       hash = excluded.hash, must_change = excluded.must_change, active = excluded.active`,
    line.id,
    line.username,
    line.name,
    line.role,
    line.hash,
    line.mustChange ? 1 : 0,
    line.active ? 1 : 0,
  );
}
