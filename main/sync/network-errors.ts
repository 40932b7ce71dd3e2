import { networkInterfaces } from 'node:os';
import type { LinkCause } from '../../app/sync/link.ts';
import { TransportFailure } from './api.ts';

const NO_NETWORK = ['ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL'];
const DNS = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME'];
export const CERTIFICATE_DATES = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];
const TLS = [
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'HOSTNAME_MISMATCH',
  'PATH_LENGTH_EXCEEDED',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'EPROTO',
];

/** What answers does not speak TLS at all. Both libraries name it in the message alone: OpenSSL and Electron's BoringSSL. */
const NO_TLS = /wrong.version.number|http.request/i;

/** The code of a Node error, its cause's where it only wraps one. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Node tries every address of a name and reports all failures together.
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  return 'cause' in error ? errorCode(error.cause) : '';
}

export interface FailureContext {
  /** The center is on this machine: no interface has to be up. */
  readonly loopback: boolean;
  /** The request went out over a connection kept from before, and nothing of an answer came. */
  readonly reused: boolean;
}

export function transportFailure(error: unknown, context: FailureContext): TransportFailure {
  if (error instanceof TransportFailure) return error;
  const code = errorCode(error);
  const stale = context.reused && ['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes(code);
  const isPlain = code === 'EPROTO' && error instanceof Error && NO_TLS.test(error.message);
  const cause = isPlain ? 'captivePortal' : causeOf(code, context.loopback);
  return new TransportFailure(cause, code === '' ? 'failed' : code, error, stale);
}

function causeOf(code: string, loopback: boolean): LinkCause {
  if (CERTIFICATE_DATES.includes(code)) return 'clock';
  if (TLS.includes(code) || code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL')) return 'tls';
  if (NO_NETWORK.includes(code) || (!loopback && !hasNetwork())) return 'noNetwork';
  if (DNS.includes(code)) return 'dns';
  if (code === 'ECONNREFUSED') return 'refused';
  if (code.startsWith('HPE_')) return 'captivePortal';
  // A connection that breaks off and one that falls silent are the same to people: the link does not carry.
  return 'timeout';
}

function hasNetwork(): boolean {
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address)),
  );
}
