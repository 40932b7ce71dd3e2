import type { KeyObject } from 'node:crypto';
import type { Draft } from '../../app/desk/draft.ts';
import { biodataSchema, checkBiodata, ktpStanding, type Biodata } from '../../app/enrollment/biodata.ts';
import { missingParts, type PartName } from '../../app/enrollment/biometrics.ts';
import { enrollmentSchema, type Enrollment } from '../../app/enrollment/enrollment.ts';
import { encodePacket } from '../../app/enrollment/packet.ts';
import { RekamError, type ErrorParams } from '../../app/errors.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import { JWS_TYPES } from '../../app/sync/protocol.ts';
import { seal } from '../security/seal.ts';
import { sha256, signJws } from '../security/sign.ts';
import type { StationRecord } from '../store/api.ts';
import { unconfirmed } from '../store/corrections.ts';
import type { Database } from '../store/database.ts';
import { loadDraft, setAsideUnreadable } from '../store/drafts.ts';
import { commitRecord, readRecorded } from '../store/records.ts';
import { clockOffset } from '../store/settings.ts';
import { atBorder } from '../store/sqlite-errors.ts';
import { readStation } from '../store/station.ts';
import type { IntakeApi } from './api.ts';

type Input = Parameters<IntakeApi['intake']['record']>[0];

/** A preview larger than this is no thumbnail: the desk keeps a small photo or none. */
const THUMBNAIL_MAX_BYTES = 48 * 1024;

/** @param stationKey Ed25519, signs each manifest */
export function createIntake(db: Database, stationKey: KeyObject): IntakeApi {
  return { intake: { record: (input) => record(db, stationKey, input) } };
}

async function record(
  db: Database,
  stationKey: KeyObject,
  input: Input,
): ReturnType<IntakeApi['intake']['record']> {
  const known = atBorder(() => readRecorded(db, input.packetId));
  if (known !== null) return known;
  const station = readStation(db);
  if (station === null) throw new RekamError('request.invalid');
  const { draft, captures } = atBorder(() =>
    setAsideUnreadable(db, input.packetId, () => loadDraft(db, input.packetId)),
  );
  if (draft.revision !== input.revision) throw new RekamError('draft.stale');

  const offset = clockOffset(db);
  const biodata = completeBiodata(draft, input.date, station);
  const open = atBorder(() => unconfirmed(db, input.packetId, draft.corrections));
  if (open !== undefined) throw new RekamError('correction.unconfirmed', { field: open.field });
  const enrollment = completeEnrollment(draft, biodata, captures, station, input, offset);
  const parts = new Map<PartName, Uint8Array>(captures.map(({ part, bytes }) => [part.name, bytes]));
  const sealed = await seal(encodePacket(enrollment, parts), station.activation.sealing.recipient);

  return atBorder(() =>
    commitRecord(
      db,
      {
        packetId: input.packetId,
        revision: input.revision,
        draft,
        biodata,
        thumbnail: thumbnail(captures),
        sealed,
        sealedSha256: sha256(sealed),
        recordedAt: input.now,
        clockOffsetMs: offset,
        date: input.date,
        by: input.by,
        recipientKeyId: station.activation.sealing.keyId,
      },
      station.activation.stationId,
      (manifest) => signJws(JWS_TYPES.manifest, station.activation.stationId, manifest, stationKey),
    ),
  );
}

function completeBiodata(draft: Draft, today: string, station: StationRecord): Biodata {
  const { errors, warnings } = checkBiodata(draft.biodata, today, station.activation.kecamatan.kode);
  const [first] = errors;
  if (first !== undefined) throw incomplete({ step: 'biodata', field: first.field, reason: first.code });
  const biodata = biodataSchema.parse(draft.biodata);
  if (biodata.nik !== draft.nik) throw incomplete({ step: 'biodata', field: 'nik', reason: 'nik' });
  const accepted = new Set(draft.warnings.map((warning) => warning.code));
  const unexplained = warnings.find((warning) => !accepted.has(warning.code));
  if (unexplained !== undefined) {
    throw incomplete({ step: 'biodata', field: unexplained.field, reason: unexplained.code });
  }
  if (!draft.biodataConfirmed) throw incomplete({ step: 'biodata' });
  return biodata;
}

function completeEnrollment(
  draft: Draft,
  biodata: Biodata,
  captures: readonly Capture[],
  station: StationRecord,
  input: Input,
  clockOffsetMs: number | null,
): Enrollment {
  const missing = missingParts(
    captures.map(({ part }) => part.name),
    draft.exceptions,
  );
  if (missing.length > 0) throw incomplete({ parts: missing.join(' ') });
  if (draft.approval === null) throw incomplete({ step: 'review' });
  const enrollment = enrollmentSchema.safeParse({
    v: 1,
    packetId: draft.packetId,
    stationId: station.activation.stationId,
    kecamatan: station.activation.kecamatan.kode,
    biodata,
    corrections: draft.corrections,
    warnings: draft.warnings,
    early: ktpStanding(biodata, input.date) === 'early',
    parts: captures.map(({ part }) => part),
    exceptions: draft.exceptions,
    approval: draft.approval,
    operator: input.by,
    ticket: draft.ticket,
    startedAt: draft.startedAt,
    recordedAt: new Date(input.now).toISOString(),
    clockOffsetMs,
  });
  // What is left to fail are exceptions that contradict a capture or lack their note.
  if (!enrollment.success) throw incomplete({ reason: enrollment.error.issues[0]?.message ?? 'schema' });
  return enrollment.data;
}

function incomplete(params: ErrorParams): RekamError {
  return new RekamError('draft.incomplete', params);
}

function thumbnail(captures: readonly Capture[]): Uint8Array | null {
  const photo = captures.find(({ part }) => part.name === 'photo');
  const small = [photo?.preview, photo?.bytes].find(
    (bytes) => bytes != null && bytes.length <= THUMBNAIL_MAX_BYTES && bytes[0] === 0xff && bytes[1] === 0xd8,
  );
  return small ?? null;
}
