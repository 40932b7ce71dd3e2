import { createHash, verify } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ExpiredError, httpbis } from 'http-message-signatures';
import { sql } from 'kysely';
import { z } from 'zod';
import { stationIdSchema, type StationId } from '../app/ids.ts';
import { SIGNATURE_WINDOW_MS, SIGNED_COMPONENTS } from '../app/sync/protocol.ts';
import type { Context } from './context.ts';
import type { Db } from './database.ts';
import { ProblemError } from './problems.ts';
import type { Stations } from './stations.ts';

/** The station behind a request whose signature was verified. */
export interface Caller {
  readonly stationId: StationId;
  readonly kecamatan: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
    /** SHA-256 of a JSON body, once it was read. */
    bodyDigest: Buffer | null;
  }
}

/** What is said by a signature that holds. */
interface Signed {
  readonly stationId: StationId;
  readonly kecamatan: string;
  readonly created: Date;
  readonly nonce: string;
}

const parametersSchema = z.object({
  keyid: stationIdSchema,
  created: z.date(),
  nonce: z.string().min(8).max(100),
});
/** Far beyond any clock: the window is checked after the signature, so that a wrong clock has an answer of its own. */
const ANY_TIME = new Date(8_640_000_000_000_000);

export function addSignatures(app: FastifyInstance): void {
  app.decorateRequest('caller', null);
  app.decorateRequest('bodyDigest', null);
}

export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error('a route that needs a station has no signature check');
  return request.caller;
}

/**
 * Checks the signature of a request (RFC 9421, Ed25519): covered components, station, time and nonce. A JSON body must
 * be covered through its content-digest (RFC 9530), which is compared with the bytes that came.
 */
export async function verifyRequest(
  { db, stations }: Pick<Context, 'db' | 'stations'>,
  request: FastifyRequest,
): Promise<void> {
  const fields: string[] = [...SIGNED_COMPONENTS];
  if (request.bodyDigest !== null) {
    checkDigest(request.headers['content-digest'], request.bodyDigest);
    fields.push('content-digest');
  }
  const { stationId, kecamatan, created, nonce } = await verifySignature(stations, request, fields);
  const skew = created.getTime() - Date.now();
  // `created` counts whole seconds.
  if (Math.abs(skew) > SIGNATURE_WINDOW_MS + 1000) {
    throw new ProblemError('clock-skew', `signed ${Math.round(skew / 1000)} s from the center's time`);
  }
  await admit(db, stationId, nonce, new Date(created.getTime() + 2 * SIGNATURE_WINDOW_MS));
  request.caller = { stationId, kecamatan };
}

async function verifySignature(
  stations: Stations,
  request: FastifyRequest,
  requiredFields: string[],
): Promise<Signed> {
  let found: Signed | undefined;
  let signatures = 0;
  let valid: boolean | null;
  try {
    valid = await httpbis.verifyMessage(
      {
        notAfter: ANY_TIME,
        requiredFields,
        requiredParams: ['keyid', 'created', 'nonce'],
        keyLookup: async (parameters) => {
          // With two signatures the verdict of one could be taken for the name of the other.
          signatures += 1;
          if (signatures > 1) throw new ProblemError('signature-invalid', 'more than one signature');
          const named = parametersSchema.safeParse(parameters);
          if (!named.success) return null;
          const { keyid, created, nonce } = named.data;
          const station = await stations.find(keyid);
          if (station === undefined) throw new ProblemError('station-unknown');
          found = { stationId: keyid, kecamatan: station.kecamatan, created, nonce };
          return {
            id: keyid,
            algs: ['ed25519'],
            verify: (data, signature) => Promise.resolve(verify(null, data, station.key, signature)),
          };
        },
      },
      // Any origin serves: neither scheme nor authority is signed.
      {
        method: request.method,
        url: new URL(request.raw.url ?? '/', 'https://center'),
        headers: plain(request),
      },
    );
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    // The library throws for headers that cannot be read and for anything required that is missing.
    if (!(error instanceof Error) || isDatabaseError(error)) throw error;
    if (error instanceof ExpiredError) throw new ProblemError('clock-skew', 'the signature has expired');
    throw new ProblemError('signature-invalid', error.message.slice(0, 200));
  }
  if (valid !== true || found === undefined) {
    throw new ProblemError('signature-invalid', valid === null ? 'unsigned' : undefined);
  }
  return found;
}

function isDatabaseError(error: Error): boolean {
  return 'code' in error;
}

/**
 * Spends the nonce if the station still counts. Each nonce once, for all replicas. Not synced: a crash may forget the
 * last half second of them, and a call that comes again then does nothing twice; waiting for the disk would cost each
 * call as much as storing a packet does.
 */
async function admit(db: Db, stationId: StationId, nonce: string, expires: Date): Promise<void> {
  const { rows } = await sql<{ revoked: boolean; is_fresh: boolean }>`
    WITH spent AS (
      INSERT INTO nonce (station_id, nonce, expires_at)
      SELECT id, ${nonce}::text, ${expires}::timestamptz FROM station
      WHERE id = ${stationId}::uuid AND revoked_at IS NULL
        AND set_config('synchronous_commit', 'off', true) = 'off'
      ON CONFLICT DO NOTHING RETURNING 1)
    SELECT revoked_at IS NOT NULL AS revoked, EXISTS (SELECT FROM spent) AS is_fresh
    FROM station WHERE id = ${stationId}::uuid`.execute(db);
  const [station] = rows;
  if (station === undefined) throw new ProblemError('station-unknown');
  if (station.revoked) throw new ProblemError('station-revoked');
  if (!station.is_fresh) throw new ProblemError('nonce-replayed');
}

/** Nonces of signatures that no window admits any more. */
export async function forgetNonces(db: Db): Promise<void> {
  await db.deleteFrom('nonce').where('expires_at', '<', new Date()).execute();
}

function checkDigest(header: string | string[] | undefined, digest: Buffer): void {
  const given = typeof header === 'string' ? /(?:^|,)\s*sha-256=:([\w+/=]+):/.exec(header)?.[1] : undefined;
  if (given !== digest.toString('base64')) {
    throw new ProblemError('signature-invalid', 'content-digest is not that of the body');
  }
}

function plain(request: FastifyRequest): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(request.headers).filter(
      (entry): entry is [string, string | string[]] => entry[1] !== undefined,
    ),
  );
}

export function digest(body: Uint8Array | string): Buffer {
  return createHash('sha256').update(body).digest();
}
