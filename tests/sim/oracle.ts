import { PATHS, pulseSchema, RECEIPT_HEADER } from '../../app/sync/protocol.ts';
import { PROBLEMS, problemName } from '../../app/sync/problems.ts';
import { PACE_CAP_MS } from '../../app/sync/retry.ts';
import { verifyReceipt } from '../../main/sync/receipts.ts';
import type { TransportRequest } from '../../main/sync/api.ts';
import type { Database } from '../../main/store/database.ts';
import type { ModelCenter } from './center.ts';
import { CENTER_KEYS } from './keys.ts';
import type { Watch } from './network.ts';
import type { Reply } from './wire.ts';
import type { World } from './world.ts';

/** What the desk was told is recorded, and what the simulator did to it. */
export interface Confirmed {
  readonly packetId: string;
  readonly nik: string;
  readonly sequence: number;
  /** Its sealed bytes were spoiled on the disk. */
  isSpoiled: boolean;
}

export interface PacketState {
  readonly packet_id: string;
  readonly sequence: number;
  readonly state: string;
  readonly hold_reason: string | null;
  readonly manifest: string;
  readonly manifest_sha256: string;
  readonly sha256: string;
  readonly size: number;
  readonly waiting: number | null;
  readonly last_problem: string | null;
  readonly has_bytes: number;
  readonly receipt: string | null;
  /** Of the verdict that is known here. */
  readonly decided_at: string | null;
}

const PACKETS = `SELECT p.packet_id, p.sequence, p.state, p.hold_reason, p.manifest, p.manifest_sha256, p.sha256, p.size,
  o.waiting, o.last_problem, EXISTS (SELECT 1 FROM packet_blob b WHERE b.packet_id = p.packet_id) AS has_bytes,
  (SELECT r.receipt FROM receipt r WHERE r.packet_id = p.packet_id ORDER BY r.id DESC LIMIT 1) AS receipt,
  (SELECT v.outcome ->> '$.decidedAt' FROM outcome v WHERE v.packet_id = p.packet_id) AS decided_at
  FROM packet p LEFT JOIN outbox o USING (packet_id)`;

const RECEIVED = ['received', 'accepted', 'rejected', 'duplicate', 'superseded'];
const FINAL = ['accepted', 'duplicate', 'superseded'];
/** While packets get through, each of these is asked for so often, milliseconds; facts alone where some wait. */
const SMALL = [
  { path: PATHS.pulse, every: 8 * 60_000 },
  { path: PATHS.outcomes, every: 7 * 60_000 },
  { path: PATHS.journal, every: 4 * 60_000 },
  { path: PATHS.reference, every: 5 * 60_000 },
] as const;
/** One that was not answered rests by its backoff. */
const BACKOFF_MS = 11 * 60_000;
/** What is late has so long until it is missed: another one may be waiting for an answer that does not come. */
const LATE_MS = 3 * 60_000;
/** Requests in one minute of true time; several times what the busiest sound run needs. */
const CALLS_A_MINUTE = 400;
const MINUTE = 60_000;

interface OracleDeps {
  readonly world: World;
  readonly center: ModelCenter;
  readonly db: () => Database;
  readonly stationNow: () => number;
  readonly retentionDays: () => number;
}

/**
 * Judges every step of a run by what the design promises, from outside: it knows the true time, what the center really
 * holds and said, and what the disk really has.
 */
export class Oracle implements Watch {
  readonly confirmed = new Map<string, Confirmed>();
  /** Raised by whatever excuses an attempt before its time: the clock was set, the process is new, a person asked. */
  excuses = 0;
  isManual = false;
  /** A person wants these tried once whatever their backoff. */
  readonly asked = new Set<string>();
  readonly heldByHand = new Set<string>();
  /** No supervisor has let these go. */
  readonly withheld = new Set<string>();
  /** Nobody can ask for an attempt before. */
  quietUntil = 0;
  requests = 0;
  readonly #deps: OracleDeps;
  readonly #attempts = new Set<string>();
  readonly #notBefore = new Map<string, { at: number; excuses: number }>();
  readonly #toldOffset = new Map<string, number>();
  /** What was really answered about each packet, by problem. */
  readonly #told = new Map<string, Map<string, number>>();
  readonly #checkedReceipts = new Map<string, { receipt: string; isTrue: boolean }>();
  readonly #gone = new Set<string>();
  readonly #held = new Set<string>();
  readonly #small = new Map<string, { sentAt: number; isAnswered: boolean; lateSince: number | null }>();
  #pending: { sequence: number; since: number } | null = null;
  #maxConcurrent = 1;
  #accepting = true;
  #pausedUntil = 0;
  #slotEarned = false;
  #minute = 0;
  #callsThisMinute = 0;

  constructor(deps: OracleDeps) {
    this.#deps = deps;
  }

  began(): void {
    const { now } = this.#deps.world;
    for (const { path } of SMALL) this.#small.set(path, { sentAt: now, isAnswered: true, lateSince: null });
  }

  /** A process is gone, with all that it had under way and was told in passing. */
  died(): void {
    this.#attempts.clear();
    this.excuses += 1;
    this.#pausedUntil = 0;
    this.#accepting = true;
    this.#maxConcurrent = 1;
    this.#slotEarned = false;
  }

  leased(packetId: string): void {
    const { world } = this.#deps;
    if (this.#attempts.has(packetId)) world.fail('lease', `${packetId} is under way already`);
    this.#attempts.add(packetId);
    this.#toldOffset.delete(packetId);
    const before = this.#notBefore.get(packetId);
    const isEarly = before !== undefined && world.now < before.at && before.excuses === this.excuses;
    if (isEarly && !this.isManual && !this.asked.delete(packetId))
      world.fail('early', `${packetId} is tried ${before.at - world.now} ms before its time`);
    if (this.#attempts.size > this.#maxConcurrent)
      world.fail('concurrency', `${this.#attempts.size} under way, ${this.#maxConcurrent} allowed`);
    this.#mayWork(packetId);
  }

  attemptEnded(packetId: string): void {
    this.#attempts.delete(packetId);
  }

  failed(packetId: string, nextAttemptAt: number): void {
    const { world, stationNow } = this.#deps;
    const at = world.now + nextAttemptAt - stationNow();
    if (at <= world.now) world.fail('early', `${packetId} would be tried again without any wait`);
    this.#notBefore.set(packetId, { at, excuses: this.excuses });
  }

  /** Whatever could not be written rests by its backoff, as if it had not been answered. */
  diskFull(): void {
    for (const known of this.#small.values()) known.isAnswered = false;
  }

  /** By a person: the backoff is forgotten, and an attempt that ends meanwhile sets one for whoever asks next. */
  triedNow(packetId: string): void {
    this.asked.add(packetId);
    this.#notBefore.delete(packetId);
  }

  released(packetId: string): void {
    this.#notBefore.delete(packetId);
    this.#told.delete(packetId);
  }

  sent(request: TransportRequest): void {
    const { world } = this.#deps;
    this.requests += 1;
    const minute = Math.floor(world.now / MINUTE);
    if (minute !== this.#minute) this.#callsThisMinute = 0;
    this.#minute = minute;
    this.#callsThisMinute += 1;
    if (this.#callsThisMinute > CALLS_A_MINUTE) world.fail('spin', `${CALLS_A_MINUTE} calls in a minute`);
    this.#noteSmall(request, { sentAt: world.now, isAnswered: false, lateSince: null });
    const id = packetOf(request);
    if (id === null) {
      if (!request.target.startsWith(PATHS.pulse)) this.#mayWork(request.target);
      return;
    }
    if (!this.#attempts.has(id)) world.fail('attempt', `${request.method} of ${id} outside any attempt`);
    if (request.method !== 'PATCH') return;
    const offset = Number(request.headers['upload-offset']);
    if (offset !== this.#toldOffset.get(id))
      world.fail(
        'offset',
        `${id} goes on at ${offset}, the center said ${this.#toldOffset.get(id) ?? 'nothing'}`,
      );
  }

  answered(request: TransportRequest, answer: Reply, whole: boolean): void {
    const id = packetOf(request);
    const offset = answer.headers['upload-offset'];
    if (id !== null && offset !== undefined) this.#toldOffset.set(id, Number(offset));
    if (whole && answer.status === 200) this.#noteSmall(request, { isAnswered: true });
    if (whole && RECEIPT_HEADER in answer.headers) this.#checkSmall();
    const problem = problemName(safeJson(answer.body));
    if (id !== null && problem !== null) {
      const told = this.#told.get(id) ?? new Map<string, number>();
      told.set(problem, (told.get(problem) ?? 0) + 1);
      this.#told.set(id, told);
    }
    if (request.target.startsWith(PATHS.pulse)) {
      if (whole && answer.status === 200) this.#pulse(answer);
    } else if (whole && this.#pausedUntil <= this.#deps.world.now && isWorkDone(id, answer))
      this.#slotEarned = false;
    const wait = answer.headers['retry-after'];
    if (wait === undefined || !/^\d+$/.test(wait)) return;
    // Half an answer binds nobody, and the station may obey it all the same.
    const mayWait = this.#deps.world.now + Math.min(Number(wait) * 1000, PACE_CAP_MS);
    this.quietUntil = Math.max(this.quietUntil, mayWait);
    if (!whole) {
      this.#slotEarned = true;
      return;
    }
    if (problem === null || PROBLEMS[problem].status === 423) return;
    this.#pausedUntil = Math.max(this.#pausedUntil, mayWait);
    this.#slotEarned = true;
  }

  #noteSmall(
    { target }: TransportRequest,
    news: Partial<{ sentAt: number; isAnswered: boolean; lateSince: null }>,
  ): void {
    const path = target.split('?')[0] ?? '';
    const known = this.#small.get(path);
    if (known !== undefined) Object.assign(known, news);
  }

  /** A packet got through, so the rest could: whatever the queue, nothing small waits for its end. */
  #checkSmall(): void {
    const { world, db } = this.#deps;
    const first = db().get<{ sequence: number }>(
      `SELECT min(sequence) AS sequence FROM journal WHERE sequence >
         coalesce((SELECT value FROM setting WHERE key = 'journalAcknowledged'), 0) HAVING min(sequence) > 0`,
    );
    if (first === undefined) this.#pending = null;
    else if (this.#pending?.sequence !== first.sequence)
      this.#pending = { sequence: first.sequence, since: world.now };
    for (const { path, every } of SMALL) {
      const known = this.#small.get(path);
      if (known === undefined) continue;
      const since =
        path === PATHS.journal ? Math.max(known.sentAt, this.#pending?.since ?? Infinity) : known.sentAt;
      const isLate = world.now - since > every + (known.isAnswered ? 0 : BACKOFF_MS);
      known.lateSince = isLate ? (known.lateSince ?? world.now) : null;
      if (known.lateSince !== null && world.now - known.lateSince > LATE_MS)
        world.fail('starved', `${path} was last asked for ${world.now - known.sentAt} ms ago`);
    }
  }

  /** As `checkPackets`, of the one that has just been written. */
  checkOne(packetId: string): void {
    const row = this.#deps.db().get<PacketState>(`${PACKETS} WHERE p.packet_id = ?`, packetId);
    if (row !== undefined) this.#checkPacket(row);
    else this.#deps.world.fail('lost', `${packetId} has no packet`);
  }

  /** Everything confirmed is still here, or the center has given its word (G1, G2). */
  checkPackets(): PacketState[] {
    const { world } = this.#deps;
    const rows = this.#deps.db().all<PacketState>(PACKETS);
    const byId = new Map(rows.map((row) => [row.packet_id, row]));
    for (const { packetId } of this.confirmed.values()) {
      const row = byId.get(packetId);
      if (row === undefined) world.fail('lost', `${packetId} has no packet`);
      else this.#checkPacket(row);
    }
    return rows;
  }

  /** Once at most, however often it was sent (G3), and nothing that a supervisor has not let go. */
  checkCenter(): void {
    const { center, world } = this.#deps;
    for (const [id, completions] of center.completions) {
      const losses = center.losses.get(id) ?? 0;
      if (this.withheld.has(id)) world.fail('review', `${id} went before a supervisor let it go`);
      if (completions - losses > 1) world.fail('twice', `the center took ${id} ${completions} times`);
    }
  }

  #checkPacket(row: PacketState): void {
    const { world } = this.#deps;
    const isReceived = RECEIVED.includes(row.state);
    if (row.waiting === null) world.fail('lost', `${row.packet_id} has no outbox entry`);
    const waits = row.state === 'recorded' || row.state === 'sending';
    if ((row.waiting === 1) !== waits)
      world.fail('lost', `${row.packet_id} is ${row.state}, waiting ${row.waiting}`);
    // One that its replacement superseded while it could not be read, or was returned, never had a receipt.
    const needsReceipt = isReceived && !(row.state === 'superseded' && row.receipt === null);
    if (needsReceipt && !this.#isVerified(row))
      world.fail('receipt', `${row.packet_id} is ${row.state} without a receipt that holds`);
    if (row.state === 'superseded' && row.receipt === null && !this.#hasSuccessor(row.packet_id))
      world.fail('receipt', `${row.packet_id} is superseded by nothing`);
    if (row.state !== 'held') this.#held.delete(row.packet_id);
    else if (!this.#held.has(row.packet_id)) this.#checkHold(row);
    this.#checkBytes(row);
  }

  /** Whoever holds a packet says why, and the reason is true. */
  #checkHold({ packet_id: id, hold_reason: reason, last_problem: problem }: PacketState): void {
    this.#held.add(id);
    const told = this.#told.get(id)?.get(problem ?? '') ?? 0;
    const isTrue =
      reason === 'person'
        ? this.heldByHand.has(id)
        : reason === 'unreadable'
          ? this.confirmed.get(id)?.isSpoiled === true
          : reason === 'conflict' && problem === 'mismatched'
            ? this.#deps.center.packets.has(id)
            : reason !== null && told >= (problem === 'request-invalid' ? 5 : 1);
    if (!isTrue) this.#deps.world.fail('hold', `${id} is held as ${reason} (${problem}), told ${told} times`);
  }

  /** They go once, and then for good: a verdict that is revised later brings nothing back. */
  #checkBytes(row: PacketState): void {
    const { world } = this.#deps;
    if (row.has_bytes === 1 || this.#gone.has(row.packet_id)) return;
    this.#gone.add(row.packet_id);
    const known = this.confirmed.get(row.packet_id);
    if (known?.isSpoiled !== true && !this.#mayBeGone(row))
      world.fail('purge', `${row.packet_id} is ${row.state} and its bytes are gone`);
  }

  #hasSuccessor(packetId: string): boolean {
    // The center may have lost it since; then it is on its way again.
    // One that was returned too has a successor in its turn.
    const sql = `WITH RECURSIVE after(id) AS (
        SELECT packet_id FROM packet WHERE replaces = ?
        UNION SELECT p.packet_id FROM packet p JOIN after ON p.replaces = after.id
      ) SELECT 1 FROM after JOIN receipt r ON r.packet_id = after.id LIMIT 1`;
    return this.#deps.db().get(sql, packetId) !== undefined;
  }

  #isVerified(row: PacketState): boolean {
    if (row.receipt === null) return false;
    const known = this.#checkedReceipts.get(row.packet_id);
    if (known?.receipt === row.receipt) return known.isTrue;
    const subject = {
      packetId: row.packet_id,
      sequence: row.sequence,
      manifest: row.manifest,
      manifestSha256: row.manifest_sha256,
      sha256: row.sha256,
      size: row.size,
    } as Parameters<typeof verifyReceipt>[1];
    const isTrue = verifyReceipt(row.receipt, subject, CENTER_KEYS) !== null;
    this.#checkedReceipts.set(row.packet_id, { receipt: row.receipt, isTrue });
    return isTrue;
  }

  #mayBeGone(row: PacketState): boolean {
    if (!FINAL.includes(row.state) || row.receipt === null) return false;
    const receipt = safeJson(Buffer.from(row.receipt.split('.')[1] ?? '', 'base64url').toString());
    const at = Date.parse((receipt as { receivedAt: string }).receivedAt);
    // A few seconds: the station knows the center's time as well as the link lets it.
    const age = this.#deps.center.time() - at;
    return age + 120_000 >= this.#deps.retentionDays() * 24 * 60 * MINUTE;
  }

  #mayWork(what: string): void {
    const { world } = this.#deps;
    if (world.now < this.#pausedUntil - 1)
      world.fail('pace', `${what} goes out ${this.#pausedUntil - world.now} ms before the center's time`);
    if (!this.#accepting) world.fail('pace', `${what} goes out though the center takes nothing`);
  }

  #pulse(answer: Reply): void {
    const { world } = this.#deps;
    const jws = (safeJson(answer.body) as { pulse: string }).pulse;
    const pulse = pulseSchema.parse(safeJson(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()));
    this.#maxConcurrent = pulse.pace.maxConcurrent;
    this.#accepting = pulse.accepting;
    if (pulse.pace.retryAfterMs === 0 || this.#slotEarned || this.#pausedUntil > world.now) return;
    this.#pausedUntil = world.now + pulse.pace.retryAfterMs;
    this.quietUntil = Math.max(this.quietUntil, this.#pausedUntil);
    this.#slotEarned = true;
  }
}

/** The slot that the center gave is used up: a packet is there, or another call had its answer. */
function isWorkDone(packetId: string | null, answer: Reply): boolean {
  return packetId === null ? answer.status === 200 : RECEIPT_HEADER in answer.headers;
}

/** The packet that a request speaks of; null for all other calls. */
export function packetOf(request: TransportRequest): string | null {
  if (!request.target.startsWith(PATHS.packets)) return null;
  const named = request.target.split('/')[3];
  if (named !== undefined) return named;
  const metadata = /packetId ([\w+/=]+)/.exec(request.headers['upload-metadata'] ?? '')?.[1] ?? '';
  return Buffer.from(metadata, 'base64').toString();
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
