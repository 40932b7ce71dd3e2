import swagger from '@fastify/swagger';
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { Certificates } from './certificates.ts';
import type { Context } from './context.ts';
import { ProblemError, addProblems } from './problems.ts';
import { addAnswers } from './routes/answers.ts';
import { addJournal } from './routes/journal.ts';
import { addPackets } from './routes/packets.ts';
import { addReference } from './routes/reference.ts';
import { addStations } from './routes/stations.ts';
import { addTakeover } from './routes/takeover.ts';
import { digest, addSignatures } from './signature.ts';

/** No byte in either direction for this long ends a connection, so that a dead one holds nothing. */
const IDLE_MS = 60_000;
const JSON_MAX_BYTES = 1024 * 1024;

/** The API over TLS, or over plain HTTP without certificates. */
export async function buildServer(
  center: Context,
  options: { readonly certificates: Certificates | null; readonly log: Logger },
): Promise<FastifyInstance> {
  const { certificates, log } = options;
  const logger: FastifyBaseLogger = log;
  const app: FastifyInstance = fastify({
    loggerInstance: logger,
    bodyLimit: JSON_MAX_BYTES,
    connectionTimeout: IDLE_MS,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    https: certificates && { key: certificates.keyPem, cert: certificates.chainPem, minVersion: 'TLSv1.2' },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'Rekam center', version: '1' } },
    transform: jsonSchemaTransform,
  });
  addProblems(app);
  addSignatures(app);
  addJson(app);
  addStations(app, center);
  addPackets(app, center);
  addAnswers(app, center);
  addJournal(app, center);
  addReference(app, center);
  addTakeover(app, center);
  await app.ready();
  return app;
}

/** JSON bodies, with the digest of the very bytes that came: the signature covers that. */
function addJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    request.bodyDigest = digest(body);
    try {
      done(null, JSON.parse(body.toString()));
    } catch {
      done(new ProblemError('request-invalid', 'unreadable JSON'));
    }
  });
}
