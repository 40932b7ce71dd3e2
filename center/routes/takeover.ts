import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { PATHS } from '../../app/sync/protocol.ts';
import {
  recoveryAnswerSchema,
  recoveryRequestSchema,
  takeoverAnswerSchema,
  takeoverRequestSchema,
} from '../../app/sync/recovery.ts';
import type { Context } from '../context.ts';
import { ProblemError } from '../problems.ts';
import { callerOf, verifyRequest } from '../signature.ts';
import { createGuessLimit } from '../stations.ts';
import { issueKit, takeOver } from '../takeover.ts';

/** What outlives a station: its recovery kit, and the word that another has taken it over. */
export function addTakeover(app: FastifyInstance, center: Context): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const preValidation = (request: FastifyRequest) => verifyRequest(center, request);
  const guesses = createGuessLimit(Date.now);

  /** Counted by station: passwords and vouchers are not for guessing. */
  const guarded = async <T>(request: FastifyRequest, act: () => Promise<T>): Promise<T> => {
    const { stationId } = callerOf(request);
    guesses.check(stationId);
    try {
      return await act();
    } catch (error) {
      if (error instanceof ProblemError) guesses.wrong(stationId);
      throw error;
    }
  };

  routes.post(
    PATHS.recovery,
    {
      preValidation,
      schema: {
        summary: "A supervisor's new recovery kit, sealed to the recovery code; the one before it is void",
        body: recoveryRequestSchema,
        response: { 200: recoveryAnswerSchema },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return guarded(request, async () => ({
        sealed: await issueKit(center, callerOf(request), request.body),
      }));
    },
  );

  routes.post(
    PATHS.takeover,
    {
      preValidation,
      schema: {
        summary: 'The caller has taken over a dead station, whose key is revoked; by the voucher of its kit',
        body: takeoverRequestSchema,
        response: { 200: takeoverAnswerSchema },
      },
    },
    (request) =>
      guarded(request, async () => ({
        last: await takeOver(center.db, callerOf(request), request.body),
      })),
  );
}
