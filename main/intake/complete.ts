import { askedParts, type Amends } from '../../app/desk/task.ts';
import type { Draft } from '../../app/desk/draft.ts';
import { amendmentSchema, type Amendment } from '../../app/enrollment/amendment.ts';
import { biodataSchema, checkBiodata, ktpStanding, type Biodata } from '../../app/enrollment/biodata.ts';
import { missingParts } from '../../app/enrollment/biometrics.ts';
import { enrollmentSchema, type Enrollment } from '../../app/enrollment/enrollment.ts';
import {
  encodeAmendment,
  encodePacket,
  PACKET_MAX_BYTES,
  type PacketParts,
} from '../../app/enrollment/packet.ts';
import { unfitParts, type Limits } from '../../app/enrollment/quality.ts';
import { RekamError, type ErrorParams } from '../../app/errors.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import type { StationRecord } from '../store/api.ts';
import type { IntakeApi } from './api.ts';

interface Made {
  readonly draft: Draft;
  readonly biodata: Biodata;
  readonly captures: readonly Capture[];
  readonly station: StationRecord;
  readonly input: Parameters<IntakeApi['intake']['record']>[0];
  readonly clockOffsetMs: number | null;
  readonly limits: Limits;
}

/** @throws RekamError `draft.incomplete` */
export function completeBiodata(draft: Draft, today: string, station: StationRecord): Biodata {
  const { errors, warnings } = checkBiodata(
    draft.biodata,
    today,
    station.activation.kecamatan.kode,
    draft.corrections,
  );
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

/**
 * The bytes of the packet, once nothing is missing from it.
 * @throws RekamError `draft.incomplete`, `draft.tooLarge`
 */
export function completePacket(made: Made, parts: PacketParts): Uint8Array {
  const { draft, captures } = made;
  const missing = missingParts(
    captures.map(({ part }) => part.name),
    draft.exceptions,
    askedParts(draft.amends),
  );
  if (missing.length > 0) throw incomplete({ parts: missing.join(' ') });
  const unfit = unfitParts(
    captures.map(({ part }) => part),
    made.biodata,
    made.limits,
  );
  if (unfit.length > 0) throw incomplete({ parts: unfit.join(' '), reason: 'quality' });
  if (draft.approval === null) throw incomplete({ step: 'review' });
  const content =
    draft.amends === undefined
      ? encodePacket(completeEnrollment(made), parts)
      : encodeAmendment(completeAmendment(made, draft.amends), parts);
  // Told while the resident is still here: the center would refuse it for ever.
  if (content.length > PACKET_MAX_BYTES) throw tooLarge(content.length, captures);
  return content;
}

function tooLarge(size: number, captures: readonly Capture[]): RekamError {
  const largest = captures.reduce((most, capture) => (capture.part.size > most.part.size ? capture : most));
  return new RekamError('draft.tooLarge', {
    megabytes: Math.ceil(size / 1_000_000),
    part: largest.part.name,
  });
}

function completeEnrollment(made: Made): Enrollment {
  const enrollment = enrollmentSchema.safeParse({
    ...common(made),
    biodata: made.biodata,
    ...judged(made),
    ticket: made.draft.ticket,
  });
  // What is left to fail are exceptions that contradict a capture or lack their note.
  if (!enrollment.success) throw incomplete({ reason: enrollment.error.issues[0]?.message ?? 'schema' });
  return enrollment.data;
}

function completeAmendment(made: Made, amends: Amends): Amendment {
  const { biodata } = made;
  const amendment = amendmentSchema.safeParse({
    ...common(made),
    amends: amends.packetId,
    nik: biodata.nik,
    biodata: amends.biodata ? { biodata, ...judged(made) } : null,
  });
  if (!amendment.success) throw incomplete({ reason: amendment.error.issues[0]?.message ?? 'schema' });
  return amendment.data;
}

/** What was found out about the biodata. */
function judged({ draft, biodata, input }: Made) {
  const { corrections, warnings } = draft;
  return { corrections, warnings, early: ktpStanding(biodata, input.date) === 'early' };
}

function common({ draft, captures, station, input, clockOffsetMs }: Made) {
  return {
    v: 1,
    packetId: draft.packetId,
    stationId: station.activation.stationId,
    kecamatan: station.activation.kecamatan.kode,
    parts: captures.map(({ part }) => part),
    exceptions: draft.exceptions,
    approval: draft.approval,
    operator: input.by,
    startedAt: draft.startedAt,
    recordedAt: new Date(input.now).toISOString(),
    clockOffsetMs,
  };
}

function incomplete(params: ErrorParams): RekamError {
  return new RekamError('draft.incomplete', params);
}
