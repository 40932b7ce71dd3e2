import { createHash } from 'node:crypto';
import {
  JWS_TYPES,
  journalEntrySchema,
  manifestSchema,
  PATHS,
  type Manifest,
  type Outcome,
} from '../../app/sync/protocol.ts';
import type { ProblemName } from '../../app/sync/problems.ts';
import { signJws, verifyJws } from '../../main/security/sign.ts';
import { json, problem, standing, type Reply, type Wire } from './wire.ts';
import { reconcileAnswer, referenceAnswer } from './answers.ts';
import type { Dice } from './dice.ts';
import { RECEIPT_KEY, STATION_KEY_X } from './keys.ts';
import { openSink, preempt, Uploads, type Sink, type Upload } from './uploads.ts';
import type { World } from './world.ts';

export interface HeldPacket {
  readonly manifest: Manifest;
  readonly jwsSha256: string;
  readonly receipt: string;
  readonly receivedAt: number;
}

interface Verdict {
  readonly change: number;
  readonly outcome: Outcome;
}

interface Backup {
  readonly packets: Map<string, HeldPacket>;
  readonly verdicts: Verdict[];
  readonly journal: Map<number, string>;
}

export interface CenterOptions {
  readonly world: World;
  readonly dice: Dice;
  /** Center's time when the run begins. */
  readonly epoch: number;
  readonly stationId: string;
  /** False: whoever sends a request twice has it done twice. */
  readonly checksNonces: boolean;
  /** Signatures of requests and manifests are verified and not only read. */
  readonly verifies: boolean;
  readonly truncatesKnown: boolean;
  readonly referencePages: readonly (readonly string[])[];
}

const SKEW_MS = 5 * 60_000 + 1_000;

/** A center in memory that keeps the rules of the real one: what it says is durable survives its death. */
export class ModelCenter {
  readonly packets = new Map<string, HeldPacket>();
  readonly journal = new Map<number, string>();
  /** How often each packet became complete, and how often it was lost again: the difference may only be 0 or 1 (G3). */
  readonly completions = new Map<string, number>();
  readonly losses = new Map<string, number>();
  /** Packets that it will never take, and what it says of them. */
  readonly refuses = new Map<string, ProblemName>();
  verdicts: Verdict[] = [];
  isDown = false;
  isRestored = false;
  isRevoked = false;
  accepting = true;
  overloadedMs: number | null = null;
  maxConcurrent = 4;
  retryAfterMs = 0;
  readonly #options: CenterOptions;
  readonly #uploads = new Uploads();
  readonly #nonces = new Set<string>();
  #change = 0;
  #backup: Backup | null = null;

  constructor(options: CenterOptions) {
    this.#options = options;
  }

  time(): number {
    return this.#options.epoch + this.#options.world.now;
  }

  /** One request: an answer at once, or a sink for its body. */
  receive(wire: Wire): Reply | Sink {
    const [path = '', query = ''] = wire.target.split('?');
    if (path === PATHS.pulse) return this.#pulse(new URLSearchParams(query).get('nonce') ?? '');
    const refusal = this.#refusal(wire);
    if (refusal !== null) return refusal;
    const after = new URLSearchParams(query).get('after');
    switch (path) {
      case PATHS.outcomes:
        return this.#outcomes(Number(after ?? 0));
      case PATHS.journal:
        return this.#takeJournal(wire);
      case PATHS.reference:
        return referenceAnswer(Number(after ?? 0), this.#options.referencePages);
      case PATHS.reconcile:
        return reconcileAnswer(wire, this.packets);
      case PATHS.packets:
        return this.#create(wire);
      default:
        return this.#packet(wire, path);
    }
  }

  /** Power goes. Of bytes that were not synced a part may have reached the disk. */
  die(): void {
    const { dice, world } = this.#options;
    world.trace('center dies');
    this.isDown = true;
    this.#uploads.die(dice);
    if (dice.chance(0.5)) this.#nonces.clear();
  }

  rise(): void {
    this.#options.world.trace('center is back');
    this.isDown = false;
  }

  /** A packet is gone there, with or without the verdict on it. */
  lose(packetId: string, withVerdict: boolean): void {
    if (!this.packets.delete(packetId)) return;
    this.#options.world.trace(`center loses ${packetId}`);
    this.losses.set(packetId, (this.losses.get(packetId) ?? 0) + 1);
    if (withVerdict) this.verdicts = this.verdicts.filter(({ outcome }) => outcome.packetId !== packetId);
  }

  backUp(): void {
    this.#backup = {
      packets: new Map(this.packets),
      verdicts: [...this.verdicts],
      journal: new Map(this.journal),
    };
  }

  /** The database of the last backup takes the place of the one that died. */
  restore(): void {
    const backup = this.#backup;
    if (backup === null) return;
    for (const id of [...this.packets.keys()]) if (!backup.packets.has(id)) this.lose(id, false);
    this.#options.world.trace('center is restored from a backup');
    this.isRestored = true;
    // Changes are counted on: cursors that a center counts anew no station can notice.
    this.verdicts = [...backup.verdicts];
    for (const id of this.packets.keys())
      if (!this.verdicts.some(({ outcome }) => outcome.packetId === id)) this.#examine(id);
    this.journal.clear();
    for (const [sequence, jws] of backup.journal) this.journal.set(sequence, jws);
    // It was down for that, so every connection broke.
    this.#uploads.die(this.#options.dice);
    this.#uploads.clear();
  }

  /** A verdict, the first or a revised one; none on what it does not hold. */
  decide(packetId: string, outcome: Pick<Outcome, 'verdict' | 'remedy' | 'reasons'>): void {
    if (!this.packets.has(packetId)) return;
    this.#change += 1;
    this.verdicts = this.verdicts.filter((known) => known.outcome.packetId !== packetId);
    const decidedAt = new Date(this.time()).toISOString();
    this.verdicts.push({ change: this.#change, outcome: { packetId, ...outcome, decidedAt } as Outcome });
    this.#options.world.trace(`center decides ${packetId} ${outcome.verdict} ${outcome.remedy ?? ''}`);
  }

  journalUpTo(): number {
    let upTo = 0;
    while (this.journal.has(upTo + 1)) upTo += 1;
    return upTo;
  }

  #refusal(wire: Wire): Reply | null {
    const input = wire.headers['signature-input'] ?? '';
    const created = Number(/created=(\d+)/.exec(input)?.[1] ?? Number.NaN) * 1000;
    const nonce = /nonce="([^"]+)"/.exec(input)?.[1];
    if (nonce === undefined || Number.isNaN(created)) return problem('signature-invalid');
    if (this.isRevoked) return problem('station-revoked');
    if (Math.abs(created - this.time()) > SKEW_MS) return problem('clock-skew');
    if (this.#options.checksNonces && this.#nonces.has(nonce)) return problem('nonce-replayed');
    this.#nonces.add(nonce);
    return null;
  }

  #pulse(nonce: string): Reply {
    const time = new Date(this.time()).toISOString();
    const pace = { maxConcurrent: this.maxConcurrent, retryAfterMs: this.retryAfterMs };
    const pulse = { v: 1, nonce, time, accepting: this.accepting, pace };
    return json({ pulse: signJws(JWS_TYPES.pulse, 'receipt-1', pulse, RECEIPT_KEY) });
  }

  #create(wire: Wire): Reply | Sink {
    const pairs = (wire.headers['upload-metadata'] ?? '').split(',').map((pair) => pair.split(' '));
    const value = (key: string) =>
      Buffer.from(pairs.find(([name]) => name === key)?.[1] ?? '', 'base64').toString();
    const jws = value('manifest');
    const manifest = this.#readManifest(jws);
    if (manifest === null || manifest.packetId !== value('packetId')) return problem('manifest-invalid');
    const { packetId, size } = manifest;
    const refused = this.refuses.get(packetId);
    if (refused !== undefined) return problem(refused);
    if (Number(wire.headers['upload-length']) !== size) return problem('request-invalid');
    const jwsSha256 = sha256(jws);
    const held = this.packets.get(packetId);
    const known = this.#uploads.get(packetId);
    if ((held?.jwsSha256 ?? known?.jwsSha256 ?? jwsSha256) !== jwsSha256) return problem('manifest-conflict');
    if (held !== undefined) return standing(200, size, held.receipt);
    if (known !== undefined && !this.#options.truncatesKnown) {
      preempt(known);
      return problem('upload-exists', { 'upload-offset': String(known.bytes.length) });
    }
    const full = this.#full();
    if (full !== null) return full;
    const before = known?.bytes.length ?? 0;
    const upload = this.#uploads.create(manifest, jwsSha256);
    if (before > 0) this.#options.world.fail('truncated', `${packetId} had ${before} bytes at the center`);
    return this.#sink(upload, 201);
  }

  #packet(wire: Wire, path: string): Reply | Sink {
    const [, , , id = '', tail] = path.split('/');
    const held = this.packets.get(id);
    if (tail === 'receipt')
      return held === undefined ? problem('packet-unknown') : json({ receipt: held.receipt });
    if (held !== undefined) {
      const { size } = held.manifest;
      if (wire.method === 'PATCH' && Number(wire.headers['upload-offset']) !== size)
        return problem('upload-offset', { 'upload-offset': String(size) });
      return standing(wire.method === 'HEAD' ? 200 : 204, size, held.receipt);
    }
    const upload = this.#uploads.get(id);
    if (upload === undefined) return problem('packet-unknown');
    preempt(upload);
    const offset = upload.bytes.length;
    if (offset === upload.manifest.size) return this.#finish(upload, wire.method === 'HEAD' ? 200 : 204);
    if (wire.method === 'HEAD') return standing(200, offset, null);
    if (Number(wire.headers['upload-offset']) !== offset)
      return problem('upload-offset', { 'upload-offset': String(offset) });
    return this.#full() ?? this.#sink(upload, 204);
  }

  #full(): Reply | null {
    const wait = this.accepting ? this.overloadedMs : 30_000;
    return wait === null ? null : problem('overloaded', { 'retry-after': String(Math.ceil(wait / 1000)) });
  }

  #sink(upload: Upload, status: number): Sink {
    return openSink(upload, () =>
      upload.bytes.length < upload.manifest.size
        ? standing(status, upload.bytes.length, null)
        : this.#finish(upload, status),
    );
  }

  #finish(upload: Upload, status: number): Reply {
    const { manifest, jwsSha256 } = upload;
    const { packetId, stationId, sequence, size } = manifest;
    this.#uploads.drop(packetId);
    if (sha256(upload.bytes) !== manifest.sha256) return problem('packet-hash');
    const receivedAt = this.time();
    const receipt = signJws(
      JWS_TYPES.receipt,
      'receipt-1',
      {
        v: 1,
        packetId,
        stationId,
        sequence,
        manifestSha256: jwsSha256,
        sha256: manifest.sha256,
        size,
        receivedAt: new Date(receivedAt).toISOString(),
      },
      RECEIPT_KEY,
    );
    this.packets.set(packetId, { manifest, jwsSha256, receipt, receivedAt });
    this.completions.set(packetId, (this.completions.get(packetId) ?? 0) + 1);
    this.#options.world.trace(`center holds ${packetId}`);
    this.#examine(packetId);
    return standing(status, size, receipt);
  }

  #examine(packetId: string): void {
    const { world, dice } = this.#options;
    const held = this.packets.get(packetId);
    const reasons = [{ code: 'other', at: null }];
    const judge = (): void => {
      if (this.packets.get(packetId) !== held) return;
      const roll = dice.next();
      if (roll < 0.75) this.decide(packetId, { verdict: 'accepted', remedy: null, reasons: [] });
      else if (roll < 0.85) this.decide(packetId, { verdict: 'rejected', remedy: 'amend', reasons });
      else if (roll < 0.95) this.decide(packetId, { verdict: 'rejected', remedy: 'recapture', reasons });
      else this.decide(packetId, { verdict: 'duplicate', remedy: null, reasons });
    };
    world.in(dice.wide(100, 60_000), judge);
    if (dice.chance(0.05)) world.in(dice.wide(60_000, 1_800_000), judge);
  }

  #outcomes(after: number): Reply {
    const PAGE = 5;
    const newer = this.verdicts.filter(({ change }) => change > after);
    const page = newer.slice(0, PAGE);
    return json({
      outcomes: page.map(({ outcome }) => outcome),
      cursor: String(page.at(-1)?.change ?? after),
      more: newer.length > PAGE,
    });
  }

  #takeJournal(wire: Wire): Reply {
    const { entries } = JSON.parse(wire.body?.toString() ?? '{}') as { entries: string[] };
    for (const jws of entries) {
      const entry = journalEntrySchema.safeParse(this.#open(JWS_TYPES.fact, jws));
      if (!entry.success) return problem('request-invalid');
      const { sequence } = entry.data;
      const known = this.journal.get(sequence);
      if (known === undefined) this.journal.set(sequence, jws);
      else if (known !== jws) this.#options.world.fail('journal', `fact ${sequence} has changed`);
    }
    return json({ acknowledged: this.journalUpTo() });
  }

  #readManifest(jws: string): Manifest | null {
    const parsed = manifestSchema.safeParse(this.#open(JWS_TYPES.manifest, jws));
    return parsed.success ? parsed.data : null;
  }

  #open(type: (typeof JWS_TYPES)['manifest' | 'fact'], jws: string): unknown {
    if (this.#options.verifies) return verifyJws(type, jws, STATION_KEY_X);
    try {
      return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as unknown;
    } catch {
      return null;
    }
  }
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}
