import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import {
  activateAnswerSchema,
  activateRequestSchema,
  JWS_TYPES,
  PATHS,
  pulseAnswerSchema,
  pulseQuerySchema,
  type Pulse,
} from '../../app/sync/protocol.ts';
import type { Context } from '../context.ts';
import { signJws } from '../jws.ts';
import { ProblemError } from '../problems.ts';
import { activate, createGuessLimit } from '../stations.ts';

/** What a station may call before the center knows it. */
export function addStations(app: FastifyInstance, center: Context): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const guesses = createGuessLimit(Date.now);

  routes.post(
    PATHS.activate,
    {
      schema: {
        summary: 'One-time code and station key → station',
        body: activateRequestSchema,
        response: { 200: activateAnswerSchema },
      },
    },
    async (request) => {
      guesses.check(request.ip);
      try {
        return await activate(center.db, center.keys, request.body);
      } catch (error) {
        if (error instanceof ProblemError) guesses.wrong(request.ip);
        throw error;
      }
    },
  );

  routes.get(
    PATHS.pulse,
    {
      schema: {
        summary: 'Time, admission and pace, signed over the nonce',
        querystring: pulseQuerySchema,
        response: { 200: pulseAnswerSchema },
      },
    },
    async (request, reply) => {
      const pulse: Pulse = {
        v: 1,
        nonce: request.query.nonce,
        time: new Date().toISOString(),
        accepting: center.accepting,
        pace: center.admission.pace(),
      };
      reply.header('cache-control', 'no-store');
      const { sealing, receipt, announcements } = center.keys;
      const { keyId, kid } = request.query;
      const isBehind =
        keyId !== undefined && kid !== undefined && (keyId !== sealing.keyId || kid !== receipt.kid);
      return {
        pulse: await signJws(JWS_TYPES.pulse, receipt.kid, pulse, receipt.key),
        keys: isBehind ? [...announcements] : [],
      };
    },
  );
}
