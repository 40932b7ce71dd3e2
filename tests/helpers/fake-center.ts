import { createHash, type KeyObject } from 'node:crypto';
import {
  manifestSchema,
  JWS_TYPES,
  PATHS,
  RECEIPT_HEADER,
  type Outcome,
  type Pace,
} from '../../app/sync/protocol.ts';
import { makeProblem, PROBLEM_MEDIA_TYPE, type ProblemName } from '../../app/sync/problems.ts';
import {
  TransportFailure,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from '../../main/sync/api.ts';
import type { LinkCause } from '../../app/sync/link.ts';
import { signJws } from '../../main/security/sign.ts';

interface Upload {
  readonly manifest: string;
  readonly size: number;
  bytes: Buffer;
  receipt: string | null;
}

/** Sees each request before the center; calls `next` to let it through, or answers or fails in its place. */
export type Fault = (
  request: TransportRequest,
  next: () => TransportResponse,
) => TransportResponse | Promise<TransportResponse>;

/** A center in memory behind the Transport border, with the tus rules of the real one. It checks no request signature. */
export class FakeCenter implements Transport {
  readonly requests: TransportRequest[] = [];
  readonly uploads = new Map<string, Upload>();
  readonly journal: string[] = [];
  outcomes: Outcome[] = [];
  referenceLines: string[] = ['{"type":"cursor","cursor":"1","more":false}'];
  missing: string[] = [];
  /** Center's time minus the station's. */
  aheadMs = 0;
  accepting = true;
  pace: Pace = { maxConcurrent: 4, retryAfterMs: 0 };
  fault: Fault | null = null;
  /** How often a packet became complete: more than once would break G3. */
  readonly completions = new Map<string, number>();
  readonly #key: KeyObject;
  readonly #now: () => number;

  constructor(key: KeyObject, now: () => number) {
    this.#key = key;
    this.#now = now;
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    this.requests.push(request);
    if (request.signal.aborted) throw new TransportFailure('timeout', 'aborted');
    if (this.fault === null) return this.handle(request);
    return await this.fault(request, () => this.handle(request));
  }

  close(): void {}

  /** Requests with this method to a path that begins so. */
  count(method: string, path: string): number {
    return this.requests.filter((request) => request.method === method && request.target.startsWith(path))
      .length;
  }

  get received(): string[] {
    return [...this.uploads].filter(([, { receipt }]) => receipt !== null).map(([id]) => id);
  }

  handle(request: TransportRequest): TransportResponse {
    const [path = '', query = ''] = request.target.split('?');
    request.onSent?.(request.body?.length ?? 0);
    if (path === PATHS.pulse) return this.#pulse(new URLSearchParams(query).get('nonce') ?? '');
    if (path === PATHS.outcomes)
      return json({ outcomes: this.outcomes.splice(0), cursor: String(this.#now()), more: false });
    if (path === PATHS.journal) return this.#journal(request);
    if (path === PATHS.reference) return respond(200, {}, this.referenceLines.join('\n'));
    if (path === PATHS.reconcile)
      return json({ missing: this.missing, unknown: [], mismatched: [], gaps: [] });
    if (path === PATHS.packets) return this.#create(request);
    const id = path.split('/')[3] ?? '';
    const upload = this.uploads.get(id);
    if (upload === undefined) return problem('packet-unknown');
    if (path.endsWith('/receipt'))
      return upload.receipt === null ? problem('packet-unknown') : json({ receipt: upload.receipt });
    if (request.method === 'HEAD') return standing(200, upload);
    if (Number(request.headers['upload-offset']) !== upload.bytes.length)
      return problem('upload-offset', offset(upload));
    return this.append(id, request.body ?? new Uint8Array(), 204);
  }

  /** Takes bytes of an upload; the last of them bring the receipt. */
  append(id: string, bytes: Uint8Array, status: number): TransportResponse {
    const upload = this.uploads.get(id);
    if (upload === undefined) return problem('packet-unknown');
    upload.bytes = Buffer.concat([upload.bytes, bytes]);
    if (upload.bytes.length === upload.size && upload.receipt === null) {
      upload.receipt = this.receipt(upload.manifest);
      this.completions.set(id, (this.completions.get(id) ?? 0) + 1);
    }
    return standing(status, upload);
  }

  /** Opens an upload with the first bytes of its body, as when the connection breaks there. */
  begin(request: TransportRequest, bytes: number): void {
    const { id, manifest } = metadata(request);
    this.uploads.set(id, {
      manifest,
      size: Number(request.headers['upload-length']),
      bytes: Buffer.alloc(0),
      receipt: null,
    });
    this.append(id, request.body?.subarray(0, bytes) ?? new Uint8Array(), 201);
  }

  receipt(manifestJws: string, over: Record<string, unknown> = {}, key: KeyObject = this.#key): string {
    const manifest = manifestSchema.parse(
      JSON.parse(Buffer.from(manifestJws.split('.')[1] ?? '', 'base64url').toString()),
    );
    const { packetId, stationId, sequence, sha256, size } = manifest;
    const manifestSha256 = createHash('sha256').update(manifestJws).digest('hex');
    const receivedAt = new Date(this.#now() + this.aheadMs).toISOString();
    const receipt = {
      v: 1,
      packetId,
      stationId,
      sequence,
      manifestSha256,
      sha256,
      size,
      receivedAt,
      ...over,
    };
    return signJws(JWS_TYPES.receipt, 'receipt-1', receipt, key);
  }

  #create(request: TransportRequest): TransportResponse {
    const { id } = metadata(request);
    const known = this.uploads.get(id);
    if (known !== undefined)
      return known.receipt === null ? problem('upload-exists', offset(known)) : standing(200, known);
    this.begin(request, request.body?.length ?? 0);
    return this.append(id, new Uint8Array(), 201);
  }

  #pulse(nonce: string): TransportResponse {
    const time = new Date(this.#now() + this.aheadMs).toISOString();
    const pulse = { v: 1, nonce, time, accepting: this.accepting, pace: this.pace };
    return json({ pulse: signJws(JWS_TYPES.pulse, 'receipt-1', pulse, this.#key) });
  }

  #journal(request: TransportRequest): TransportResponse {
    const { entries } = JSON.parse(Buffer.from(request.body ?? []).toString()) as { entries: string[] };
    this.journal.push(...entries);
    const last = this.journal.at(-1);
    if (last === undefined) return json({ acknowledged: 0 });
    const { sequence } = JSON.parse(Buffer.from(last.split('.')[1] ?? '', 'base64url').toString()) as {
      sequence: number;
    };
    return json({ acknowledged: sequence });
  }
}

function metadata(request: TransportRequest): { id: string; manifest: string } {
  const pairs = (request.headers['upload-metadata'] ?? '').split(',').map((pair) => pair.split(' '));
  const value = (key: string) =>
    Buffer.from(pairs.find(([name]) => name === key)?.[1] ?? '', 'base64').toString();
  return { id: value('packetId'), manifest: value('manifest') };
}

function standing(status: number, upload: Upload): TransportResponse {
  const receipt = upload.receipt === null ? {} : { [RECEIPT_HEADER]: upload.receipt };
  return respond(status, { 'tus-resumable': '1.0.0', ...offset(upload), ...receipt }, '');
}

function offset(upload: Upload): Record<string, string> {
  return { 'upload-offset': String(upload.bytes.length) };
}

export function json(body: unknown): TransportResponse {
  return respond(200, { 'content-type': 'application/json' }, JSON.stringify(body));
}

export function problem(name: ProblemName, headers: Record<string, string> = {}): TransportResponse {
  const body = makeProblem(name);
  return respond(body.status, { 'content-type': PROBLEM_MEDIA_TYPE, ...headers }, JSON.stringify(body));
}

export function respond(status: number, headers: Record<string, string>, text: string): TransportResponse {
  return {
    status,
    headers,
    text: () => Promise.resolve(text),
    lines: async function* () {
      yield* text.split('\n');
    },
  };
}

export function cut(cause: LinkCause = 'timeout'): never {
  throw new TransportFailure(cause, 'cut');
}
