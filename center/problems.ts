import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { makeProblem, PROBLEM_MEDIA_TYPE, PROBLEMS, type ProblemName } from '../app/sync/problems.ts';

/** Thrown anywhere below a route; becomes the problem+json answer. */
export class ProblemError extends Error {
  readonly problem: ProblemName;
  readonly detail: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail for logs and the telephone, never personal data */
  constructor(problem: ProblemName, detail?: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail === undefined ? problem : `${problem}: ${detail}`);
    this.name = 'ProblemError';
    this.problem = problem;
    this.detail = detail;
    this.headers = headers;
  }
}

/** Retry-After counts whole seconds (RFC 9110 § 10.2.3): rounded up, so that nobody comes too early. */
export function retryAfter(milliseconds: number): Record<string, string> {
  return { 'retry-after': String(Math.max(1, Math.ceil(milliseconds / 1000))) };
}

/** pg says these without a code. */
const BROKEN_CONNECTION = /^(Connection terminated|Client has encountered a connection error)/;
/** A database that is started again is back within seconds. */
const DATABASE_WAIT_MS = 5_000;

/** Every error answer of the center comes from here. */
export function addProblems(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => {
    answer(reply, new ProblemError('request-invalid', `no ${request.method} here`), 404);
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    answer(reply, asProblem(error, request));
  });
}

function asProblem(error: FastifyError, request: FastifyRequest): ProblemError {
  if (error instanceof ProblemError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const fields = error.validation.map((issue) => `${issue.instancePath} ${issue.keyword}`);
    return new ProblemError('request-invalid', fields.join(', ').slice(0, 500));
  }
  if (isDiskFull(error)) {
    request.log.error({ code: error.code }, "the center's disk is full");
    return new ProblemError('storage-full', undefined, retryAfter(60_000));
  }
  if (isDatabaseGone(error)) {
    request.log.error({ code: error.code }, 'PostgreSQL does not answer');
    return new ProblemError('overloaded', 'no database', retryAfter(DATABASE_WAIT_MS));
  }
  // What Fastify itself refuses before a handler: unreadable JSON, a foreign media type, a body over the limit.
  if (error.code?.startsWith('FST_') && error.statusCode !== undefined && error.statusCode < 500) {
    return new ProblemError('request-invalid', error.code);
  }
  request.log.error({ err: error }, 'a request failed');
  return new ProblemError('internal');
}

/** On the way from PostgreSQL too (class 53, insufficient resources: disk_full). */
export function isDiskFull(error: Error & { code?: string }): boolean {
  return error.code === 'ENOSPC' || error.code === 'EDQUOT' || error.code === '53100';
}

/** Before it is reached (also by a socket that is not there), and classes 08 and 57P of its own errors: it stops or starts. */
function isDatabaseGone(error: FastifyError & { syscall?: string }): boolean {
  if (error.syscall === 'connect' || error.code === 'ECONNRESET' || error.code === 'EPIPE') return true;
  if (error.code === undefined) return BROKEN_CONNECTION.test(error.message);
  return /^(08\w{3}|57P0\d)$/.test(error.code);
}

function answer(
  reply: FastifyReply,
  error: ProblemError,
  status: number = PROBLEMS[error.problem].status,
): void {
  const problem = { ...makeProblem(error.problem, error.detail), status };
  void reply
    .code(status)
    .headers(error.headers)
    .type(PROBLEM_MEDIA_TYPE)
    .serializer(JSON.stringify)
    .send(problem);
}
