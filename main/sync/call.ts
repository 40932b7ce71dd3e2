import type { KeyObject } from 'node:crypto';
import type { z } from 'zod';
import type { StationRecord } from '../store/api.ts';
import {
  TransportFailure,
  type Pace,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from './api.ts';
import { notOurs, refusal, type Answer } from './classify.ts';
import { createSigner, type Signer } from './request-signature.ts';

export interface CallRequest {
  readonly method: TransportRequest['method'];
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON under a content-digest. */
  readonly json?: unknown;
  /** Sent as it is, for uploads. */
  readonly body?: Uint8Array;
  readonly idleTimeoutMs?: number;
  readonly signal: AbortSignal;
  readonly onSent?: (bytes: number) => void;
  readonly pace?: Pace;
}

/** One signed request to the center. Throws TransportFailure; every HTTP answer comes back. */
export type Call = (request: CallRequest) => Promise<TransportResponse>;

/** A small call's silence, milliseconds; an upload gives the link longer. */
const IDLE_TIMEOUT_MS = 30_000;

interface CallerDeps {
  readonly transport: Transport;
  readonly sign: Signer;
  /** By the station's clock. */
  readonly now: () => number;
  readonly clockOffsetMs: () => number | null;
  /** Whether the center takes a call right now: it may have asked to wait in an answer beside this one. */
  readonly mayRepeat: () => boolean;
}

export function createCaller({ transport, sign, now, clockOffsetMs, mayRepeat }: CallerDeps): Call {
  const attempt = async (request: CallRequest): Promise<TransportResponse> => {
    const json = request.json === undefined ? undefined : Buffer.from(JSON.stringify(request.json), 'utf8');
    const offset = clockOffsetMs();
    const centerNow = now() + (offset ?? 0);
    const headers: Record<string, string> = { accept: 'application/json', ...request.headers };
    if (json !== undefined) headers['content-type'] = 'application/json';
    const body = json ?? request.body;
    const { method, target } = request;
    return transport.send({
      method,
      target,
      headers: await sign({ method, target, headers, ...(json === undefined ? {} : { json }) }, centerNow),
      idleTimeoutMs: request.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
      signal: request.signal,
      ...(body === undefined ? {} : { body }),
      ...(request.onSent === undefined ? {} : { onSent: request.onSent }),
      ...(request.pace === undefined ? {} : { pace: request.pace }),
      ...(offset === null ? {} : { centerTime: centerNow }),
    });
  };
  return async (request) => {
    try {
      return await attempt(request);
    } catch (error) {
      // The kept-alive connection had gone to sleep: every call may be repeated, and is signed anew.
      if (error instanceof TransportFailure && error.stale && !request.signal.aborted && mayRepeat())
        return attempt(request);
      throw error;
    }
  };
}

/** For a call that a person waits for, beside the engine's own. */
export function stationCall(
  { activation }: StationRecord,
  key: KeyObject,
  transport: Transport,
  clock: { now(): number; corrected(): number },
): Call {
  return createCaller({
    ...{ transport, sign: createSigner(activation.stationId, key), now: () => clock.now() },
    clockOffsetMs: () => clock.corrected() - clock.now(),
    mayRepeat: () => true,
  });
}

export async function readAnswerOf(response: TransportResponse): Promise<Answer> {
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** The body of a 200 by its schema; throws the verdict on everything else. @param now for Retry-After dates */
export async function readJson<S extends z.ZodType>(
  response: TransportResponse,
  schema: S,
  now: number,
): Promise<z.infer<S>> {
  const answer = await readAnswerOf(response);
  if (answer.status !== 200) throw refusal(answer, now);
  const body = parseJson(answer.text);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  // JSON that is wrong comes from our center; anything else from a portal in its place.
  throw body === undefined ? notOurs('captivePortal', 'not-json') : notOurs('centerError', 'answer-schema');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
