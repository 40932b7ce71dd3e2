import { X509Certificate } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import { RekamError } from '../../app/errors.ts';
import { unreachable } from '../../app/result.ts';
import { FINGERPRINT_LENGTH, parseActivationCode } from '../../app/sync/activation.ts';
import { activateAnswerSchema, PATHS } from '../../app/sync/protocol.ts';
import { base32 } from '../../app/sync/typed-code.ts';
import { sha256 } from '../security/sign.ts';
import type { StationRecord } from '../store/api.ts';
import { TransportFailure } from './api.ts';
import { parseCenterUrl, type CenterAddress } from './center-url.ts';
import { CallFailure, refusal, type Answer, type Verdict } from './classify.ts';
import { transportFailure } from './network-errors.ts';
import { chainFault, presentedChain } from './pinned-chain.ts';
import { createTransport } from './transport.ts';

export interface ActivationInput {
  readonly centerUrl: string;
  readonly code: string;
  /** The station's public key. */
  readonly stationKeyX: string;
  readonly label: string;
  readonly appVersion: string;
  readonly signal?: AbortSignal;
}

const IDLE_TIMEOUT_MS = 20_000;

/**
 * Makes this PC a station of the center that issued the code: finds the CA that the code names in what the center
 * presents, and only then sends the secret, over a connection pinned to it. The same code with the same key again
 * gives the same answer, so a lost one is mended by repeating.
 * Throws RekamError: center.url, activation.length, .mistyped, .foreignCenter, .invalid, .used, center.unreachable, center.answer.
 */
export async function activateStation(input: ActivationInput): Promise<StationRecord> {
  const address = parseCenterUrl(input.centerUrl);
  const code = parseActivationCode(input.code);
  if (!code.ok) throw new RekamError(code.error);
  const signal = input.signal ?? new AbortController().signal;
  // On loopback there is neither certificate nor anybody in between.
  const caPem = address.secure ? await findCa(address, code.value.caFingerprint, signal) : null;
  const answer = await post(address.origin, caPem, signal, {
    secret: code.value.secret,
    stationKey: input.stationKeyX,
    label: input.label.slice(0, 80),
    appVersion: input.appVersion.slice(0, 40),
  });
  return { activation: readActivation(answer), centerUrl: address.origin, caPem };
}

/** Reads the presented chain without sending anything. @returns the CA as PEM */
function findCa(address: CenterAddress, fingerprint: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({
      host: address.host,
      port: address.port,
      // RFC 6066: no server name for an address.
      ...(/^[\d.]+$|:/.test(address.host) ? {} : { servername: address.host }),
      // Trust comes from the code's fingerprint below, not from this PC's store.
      rejectUnauthorized: false,
    });
    const abort = () => socket.destroy(new TransportFailure('timeout', 'aborted'));
    const end = (act: () => void) => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      act();
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.setTimeout(IDLE_TIMEOUT_MS, () => socket.destroy(new TransportFailure('timeout', 'silence')));
    socket.on('error', (error) => {
      const failure = transportFailure(error, { loopback: address.loopback, reused: false });
      end(() =>
        reject(
          failure.linkCause === 'tls' ? new RekamError('center.answer', {}, failure) : unreached(failure),
        ),
      );
    });
    socket.once('secureConnect', () => {
      const chain = presentedChain(socket);
      const ca = chain.find(
        ({ raw }) => base32(Buffer.from(sha256(raw), 'hex'), FINGERPRINT_LENGTH) === fingerprint,
      );
      const fault = ca === undefined ? 'fingerprint' : chainFault(ca, chain, address.host, socket);
      end(() => {
        if (ca === undefined || fault !== null)
          reject(new RekamError('activation.foreignCenter', { fault: fault ?? '' }));
        else resolve(new X509Certificate(ca.raw).toString());
      });
    });
  });
}

async function post(
  origin: string,
  caPem: string | null,
  signal: AbortSignal,
  request: object,
): Promise<Answer> {
  const transport = createTransport({ baseUrl: origin, caPem });
  try {
    const response = await transport.send({
      method: 'POST',
      target: PATHS.activate,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: Buffer.from(JSON.stringify(request), 'utf8'),
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      signal,
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    if (!(error instanceof TransportFailure)) throw error;
    if (error.linkCause === 'tls')
      throw new RekamError('activation.foreignCenter', { fault: error.message }, error);
    throw unreached(error);
  } finally {
    transport.close();
  }
}

function readActivation(answer: Answer) {
  if (answer.status < 200 || answer.status > 299) throw refused(refusal(answer, Date.now()).verdict);
  try {
    return activateAnswerSchema.parse(JSON.parse(answer.text));
  } catch (cause) {
    throw new RekamError('center.answer', {}, cause);
  }
}

function refused(verdict: Verdict): RekamError {
  const cause = new CallFailure(verdict);
  switch (verdict.kind) {
    case 'station':
      return new RekamError(
        verdict.problem === 'activation-used' ? 'activation.used' : 'activation.invalid',
        {},
        cause,
      );
    case 'pause':
      return new RekamError('center.unreachable', { cause: 'paused' }, cause);
    case 'retry':
    case 'hold':
    case 'clock':
    case 'request':
    case 'offset':
      return new RekamError('center.answer', { problem: verdict.problem }, cause);
    default:
      return unreachable(verdict);
  }
}

function unreached(failure: TransportFailure): RekamError {
  return new RekamError('center.unreachable', { cause: failure.linkCause }, failure);
}
