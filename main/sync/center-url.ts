import { RekamError } from '../../app/errors.ts';

export interface CenterAddress {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly secure: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  readonly loopback: boolean;
}

/**
 * The center's address: https, or plain http to this very machine alone. No path, since requests are signed over
 * theirs, and no credentials. Throws RekamError('center.url').
 */
export function parseCenterUrl(text: string): CenterAddress {
  const url = readUrl(text.trim());
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const loopback = isLoopback(host);
  const plain = url.protocol === 'http:' && loopback;
  const bare =
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '' &&
    url.password === '';
  if (!(secure || plain) || !bare || host === '') throw new RekamError('center.url');
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  return { origin: url.origin, secure, host, port, loopback };
}

function readUrl(text: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw new RekamError('center.url', {}, cause);
  }
}

/** `URL` has already turned every spelling of an IPv4 address into four plain numbers. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
