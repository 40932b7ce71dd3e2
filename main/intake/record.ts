import type { KeyObject } from 'node:crypto';
import { risksOf } from '../../app/desk/review.ts';
import type { PartName } from '../../app/enrollment/biometrics.ts';
import { RekamError } from '../../app/errors.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import { JWS_TYPES } from '../../app/sync/protocol.ts';
import { seal } from '../security/seal.ts';
import { sha256, signJws } from '../security/sign.ts';
import { unconfirmed } from '../store/corrections.ts';
import type { Database } from '../store/database.ts';
import { loadDraft, setAsideUnreadable } from '../store/drafts.ts';
import { commitRecord, readRecorded, recordedBiodata } from '../store/records.ts';
import { clockOffset } from '../store/settings.ts';
import { atBorder } from '../store/sqlite-errors.ts';
import { readPolicy, readStation } from '../store/station.ts';
import type { IntakeApi } from './api.ts';
import { closeDay } from './day.ts';
import { completeBiodata, completePacket } from './complete.ts';

type Input = Parameters<IntakeApi['intake']['record']>[0];

/** A preview larger than this is no thumbnail: the desk keeps a small photo or none. */
const THUMBNAIL_MAX_BYTES = 48 * 1024;

/** @param stationKey Ed25519, signs each manifest and count sheet */
export function createIntake(db: Database, stationKey: KeyObject): IntakeApi {
  return {
    intake: {
      record: (input) => record(db, stationKey, input),
      closeDay: (input) => closeDay(db, stationKey, input),
    },
  };
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
    setAsideUnreadable(db, input.packetId, { by: input.by.accountId, now: input.now }, () =>
      loadDraft(db, input.packetId),
    ),
  );
  if (draft.revision !== input.revision) throw new RekamError('draft.stale');

  const offset = clockOffset(db);
  const { amends } = draft;
  // Where only parts are taken again, the biodata are those of the packet that is amended, whatever the draft says.
  const biodata =
    amends?.biodata === false
      ? atBorder(() => recordedBiodata(db, amends.packetId))
      : completeBiodata(draft, input.date, station);
  const open = atBorder(() => unconfirmed(db, input.packetId, draft.corrections));
  if (open !== undefined) throw new RekamError('correction.unconfirmed', { field: open.field });
  const parts = new Map<PartName, Uint8Array>(captures.map(({ part, bytes }) => [part.name, bytes]));
  const limits = atBorder(() => readPolicy(db, station)).inForce;
  const content = completePacket(
    { draft, biodata, captures, station, input, clockOffsetMs: offset, limits },
    parts,
  );
  const sealed = await seal(content, station.activation.sealing.recipient);

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
        risks: risksOf({ ...draft, parts: captures.map(({ part }) => part), recordedAt: input.now }, limits),
        recipientKeyId: station.activation.sealing.keyId,
      },
      station.activation.stationId,
      (manifest) => signJws(JWS_TYPES.manifest, station.activation.stationId, manifest, stationKey),
    ),
  );
}

function thumbnail(captures: readonly Capture[]): Uint8Array | null {
  const photo = captures.find(({ part }) => part.name === 'photo');
  const small = [photo?.preview, photo?.bytes].find(
    (bytes) => bytes != null && bytes.length <= THUMBNAIL_MAX_BYTES && bytes[0] === 0xff && bytes[1] === 0xd8,
  );
  return small ?? null;
}
