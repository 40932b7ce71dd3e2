import { RECEIPT_HEADER } from '../../app/sync/protocol.ts';
import { makeProblem, PROBLEM_MEDIA_TYPE, type ProblemName } from '../../app/sync/problems.ts';

/** A request and an answer as they lie on the wire: the network may spoil both. */
export interface Wire {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function reply(status: number, headers: Record<string, string> = {}, body = ''): Reply {
  return { status, headers, body };
}

export function json(body: unknown): Reply {
  return reply(200, { 'content-type': 'application/json' }, JSON.stringify(body));
}

export function ndjson(lines: readonly string[]): Reply {
  return reply(200, { 'content-type': 'application/x-ndjson' }, lines.join('\n'));
}

export function problem(name: ProblemName, headers: Record<string, string> = {}): Reply {
  const body = makeProblem(name);
  return reply(body.status, { 'content-type': PROBLEM_MEDIA_TYPE, ...headers }, JSON.stringify(body));
}

export function standing(status: number, offset: number, receipt: string | null): Reply {
  return reply(status, {
    'tus-resumable': '1.0.0',
    'upload-offset': String(offset),
    ...(receipt === null ? {} : { [RECEIPT_HEADER]: receipt }),
  });
}
