import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { journalAnswerSchema, journalRequestSchema, PATHS } from '../../app/sync/protocol.ts';
import type { Context } from '../context.ts';
import { acceptJournal } from '../journal.ts';
import { callerOf, verifyRequest } from '../signature.ts';

/** 500 entries of the largest size. */
const BODY_MAX_BYTES = 9 * 1024 * 1024;

export function addJournal(app: FastifyInstance, center: Context): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    PATHS.journal,
    {
      bodyLimit: BODY_MAX_BYTES,
      preValidation: (request: FastifyRequest) => verifyRequest(center, request),
      schema: {
        summary: "The station's own facts, in sequence; entries held already are passed over",
        body: journalRequestSchema,
        response: { 200: journalAnswerSchema },
      },
    },
    async (request) => ({
      acknowledged: await acceptJournal(center, callerOf(request), request.body.entries),
    }),
  );
}
