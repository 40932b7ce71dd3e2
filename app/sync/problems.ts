import { z } from 'zod';

/**
 * Every error answer of the center is problem+json (RFC 9457) with a `type` from this list. The list says what the
 * station does about it, so that neither side matches strings.
 *
 * `retry`: try again later by the backoff · `hold`: this packet waits for a person, the others flow ·
 * `station`: no call of this station will pass until somebody acts · `request`: a defect in the call itself ·
 * `offset`: ask for the offset and go on from there
 */
export const PROBLEMS = {
  'request-invalid': { status: 400, does: 'request' },
  'signature-invalid': { status: 401, does: 'station' },
  /** Signed outside the accepted window: the next pulse mends the offset. */
  'clock-skew': { status: 401, does: 'retry' },
  'nonce-replayed': { status: 401, does: 'retry' },
  'station-unknown': { status: 403, does: 'station' },
  'station-revoked': { status: 403, does: 'station' },
  /** Not the password of a supervisor of this kecamatan. */
  'password-wrong': { status: 403, does: 'request' },
  /** No voucher of that station that still counts, or another has taken it over. */
  'takeover-refused': { status: 403, does: 'request' },
  'activation-invalid': { status: 403, does: 'station' },
  'activation-used': { status: 403, does: 'station' },
  'packet-unknown': { status: 404, does: 'retry' },
  /** Creation of an upload that exists unfinished; `Upload-Offset` tells where it stands. */
  'upload-exists': { status: 409, does: 'offset' },
  'upload-offset': { status: 409, does: 'offset' },
  'upload-locked': { status: 423, does: 'retry' },
  /** The same packet id under another manifest. */
  'manifest-conflict': { status: 409, does: 'hold' },
  'packet-too-large': { status: 413, does: 'hold' },
  'manifest-invalid': { status: 422, does: 'hold' },
  /** Numbered above what its station had left when another took it over. */
  'manifest-late': { status: 422, does: 'hold' },
  /** The bytes do not have the manifest's SHA-256; the upload was thrown away and starts again from zero. */
  'packet-hash': { status: 422, does: 'retry' },
  /** Sealed to a key that the center does not have. */
  'recipient-unknown': { status: 422, does: 'hold' },
  'rate-limited': { status: 429, does: 'retry' },
  internal: { status: 500, does: 'retry' },
  overloaded: { status: 503, does: 'retry' },
  'storage-full': { status: 507, does: 'retry' },
} as const satisfies Record<
  string,
  { status: number; does: 'retry' | 'hold' | 'station' | 'request' | 'offset' }
>;

export type ProblemName = keyof typeof PROBLEMS;
export const PROBLEM_NAMES = Object.keys(PROBLEMS) as ProblemName[];

const PREFIX = 'urn:rekam:problem:';
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

const DETAIL_MAX = 1000;
export const problemSchema = z.object({
  type: z.string().max(200),
  title: z.string().max(200),
  status: z.int(),
  /** For logs and the telephone; never personal data. */
  detail: z.string().max(DETAIL_MAX).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

export function makeProblem(name: ProblemName, detail?: string): Problem {
  const problem = { type: PREFIX + name, title: name.replaceAll('-', ' '), status: PROBLEMS[name].status };
  // A detail too long for the schema would make the station take our own answer for a stranger's.
  return detail === undefined ? problem : { ...problem, detail: detail.slice(0, DETAIL_MAX) };
}

/** The listed name of a problem answer, or null for an answer that no center of ours would give. */
export function problemName(body: unknown): ProblemName | null {
  const parsed = problemSchema.safeParse(body);
  if (!parsed.success || !parsed.data.type.startsWith(PREFIX)) return null;
  const name = parsed.data.type.slice(PREFIX.length);
  return PROBLEM_NAMES.find((known) => known === name) ?? null;
}
