import { X509Certificate } from 'node:crypto';
import { checkServerIdentity, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';

const LONGEST_CHAIN = 6;

/** What the other side presented, leaf first, as far as it goes up. Needs no trust and gives none. */
export function presentedChain(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (certificate?.raw !== undefined && chain.length < LONGEST_CHAIN) {
    chain.push(new X509Certificate(certificate.raw));
    // A root is its own issuer in this structure.
    if (certificate.issuerCertificate === certificate) break;
    certificate = certificate.issuerCertificate as DetailedPeerCertificate | undefined;
  }
  return chain;
}

/** The certificates from the leaf up to those that `ca` signed itself, when each is signed by the next; else null. */
export function chainTo(ca: X509Certificate, chain: readonly X509Certificate[]): X509Certificate[] | null {
  const path: X509Certificate[] = [];
  for (const [index, certificate] of chain.entries()) {
    path.push(certificate);
    if (isSignedBy(certificate, ca)) return path;
    const issuer = chain[index + 1];
    if (issuer === undefined || !issuer.ca || !isSignedBy(certificate, issuer)) return null;
  }
  return null;
}

/**
 * Why a chain cannot be the pinned center's, dates apart; null when it is. OpenSSL's own verdict may speak of the
 * date alone and pass over the rest, so everything else is checked again.
 */
export function chainFault(
  ca: X509Certificate,
  chain: readonly X509Certificate[],
  host: string,
  socket: TLSSocket,
): string | null {
  if (chainTo(ca, chain) === null) return 'chain';
  return checkServerIdentity(host, socket.getPeerCertificate()) === undefined ? null : 'host';
}

/** @param at milliseconds since the epoch */
export function areValidAt(certificates: readonly X509Certificate[], at: number): boolean {
  return certificates.every(
    ({ validFrom, validTo }) => Date.parse(validFrom) <= at && at <= Date.parse(validTo),
  );
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
