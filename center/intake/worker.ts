import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { nextChange, type Tx } from '../database.ts';
import { markRecorded, unmarkRecorded } from '../register.ts';
import { recapture, type Verdict } from './examine.ts';
import { Examiner, type Answer } from './examiner.ts';
import { lineOf, manifestOf, type PacketRow } from './line.ts';

/** Looks even without a notification, since one can be lost with its connection. */
const LOOK_AGAIN_MS = 5000;
/** Western Indonesian time: the date at a desk in Java when a packet came. */
const WIB_MS = 7 * 3_600_000;
const RETRY_CAP_MS = 10 * 60_000;
/** Two days at that pace: a station that reconciles daily has sent again by then what the center lost. */
const WAITS_FOR_ORIGINAL = 300;

export interface IntakeWorker {
  /** Lets it look at new packets; until then, and after `pause`, they wait. */
  resume(): void;
  pause(): void;
  /** Resolves after the packet under way. */
  stop(): Promise<void>;
}

/**
 * Opens received packets one after the other and gives each its outcome. Packet and outcome are one transaction with
 * the row locked, so that a crash leaves the packet unexamined, and replicas share the work without meeting.
 */
export function startIntake(center: Context): IntakeWorker {
  const stopping = new AbortController();
  const examiner = new Examiner();
  let paused = false;
  let wake = new AbortController();
  const nudge = () => {
    wake.abort();
  };
  center.ears.on('rekam_packet', nudge);

  const done = (async () => {
    while (!stopping.signal.aborted) {
      wake = new AbortController();
      try {
        while (!paused && !stopping.signal.aborted && (await examineNext(center, examiner))) {
          // On to the next.
        }
      } catch (error) {
        center.log.error({ err: error }, 'intake stumbled');
      }
      if (!stopping.signal.aborted)
        await sleep(LOOK_AGAIN_MS, undefined, { signal: wake.signal }).catch(() => undefined);
    }
  })();

  return {
    resume: () => {
      paused = false;
      nudge();
    },
    pause: () => {
      paused = true;
    },
    stop: async () => {
      stopping.abort();
      nudge();
      await done;
      await examiner.stop();
    },
  };
}

/** @returns whether there was a packet to look at */
async function examineNext(center: Context, examiner: Examiner): Promise<boolean> {
  let current: PacketRow | undefined;
  try {
    await center.db.transaction().execute(async (tx) => {
      current = await tx
        .selectFrom('packet')
        .selectAll()
        .where('examined_at', 'is', null)
        .where('next_attempt_at', '<=', new Date())
        .orderBy('next_attempt_at')
        .limit(1)
        .forUpdate()
        .skipLocked()
        .executeTakeFirst();
      if (current !== undefined) await examinePacket(center, examiner, tx, current);
    });
  } catch (error) {
    if (current === undefined) throw error;
    await putOff(center, current, error);
  }
  return current !== undefined;
}

/** A failure of ours (a disk that cannot be read) is no verdict: the packet comes up again, later and later. */
async function putOff(center: Context, packet: PacketRow, error: unknown): Promise<void> {
  const wait = Math.min(RETRY_CAP_MS, 1000 * 2 ** Math.min(packet.attempts, 20));
  center.log.error(
    { err: error, packetId: packet.packet_id, attempts: packet.attempts + 1 },
    'a packet could not be examined',
  );
  await center.db
    .updateTable('packet')
    .set({ attempts: sql<number>`attempts + 1`, next_attempt_at: new Date(Date.now() + wait) })
    .where('packet_id', '=', packet.packet_id)
    .execute();
}

async function examinePacket(center: Context, examiner: Examiner, tx: Tx, packet: PacketRow): Promise<void> {
  const { line, end } = await lineOf(tx, packet);
  if (end === 'unknown' && packet.attempts < WAITS_FOR_ORIGINAL)
    throw new Error(`what ${packet.packet_id} amends is not here, or has no outcome yet`);
  const verdict =
    end === 'accepted'
      ? ALREADY_ACCEPTED
      : await judge(
          tx,
          packet,
          end === 'unknown' ? recapture('amends.unknown') : await open(center, examiner, packet, line),
        );
  // A mark may still name the packet that was amended.
  if (verdict.remedy === 'recapture') for (const { packet_id } of line) await unmarkRecorded(tx, packet_id);
  const decidedAt = new Date();
  const change = await nextChange(tx, packet.kecamatan);
  await tx
    .insertInto('outcome')
    .values({
      packet_id: packet.packet_id,
      kecamatan: packet.kecamatan,
      change,
      verdict: verdict.verdict,
      remedy: verdict.remedy,
      reasons: JSON.stringify(verdict.reasons),
      decided_at: decidedAt,
    })
    .execute();
  await tx
    .updateTable('packet')
    .set({ examined_at: decidedAt })
    .where('packet_id', '=', packet.packet_id)
    .execute();
}

const ALREADY_ACCEPTED: Verdict = {
  verdict: 'duplicate',
  remedy: null,
  reasons: [{ code: 'amends.accepted', at: null }],
};

async function open(
  center: Context,
  examiner: Examiner,
  packet: PacketRow,
  line: readonly PacketRow[],
): Promise<Answer> {
  const sealed = [];
  for (const row of line) {
    if (row.recipient_key_id !== center.keys.sealing.keyId)
      throw new Error(`no key ${row.recipient_key_id} here`);
    sealed.push({ manifest: manifestOf(row), bytes: await center.blobs.read(row.packet_id) });
  }
  const receivedOn = new Date(packet.received_at.getTime() + WIB_MS).toISOString().slice(0, 10);
  const { identity } = center.keys.sealing;
  return examiner.ask({ line: sealed, identity, receivedOn, kecamatan: packet.kecamatan });
}

/** What the register says: a NIK it knows, enrolled once. */
async function judge(tx: Tx, packet: PacketRow, examined: Answer): Promise<Verdict> {
  if (!examined.ok) return examined.verdict;
  const { biodata } = examined;
  const resident = await tx
    .selectFrom('resident')
    .select('nik')
    .where('nik', '=', biodata.nik)
    .executeTakeFirst();
  if (resident === undefined) {
    return { verdict: 'rejected', remedy: 'amend', reasons: [{ code: 'nik.unknown', at: 'nik' }] };
  }
  // The primary key decides, also between two replicas: the first one accepted holds the NIK.
  const first = await tx
    .insertInto('enrolled')
    .values({ nik: biodata.nik, packet_id: packet.packet_id, at: packet.received_at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (first.numInsertedOrUpdatedRows !== 1n) {
    return { verdict: 'duplicate', remedy: null, reasons: [{ code: 'nik.recorded', at: 'nik' }] };
  }
  await markRecorded(tx, {
    nik: biodata.nik,
    packetId: packet.packet_id,
    stationId: packet.station_id,
    at: packet.received_at,
  });
  await tx
    .updateTable('resident')
    .set({ biodata: JSON.stringify(biodata) })
    .where('nik', '=', biodata.nik)
    .execute();
  return { verdict: 'accepted', remedy: null, reasons: [] };
}
