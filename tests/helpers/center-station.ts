import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import http, { type ClientRequest, type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { Encrypter } from 'age-encryption';
import { httpbis } from 'http-message-signatures';
import { v7 as uuidv7 } from 'uuid';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { PART_NAMES, type PartName } from '../../app/enrollment/biometrics.ts';
import { amendmentSchema, type Amendment } from '../../app/enrollment/amendment.ts';
import { enrollmentSchema, type Enrollment } from '../../app/enrollment/enrollment.ts';
import { encodeAmendment, encodePacket } from '../../app/enrollment/packet.ts';
import { accountIdSchema, packetIdSchema, type PacketId, type Sha256 } from '../../app/ids.ts';
import { parseActivationCode } from '../../app/sync/activation.ts';
import {
  activateAnswerSchema,
  JWS_TYPES,
  PATHS,
  SIGNATURE_LABEL,
  SIGNED_COMPONENTS,
  TUS_VERSION,
  type Activation,
  type Fact,
  type JournalEntry,
  type Manifest,
} from '../../app/sync/protocol.ts';
import { problemName } from '../../app/sync/problems.ts';
import { publicKeyX, sha256, signJws } from '../../main/security/sign.ts';
import type { TestCenter } from './center.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly json: unknown;
  /** Name of the problem, null for anything else. */
  readonly problem: string | null;
}

export interface Call {
  readonly json?: unknown;
  readonly body?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Signature's time, seconds from now. */
  readonly createdIn?: number;
  readonly nonce?: string;
  readonly key?: KeyObject;
  readonly keyid?: string;
  readonly unsigned?: boolean;
  /** Sent instead of the JSON that was signed. */
  readonly changedJson?: unknown;
  /** Sends that many bytes of the body, waits for `when`, then cuts the connection; the promise rejects. */
  readonly cut?: { readonly after: number; readonly when: () => boolean };
  /** Told when the request is under way. */
  readonly onRequest?: (request: ClientRequest) => void;
}

export interface TestPacket {
  readonly id: PacketId;
  readonly sealed: Uint8Array;
  readonly manifest: Manifest;
  readonly jws: string;
  readonly manifestSha256: Sha256;
}

export const OFFSET_TYPE = 'application/offset+octet-stream';

/** A station as another implementer would write it from the contract: nothing of main/sync. */
export class TestStation {
  readonly center: { readonly url: string; readonly caPem: string | null };
  readonly key: KeyObject;
  readonly activation: Activation;
  sequence = 0;
  previous: Sha256 | null = null;
  factSequence = 0;

  constructor(
    center: { readonly url: string; readonly caPem: string | null },
    key: KeyObject,
    activation: Activation,
  ) {
    this.center = center;
    this.key = key;
    this.activation = activation;
  }

  get id() {
    return this.activation.stationId;
  }

  /** One signed request. */
  async call(method: string, target: string, call: Call = {}): Promise<Answer> {
    const url = new URL(target, this.center.url);
    const json = call.json === undefined ? undefined : Buffer.from(JSON.stringify(call.json));
    const headers: Record<string, string> = { ...call.headers };
    const fields: string[] = [...SIGNED_COMPONENTS];
    if (json !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-digest'] = `sha-256=:${createHash('sha256').update(json).digest('base64')}:`;
      fields.push('content-digest');
    }
    const signed = call.unsigned === true ? { headers } : await this.sign(method, url, headers, fields, call);
    const changed = call.changedJson === undefined ? json : Buffer.from(JSON.stringify(call.changedJson));
    return sendRequest(
      this.center,
      method,
      url,
      signed.headers as Record<string, string>,
      call.body ?? changed,
      call,
    );
  }

  private sign(method: string, url: URL, headers: Record<string, string>, fields: string[], call: Call) {
    const key = call.key ?? this.key;
    return httpbis.signMessage(
      {
        name: SIGNATURE_LABEL,
        fields,
        params: ['keyid', 'alg', 'created', 'nonce'],
        paramValues: {
          created: new Date(Date.now() + (call.createdIn ?? 0) * 1000),
          nonce: call.nonce ?? randomBytes(12).toString('base64url'),
        },
        key: {
          id: call.keyid ?? this.id,
          alg: 'ed25519',
          sign: (data) => Promise.resolve(sign(null, data, key)),
        },
      },
      { method, url, headers },
    );
  }

  /** A sealed packet of this resident with its manifest, next in the sequence. */
  async packet(biodata: Biodata, options: PacketOptions = {}): Promise<TestPacket> {
    const id = options.id ?? packetIdSchema.parse(uuidv7());
    const { enrollment, parts } = makeEnrollment(biodata, this.activation, id, options);
    return this.sealed(id, encodePacket(enrollment, parts), options);
  }

  /** An amendment of a packet: corrected biodata, one part again, or both. */
  amendment(of: PacketId, biodata: Biodata, options: AmendmentOptions = {}): Promise<TestPacket> {
    const id = packetIdSchema.parse(uuidv7());
    const { enrollment, parts } = makeEnrollment(biodata, this.activation, id, options);
    const { corrections, warnings, early, ticket: _ticket, biodata: _biodata, ...common } = enrollment;
    const again = options.part === undefined ? [] : [options.part.name];
    const amendment = amendmentSchema.parse({
      ...common,
      amends: of,
      nik: biodata.nik,
      biodata: options.partsOnly === true ? null : { biodata, corrections, warnings, early },
      parts: common.parts.filter(({ name }) => again.includes(name)),
      ...options.amendment,
    });
    const bytes = new Map([...parts].filter(([name]) => again.includes(name)));
    const manifest = { kind: 'amendment', amends: of, ...options.manifest } as const;
    return this.sealed(id, encodeAmendment(amendment, bytes), { ...options, manifest });
  }

  private async sealed(id: PacketId, content: Uint8Array, options: PacketOptions): Promise<TestPacket> {
    const encrypter = new Encrypter();
    encrypter.addRecipient(this.activation.sealing.recipient);
    const sealed = options.sealed ?? (await encrypter.encrypt(content));
    this.sequence += options.skip ?? 1;
    const manifest: Manifest = {
      v: 1,
      packetId: id,
      stationId: this.id,
      sequence: this.sequence,
      previous: this.previous,
      kind: 'enrollment',
      recipientKeyId: this.activation.sealing.keyId,
      sha256: sha256(sealed),
      size: sealed.length,
      recordedAt: new Date().toISOString(),
      clockOffsetMs: 0,
      auditHead: sha256('audit'),
      ...options.manifest,
    };
    const jws = signJws(JWS_TYPES.manifest, this.id, manifest, this.key);
    this.previous = sha256(jws);
    return { id, sealed, manifest, jws, manifestSha256: sha256(jws) };
  }

  /** POST with the whole body. */
  create(packet: TestPacket, call: Call = {}): Promise<Answer> {
    return this.call('POST', PATHS.packets, {
      body: packet.sealed,
      ...call,
      headers: {
        'tus-resumable': TUS_VERSION,
        'upload-length': String(packet.manifest.size),
        'upload-metadata': metadata({ packetId: packet.id, manifest: packet.jws }),
        'content-type': OFFSET_TYPE,
        ...call.headers,
      },
    });
  }

  /** PATCH from an offset on. */
  append(packet: TestPacket, offset: number, call: Call = {}): Promise<Answer> {
    return this.call('PATCH', `${PATHS.packets}/${packet.id}`, {
      body: packet.sealed.subarray(offset),
      ...call,
      headers: {
        'tus-resumable': TUS_VERSION,
        'upload-offset': String(offset),
        'content-type': OFFSET_TYPE,
        ...call.headers,
      },
    });
  }

  head(packet: TestPacket): Promise<Answer> {
    return this.call('HEAD', `${PATHS.packets}/${packet.id}`, { headers: { 'tus-resumable': TUS_VERSION } });
  }

  receipt(packet: TestPacket): Promise<Answer> {
    return this.call('GET', `${PATHS.packets}/${packet.id}/receipt`);
  }

  /** A signed journal entry, next in the sequence unless told otherwise. */
  entry(fact: Fact, sequence = (this.factSequence += 1)): string {
    const entry: JournalEntry = {
      v: 1,
      stationId: this.id,
      sequence,
      at: new Date().toISOString(),
      clockOffsetMs: 0,
      fact,
    };
    return signJws(JWS_TYPES.fact, this.id, entry, this.key);
  }

  async reference(
    after?: string,
  ): Promise<{ type: string; cursor?: string; more?: boolean; [field: string]: unknown }[]> {
    const answer = await this.call(
      'GET',
      after === undefined ? PATHS.reference : `${PATHS.reference}?after=${after}`,
    );
    if (answer.status !== 200) throw new Error(`reference: ${answer.status} ${answer.body}`);
    return answer.body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
  }
}

export function metadata(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');
}

/** Activates a new station at a test center. */
export async function activateStation(center: TestCenter, label = 'Meja 1'): Promise<TestStation> {
  const key = generateKeyPairSync('ed25519').privateKey;
  const answer = await activateWith(center, await center.activationCode(label), key);
  return new TestStation(center, key, activateAnswerSchema.parse(answer.json));
}

export async function activateWith(
  center: { readonly url: string; readonly caPem: string | null },
  code: string,
  key: KeyObject,
): Promise<Answer> {
  const parsed = parseActivationCode(code);
  if (!parsed.ok) throw new Error(parsed.error);
  const body = {
    secret: parsed.value.secret,
    stationKey: publicKeyX(key),
    label: 'test',
    appVersion: '0.0.0',
  };
  return sendJson(center, PATHS.activate, body);
}

/** An unsigned JSON request. */
export function sendJson(
  center: { readonly url: string; readonly caPem: string | null },
  target: string,
  body?: unknown,
): Promise<Answer> {
  const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const headers: Record<string, string> = bytes === undefined ? {} : { 'content-type': 'application/json' };
  return sendRequest(
    center,
    bytes === undefined ? 'GET' : 'POST',
    new URL(target, center.url),
    headers,
    bytes,
    {},
  );
}

function sendRequest(
  center: { readonly caPem: string | null },
  method: string,
  url: URL,
  headers: Record<string, string>,
  body: Uint8Array | undefined,
  call: Pick<Call, 'cut' | 'onRequest'>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = body === undefined ? headers : { ...headers, 'content-length': String(body.length) };
    const options = { method, headers: all, agent: false as const };
    const request =
      center.caPem === null
        ? http.request(url, options)
        : https.request(url, { ...options, ca: center.caPem });
    let watch: NodeJS.Timeout | undefined;
    request.on('close', () => clearInterval(watch));
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const type = response.headers['content-type'] ?? '';
        const json =
          type.includes('json') && !type.includes('ndjson') && text !== ''
            ? (JSON.parse(text) as unknown)
            : null;
        const { statusCode: status = 0 } = response;
        resolve({ status, headers: response.headers, body: text, json, problem: problemName(json) });
      });
    });
    call.onRequest?.(request);
    if (body !== undefined && call.cut !== undefined) {
      const { after, when } = call.cut;
      request.write(body.subarray(0, after));
      watch = setInterval(() => {
        if (!when()) return;
        clearInterval(watch);
        request.destroy(new Error('cut'));
      }, 2);
    } else {
      request.end(body);
    }
  });
}

export interface PacketOptions {
  readonly id?: PacketId;
  /** Size of each part; their sum is about sixteen times that. */
  readonly partSize?: number;
  readonly manifest?: Partial<Manifest>;
  readonly enrollment?: Partial<Enrollment>;
  /** Bytes instead of the honest ones. */
  readonly sealed?: Uint8Array;
  /** Bytes of one part instead of its own. */
  readonly part?: { readonly name: PartName; readonly bytes: Uint8Array };
  /** Step of the sequence. */
  readonly skip?: number;
}

export interface AmendmentOptions extends PacketOptions {
  /** Leaves the biodata as they are. */
  readonly partsOnly?: boolean;
  readonly amendment?: Partial<Amendment>;
}

const CLERK = accountIdSchema.parse('0b7f2d4e-5a51-4c3e-9d1a-6f0c8e2b1a01');

function makeEnrollment(
  biodata: Biodata,
  activation: Activation,
  packetId: PacketId,
  options: PacketOptions,
): { enrollment: Enrollment; parts: Map<PartName, Uint8Array> } {
  const at = new Date().toISOString();
  const parts = new Map<PartName, Uint8Array>();
  for (const name of PART_NAMES) {
    parts.set(
      name,
      options.part?.name === name ? options.part.bytes : partBytes(name, options.partSize ?? 600),
    );
  }
  const enrollment = enrollmentSchema.parse({
    v: 1,
    packetId,
    stationId: activation.stationId,
    kecamatan: activation.kecamatan.kode,
    biodata,
    corrections: [],
    warnings: [],
    early: false,
    parts: [...parts].map(([name, bytes]) => ({
      name,
      mediaType: 'application/octet-stream',
      size: bytes.length,
      sha256: sha256(bytes),
      quality: 80,
      capturedAt: at,
      attempts: 1,
      device: null,
    })),
    exceptions: [],
    approval: { at, by: 'touch' },
    operator: { accountId: CLERK, name: 'Siti Aminah' },
    ticket: 1,
    startedAt: at,
    recordedAt: at,
    clockOffsetMs: 0,
    ...options.enrollment,
  });
  return { enrollment, parts };
}

function partBytes(name: PartName, size: number): Uint8Array {
  if (name === 'signature') return Buffer.from(JSON.stringify({ strokes: [[1, 2]] }));
  const start =
    name === 'photo'
      ? [0xff, 0xd8, 0xff, 0xe0]
      : [...Buffer.from(name.startsWith('iris.') ? 'IIR\0' : 'FIR\0')];
  return Buffer.concat([Buffer.from(start), randomBytes(size)]);
}
