import { biodataSchema, type Biodata } from '../../app/enrollment/biodata.ts';
import { RekamError } from '../../app/errors.ts';
import type { PacketId, StationId } from '../../app/ids.ts';
import type { Manifest } from '../../app/sync/protocol.ts';
import type { Recorded, RecordInput } from './api.ts';
import { audit, auditHead } from './audit.ts';
import type { Database, Reader, Writer } from './database.ts';
import { deleteDraft } from './drafts.ts';
import { appendFact } from './journal.ts';
import { IS_REPLACED_BY_NEW, lastSequence, NUMBER, refuseRecorded, sequenceFloor } from './packets.ts';
import { readResident } from './residents.ts';
import { beginReview } from './reviews.ts';
import { iso, parseJson, sha256 } from './rows.ts';
import { lostAmendmentOf, requireAmendable } from './tasks.ts';
import { changeTicket, ticketsOf, type StoredTicket } from './tickets.ts';

/** What was recorded under this packet id; null when nothing was. */
export function readRecorded(db: Reader, packetId: PacketId): Recorded | null {
  const row = db.get<{ sequence: number; nik: string; nama: string; recorded_at: number }>(
    `SELECT ${NUMBER} AS sequence, e.nik, e.nama, e.recorded_at FROM packet p JOIN enrollment e USING (packet_id)
     WHERE p.packet_id = ?`,
    packetId,
  );
  if (row === undefined) return null;
  return { packetId, sequence: row.sequence, nik: row.nik, nama: row.nama, recordedAt: iso(row.recorded_at) };
}

/** The biodata of a packet that was recorded here. @throws RekamError `packet.unknown` */
export function recordedBiodata(db: Reader, packetId: PacketId): Biodata {
  const row = db.get<{ biodata: string }>('SELECT biodata FROM enrollment WHERE packet_id = ?', packetId);
  if (row === undefined) throw new RekamError('packet.unknown');
  return parseJson(biodataSchema, row.biodata);
}

/**
 * Commits one enrollment or amendment whole: enrollment, packet, sealed bytes, outbox entry, its place before the supervisor,
 * ticket, journal and audit, and the end of its draft (G1). Idempotent by packet id.
 * @param sign makes the manifest's JWS; it runs inside the transaction that allots the sequence number
 * @throws RekamError `draft.unknown`, `draft.stale`, `resident.recordedHere`, `resident.recordedElsewhere`, `packet.state`, `disk.full`
 */
export function commitRecord(
  db: Database,
  input: RecordInput,
  stationId: StationId,
  sign: (manifest: Manifest) => string,
): Recorded {
  return db.write((tx) => {
    const known = readRecorded(tx, input.packetId);
    if (known !== null) return known;
    requireRevision(tx, input);
    const place =
      input.draft.amends === undefined
        ? replacedBy(tx, input)
        : amendedBy(tx, input, input.draft.amends.packetId);
    // The draft's parts leave first: the sealed bytes then take over their pages, already cleared.
    deleteDraft(tx, input.packetId);

    const manifest = nextManifest(tx, input, stationId, place);
    const jws = sign(manifest);
    insertPacket(tx, manifest, jws, input);
    insertEnrollment(tx, input);
    beginReview(tx, input.packetId, {
      ...{ risks: input.risks, manifestSha256: sha256(jws), at: input.recordedAt },
    });
    // Who is amended was told of when first recorded.
    if (place.kind === 'enrollment')
      appendFact(
        tx,
        { type: 'recorded', nik: input.biodata.nik, packetId: input.packetId },
        input.recordedAt,
      );
    // First of this record's entries: the manifest names the head before it.
    audit(tx, {
      at: input.recordedAt,
      by: input.by.accountId,
      what: `${place.kind}.recorded`,
      subject: input.packetId,
      detail: `${input.biodata.nik} ${manifest.sequence}`,
    });
    finishTickets(tx, input);
    return {
      packetId: input.packetId,
      sequence: manifest.sequence,
      nik: input.biodata.nik,
      nama: input.biodata.nama,
      recordedAt: iso(input.recordedAt),
    };
  });
}

function requireRevision(tx: Writer, input: RecordInput): void {
  const draft = tx.get<{ revision: number }>(
    'SELECT revision FROM draft WHERE packet_id = ? AND set_aside = 0',
    input.packetId,
  );
  if (draft === undefined) throw new RekamError('draft.unknown');
  if (draft.revision !== input.revision) throw new RekamError('draft.stale');
}

/** What a packet is to those before it, as its manifest says. */
type Place = Pick<Manifest, 'kind' | 'amends' | 'replaces'>;

/**
 * The packet of this resident that the center or the supervisor wants recorded anew, or that the disk lost, if there is one. Any other recording of this NIK
 * that is known by now, here or at the center, refuses this one (G3): its draft stays until a person drops it.
 */
function replacedBy(tx: Writer, input: RecordInput): Place {
  refuseRecorded(tx, input.biodata.nik, readResident(tx, input.biodata.nik)?.center ?? null);
  const rejected = tx.get<{ packet_id: PacketId }>(
    `SELECT e.packet_id FROM enrollment e JOIN packet p USING (packet_id)
     WHERE e.nik = ? AND ${IS_REPLACED_BY_NEW} ORDER BY p.sequence DESC LIMIT 1`,
    input.biodata.nik,
  );
  return { kind: 'enrollment', ...(rejected !== undefined && { replaces: rejected.packet_id }) };
}

/** The center may have thought better of it since the draft began: then nothing is left to amend. */
function amendedBy(tx: Writer, input: RecordInput, of: PacketId): Place {
  requireAmendable(tx, of, input.biodata.nik);
  const lost = lostAmendmentOf(tx, of);
  return { kind: 'amendment', amends: of, ...(lost !== null && { replaces: lost }) };
}

function nextManifest(tx: Writer, input: RecordInput, stationId: StationId, place: Place): Manifest {
  const sequence = lastSequence(tx) + 1;
  const last = tx.get<{ manifest_sha256: Manifest['sha256'] }>(
    'SELECT manifest_sha256 FROM packet WHERE sequence = ?',
    sequence - 1,
  );
  const floor = sequenceFloor(tx);
  return {
    v: 1,
    packetId: input.packetId,
    stationId,
    sequence,
    // In a database that was built anew the one before may be known by its hash alone, or not at all.
    previous:
      last?.manifest_sha256 ?? (floor?.sequence === sequence - 1 ? (floor.manifestSha256 ?? null) : null),
    ...place,
    recipientKeyId: input.recipientKeyId,
    sha256: input.sealedSha256,
    size: input.sealed.length,
    recordedAt: iso(input.recordedAt),
    clockOffsetMs: input.clockOffsetMs,
    auditHead: auditHead(tx),
  };
}

function insertPacket(tx: Writer, manifest: Manifest, jws: string, input: RecordInput): void {
  tx.run(
    `INSERT INTO packet(packet_id, sequence, kind, amends, replaces, manifest, manifest_sha256, sha256, size, state,
       recorded_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'recorded', ?)`,
    manifest.packetId,
    manifest.sequence,
    manifest.kind,
    manifest.amends ?? null,
    manifest.replaces ?? null,
    jws,
    sha256(jws),
    manifest.sha256,
    manifest.size,
    input.recordedAt,
  );
  tx.run('INSERT INTO packet_blob(packet_id, sealed) VALUES (?, ?)', manifest.packetId, input.sealed);
  tx.run(
    'INSERT INTO outbox(packet_id, sequence, waiting) VALUES (?, ?, 1)',
    manifest.packetId,
    manifest.sequence,
  );
}

function insertEnrollment(tx: Writer, input: RecordInput): void {
  const biodata: Biodata = input.biodata;
  tx.run(
    `INSERT INTO enrollment(packet_id, nik, nama, biodata, thumbnail, operator_id, operator_name, date, recorded_at,
       clock_offset_ms)
     VALUES (@packetId, @nik, @nama, @biodata,
       coalesce(@thumbnail, (SELECT thumbnail FROM enrollment WHERE packet_id = @amends)),
       @operatorId, @operatorName, @date, @recordedAt, @clockOffsetMs)`,
    {
      packetId: input.packetId,
      nik: biodata.nik,
      nama: biodata.nama,
      biodata: JSON.stringify(biodata),
      thumbnail: input.thumbnail,
      // A photo that is not taken again is the one that was taken before.
      amends: input.draft.amends?.packetId ?? null,
      operatorId: input.by.accountId,
      operatorName: input.by.name,
      date: input.date,
      recordedAt: input.recordedAt,
      clockOffsetMs: input.clockOffsetMs,
    },
  );
}

/** A draft may have outlived its day: every ticket that led to this packet is done, and so is the one of today. */
function finishTickets(tx: Writer, input: RecordInput): void {
  tx.run(
    'UPDATE ticket SET packet_id = ? WHERE date = ? AND nik = ?',
    input.packetId,
    input.date,
    input.biodata.nik,
  );
  const tickets: StoredTicket[] = ticketsOf(tx, input.packetId);
  for (const ticket of tickets)
    changeTicket(tx, ticket, 'record', null, input.by.accountId, input.recordedAt);
}
