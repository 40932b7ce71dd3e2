import { JWS_TYPES, PATHS, pulseAnswerSchema, pulseSchema, type Pulse } from '../../app/sync/protocol.ts';
import { verifyJws } from '../security/sign.ts';
import { TransportFailure, type Clock, type Transport } from './api.ts';
import { readJson } from './call.ts';
import type { CenterKeys } from './center-keys.ts';
import { notOurs } from './classify.ts';

const IDLE_TIMEOUT_MS = 15_000;

export interface PulseReading {
  readonly pulse: Pulse;
  readonly rttMs: number;
  /** Center's time minus the station's, at the middle of the exchange. */
  readonly offsetMs: number;
}

interface PulseDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly keys: Pick<CenterKeys, 'x' | 'query' | 'follow'>;
  readonly nonce: () => string;
}

/** Asks the center for its time and pace. Only an answer signed over our nonce counts; throws for all others. */
export async function takePulse(deps: PulseDeps, signal: AbortSignal): Promise<PulseReading> {
  try {
    return await onePulse(deps, signal);
  } catch (error) {
    // A kept connection that had died meanwhile says nothing about the link of now.
    if (error instanceof TransportFailure && error.stale && !signal.aborted) return onePulse(deps, signal);
    throw error;
  }
}

async function onePulse(deps: PulseDeps, signal: AbortSignal): Promise<PulseReading> {
  const nonce = deps.nonce();
  const startedAt = deps.clock.elapsed();
  const response = await deps.transport.send({
    method: 'GET',
    target: `${PATHS.pulse}?nonce=${encodeURIComponent(nonce)}&${deps.keys.query}`,
    headers: { accept: 'application/json' },
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    signal,
    allowExpiredCertificate: true,
  });
  const answer = await readJson(response, pulseAnswerSchema, deps.clock.now());
  const endedAt = deps.clock.now();
  const rttMs = deps.clock.elapsed() - startedAt;
  await deps.keys.follow(answer.keys);
  const parsed = pulseSchema.safeParse(verifyJws(JWS_TYPES.pulse, answer.pulse, deps.keys.x));
  if (!parsed.success || parsed.data.nonce !== nonce) throw notOurs('captivePortal', 'pulse-invalid');
  const offsetMs = Math.round(Date.parse(parsed.data.time) - (endedAt - rttMs / 2));
  return { pulse: parsed.data, rttMs, offsetMs };
}
