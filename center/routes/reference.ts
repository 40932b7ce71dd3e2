import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { cursorQuerySchema, PATHS, type ReferenceLine } from '../../app/sync/protocol.ts';
import type { Context } from '../context.ts';
import { parseCursor } from '../cursor.ts';
import { referenceLines } from '../reference.ts';
import { callerOf, verifyRequest } from '../signature.ts';

export const NDJSON = 'application/x-ndjson';

export function addReference(app: FastifyInstance, center: Context): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    PATHS.reference,
    {
      preValidation: (request: FastifyRequest) => verifyRequest(center, request),
      schema: {
        summary: "Delta of the kecamatan's reference data, one JSON line each",
        querystring: cursorQuerySchema,
      },
    },
    (request, reply) => {
      const lines = referenceLines(center.db, callerOf(request), parseCursor(request.query.after));
      return reply
        .type(NDJSON)
        .header('cache-control', 'no-store')
        .send(Readable.from(ndjson(lines)));
    },
  );
}

/** One piece of text a page: a line each would be a write each. */
async function* ndjson(lines: AsyncIterable<ReferenceLine>): AsyncGenerator<string> {
  let text = '';
  for await (const line of lines) {
    text += `${JSON.stringify(line)}\n`;
    if (line.type !== 'cursor') continue;
    yield text;
    text = '';
  }
}
