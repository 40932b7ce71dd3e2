import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { packetIdSchema } from '../../app/ids.ts';
import {
  cursorQuerySchema,
  outcomesAnswerSchema,
  PATHS,
  receiptAnswerSchema,
  reconcileAnswerSchema,
  reconcileRequestSchema,
} from '../../app/sync/protocol.ts';
import type { Context } from '../context.ts';
import { parseCursor } from '../cursor.ts';
import { ProblemError } from '../problems.ts';
import { acceptedByDesa, reconcile, requireTakenOver } from '../reconcile.ts';
import { callerOf, verifyRequest } from '../signature.ts';

const OUTCOMES_PAGE = 500;

/** What the center knows about packets that were delivered. */
export function addAnswers(app: FastifyInstance, center: Context): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const preValidation = (request: FastifyRequest) => verifyRequest(center, request);

  routes.get(
    `${PATHS.packets}/:id/receipt`,
    {
      preValidation,
      schema: {
        summary: 'The receipt again',
        params: z.object({ id: packetIdSchema }),
        response: { 200: receiptAnswerSchema },
      },
    },
    async (request) => {
      const packet = await center.db
        .selectFrom('packet')
        .select('receipt')
        .where('packet_id', '=', request.params.id)
        .where('kecamatan', '=', callerOf(request).kecamatan)
        .executeTakeFirst();
      if (packet === undefined) throw new ProblemError('packet-unknown');
      return { receipt: packet.receipt };
    },
  );

  routes.get(
    PATHS.outcomes,
    {
      preValidation,
      schema: {
        summary: 'Verdicts since a cursor, for what this station recorded, delivered or took over',
        querystring: cursorQuerySchema,
        response: { 200: outcomesAnswerSchema },
      },
    },
    async (request) => {
      const { stationId, kecamatan } = callerOf(request);
      const after = parseCursor(request.query.after);
      const rows = await center.db
        .selectFrom('outcome')
        .innerJoin('packet', 'packet.packet_id', 'outcome.packet_id')
        .select(['outcome.packet_id', 'change', 'verdict', 'remedy', 'reasons', 'decided_at'])
        .where('outcome.kecamatan', '=', kecamatan)
        .where('change', '>', after)
        .where((or) =>
          or.or([
            or('packet.station_id', '=', stationId),
            or('packet.delivered_by', '=', stationId),
            or(
              'packet.station_id',
              'in',
              or.selectFrom('station').select('id').where('taken_over_by', '=', stationId),
            ),
          ]),
        )
        .orderBy('change')
        .limit(OUTCOMES_PAGE)
        .execute();
      return {
        outcomes: rows.map((row) => ({
          packetId: row.packet_id,
          verdict: row.verdict,
          remedy: row.remedy,
          reasons: row.reasons,
          decidedAt: row.decided_at.toISOString(),
        })),
        cursor: String(rows.at(-1)?.change ?? after),
        more: rows.length === OUTCOMES_PAGE,
      };
    },
  );

  routes.post(
    PATHS.reconcile,
    {
      preValidation,
      schema: {
        summary: "Compare a range of the station's sequence, or of one that it took over",
        body: reconcileRequestSchema,
        response: { 200: reconcileAnswerSchema },
      },
    },
    async (request) => {
      const { stationId, kecamatan } = callerOf(request);
      const { stationId: of = stationId, accepted } = request.body;
      if (of !== stationId) await requireTakenOver(center.db, stationId, of);
      const answer = await reconcile(center.db, of, request.body);
      return accepted === true ? { ...answer, accepted: await acceptedByDesa(center.db, kecamatan) } : answer;
    },
  );
}
