import { pino } from 'pino';
import { stringify } from 'yaml';
import { z } from 'zod';
import {
  journalEntrySchema,
  manifestSchema,
  PATHS,
  pulseSchema,
  RECEIPT_HEADER,
  receiptAnswerSchema,
  receiptSchema,
  referenceLineSchema,
  SIGNATURE_WINDOW_MS,
  SIGNED_COMPONENTS,
  TUS_VERSION,
} from '../app/sync/protocol.ts';
import { makeProblem, PROBLEM_MEDIA_TYPE, PROBLEM_NAMES, problemSchema } from '../app/sync/problems.ts';
import type { Context } from './context.ts';
import { OFFSET_MEDIA_TYPE } from './routes/packets.ts';
import { NDJSON } from './routes/reference.ts';
import { buildServer } from './server.ts';

type Json = Record<string, unknown>;

const DESCRIPTION = `What a Rekam station and the data center say to each other. Times are ISO 8601 UTC, sizes bytes, hashes lower-case hex.

Every call but activation and pulse is signed by RFC 9421 with the station's Ed25519 key: components ${SIGNED_COMPONENTS.join(', ')}, and content-digest (RFC 9530, sha-256) where there is a JSON body; parameters keyid (the station's id), created (within ${SIGNATURE_WINDOW_MS / 1000} s of the center's time) and nonce (once). Exactly one signature.

Every error is problem+json (RFC 9457) with a type from the list below. 429 and 503 carry Retry-After.`;

/** The contract as OpenAPI 3.1, from the routes as they are registered and the schemas that they check with. */
export async function centerApiYaml(): Promise<string> {
  // Routes are registered, never called: nothing of a running center is touched.
  const app = await buildServer({} as Context, { certificates: null, log: pino({ level: 'silent' }) });
  const document = JSON.parse(JSON.stringify(app.swagger())) as {
    paths: Record<string, Json>;
    [key: string]: unknown;
  };
  await app.close();
  const paths = { ...document.paths, ...uploads() };
  const reference = paths[PATHS.reference]?.['get'] as Json;
  reference['responses'] = {
    200: {
      description: 'One line of the schema ReferenceLine each',
      content: { [NDJSON]: { schema: { $ref: '#/components/schemas/ReferenceLine' } } },
    },
  };
  for (const operations of Object.values(paths)) {
    for (const operation of Object.values(operations) as Json[]) {
      operation['responses'] = {
        ...(operation['responses'] as Json),
        default: { $ref: '#/components/responses/Problem' },
      };
    }
  }
  return stringify(
    {
      openapi: '3.1.0',
      info: { title: 'Rekam center', version: '1', description: DESCRIPTION },
      paths: Object.fromEntries(Object.entries(paths).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      components: { schemas: signedSchemas(), responses: { Problem: problemResponse() } },
    },
    { lineWidth: 110, aliasDuplicateObjects: false },
  );
}

/** Payloads of the signed statements, and the lines of the reference: they travel inside strings and streams. */
function signedSchemas(): Json {
  return {
    Manifest: describe(manifestSchema, 'Payload of a manifest, signed by the station'),
    Receipt: describe(receiptSchema, 'Payload of a receipt, signed by the center'),
    Pulse: describe(pulseSchema, 'Payload of a pulse, signed by the center'),
    JournalEntry: describe(journalEntrySchema, 'Payload of a journal entry, signed by the station'),
    ReferenceLine: describe(referenceLineSchema, 'One line of the reference delta'),
  };
}

function describe(schema: z.ZodType, description: string): Json {
  return { description, ...plain(schema) };
}

function plain(schema: z.ZodType): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input' });
  return json;
}

function problemResponse(): Json {
  return {
    description: 'A problem of the list',
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: {
          ...plain(problemSchema),
          'x-problems': PROBLEM_NAMES.map((name) => ({
            type: makeProblem(name).type,
            status: makeProblem(name).status,
          })),
        },
      },
    },
  };
}

/** The tus calls, which work on streams and so have no schemas of their own. */
function uploads(): Record<string, Json> {
  const answer = (description: string, headers: string[], body?: z.ZodType) => ({
    description,
    headers: Object.fromEntries(headers.map((name) => [name, { schema: { type: 'string' } }])),
    ...(body && { content: { 'application/json': { schema: plain(body) } } }),
  });
  const header = (name: string, description: string) => ({
    name,
    in: 'header',
    required: true,
    description,
    schema: { type: 'string' },
  });
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } };
  const version = header('Tus-Resumable', TUS_VERSION);
  const bytes = { content: { [OFFSET_MEDIA_TYPE]: { schema: { type: 'string', format: 'binary' } } } };
  return {
    [PATHS.packets]: {
      post: {
        summary:
          'Begin an upload (tus 1.0, creation and creation-with-upload); a known one is never begun again',
        parameters: [
          version,
          header('Upload-Length', 'size of the manifest'),
          header('Upload-Metadata', 'packetId and manifest (compact JWS), base64 each'),
        ],
        requestBody: bytes,
        responses: {
          200: answer('Finished before', [RECEIPT_HEADER, 'upload-offset'], receiptAnswerSchema),
          201: answer(`Begun; with ${RECEIPT_HEADER} finished too`, [
            'location',
            'upload-offset',
            RECEIPT_HEADER,
          ]),
          409: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    [`${PATHS.packets}/{id}`]: {
      head: {
        summary: 'How far an upload is',
        parameters: [id, version],
        responses: {
          200: answer('Its offset; finished, its receipt', [
            'upload-offset',
            'upload-length',
            RECEIPT_HEADER,
          ]),
        },
      },
      patch: {
        summary: 'Go on from the offset',
        parameters: [id, version, header('Upload-Offset', 'where these bytes belong')],
        requestBody: bytes,
        responses: {
          204: answer(`Taken; with ${RECEIPT_HEADER} finished`, ['upload-offset', RECEIPT_HEADER]),
        },
      },
    },
  };
}
