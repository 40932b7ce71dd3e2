import { JWS_TYPES, PATHS, pulseSchema, RECEIPT_HEADER, receiptSchema } from '../../app/sync/protocol.ts';
import type { PacketId } from '../../app/ids.ts';
import { signJws, verifyJws } from '../../main/security/sign.ts';
import type { OutboxStore, StoreApi } from '../../main/store/api.ts';
import type { Database } from '../../main/store/database.ts';
import {
  TransportFailure,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from '../../main/sync/api.ts';
import type { SyncEngineDeps } from '../../main/sync/engine.ts';
import type { VerifiedReceipt } from '../../main/sync/receipts.ts';
import type { Dice } from './dice.ts';
import { RECEIPT_KEY, RECEIPT_KEY_X } from './keys.ts';
import { unsigned } from './simulate.ts';

/** Where a mistake can be put: between the parts, through what they are given anyway. */
export interface Plant {
  readonly store?: (api: StoreApi, db: Database) => StoreApi;
  readonly transport?: (transport: Transport, db: Database) => Transport;
  readonly engine?: (now: () => number, dice: Dice) => Partial<SyncEngineDeps>;
  readonly centerTruncates?: boolean;
  readonly confirmsAlways?: boolean;
}

export interface Planted {
  readonly name: string;
  /** It is found within so many seeds, from 1. */
  readonly within: number;
  readonly plant: Plant;
}

const YEARS_MS = 10 * 365 * 24 * 60 * 60_000;

export const PLANTED: readonly Planted[] = [
  { name: 'desk says recorded before the commit', within: 100, plant: { confirmsAlways: true } },
  {
    name: 'store forgets the outbox row of a packet that failed',
    within: 50,
    plant: outbox((real, db) => ({
      failed: (id, problem, at) => {
        real.failed(id, problem, at);
        db.write((tx) => tx.run('DELETE FROM outbox WHERE packet_id = ?', id));
      },
    })),
  },
  {
    name: 'engine trusts HTTP 200 without a receipt',
    within: 100,
    plant: {
      engine: (now) => ({ checkReceipt: (jws) => accepted(jws, now()) }),
      transport: answers((request, response) =>
        isUpload(request) && response.status < 300
          ? withHeader(response, RECEIPT_HEADER, response.headers[RECEIPT_HEADER] ?? 'made.up.here')
          : response,
      ),
    },
  },
  {
    name: 'receipt is read and not verified',
    within: 150,
    plant: { engine: (now) => ({ checkReceipt: (jws) => accepted(jws, now()) }) },
  },
  {
    name: 'receipt is verified and may be of another packet',
    within: 300,
    plant: {
      engine: () => ({
        checkReceipt: (jws) => {
          const parsed = receiptSchema.safeParse(verifyJws(JWS_TYPES.receipt, jws, RECEIPT_KEY_X));
          return parsed.success ? { jws, receipt: parsed.data } : null;
        },
      }),
    },
  },
  {
    name: 'upload goes on from its own idea of the offset, not from HEAD',
    within: 50,
    plant: {
      transport: answers((request, response) =>
        request.method === 'HEAD' &&
        response.headers['upload-offset'] !== undefined &&
        RECEIPT_HEADER in response.headers === false
          ? withHeader(response, 'upload-offset', '0')
          : response,
      ),
    },
  },
  {
    name: 'lease never expires',
    within: 200,
    plant: outbox((real) => {
      const leased = new Set<PacketId>();
      const after = (id: PacketId, act: () => void): void => {
        act();
        leased.delete(id);
      };
      return {
        due: (now, limit, ignoreBackoff, behind) =>
          real.due(now, limit, ignoreBackoff, behind).filter(({ packetId }) => !leased.has(packetId)),
        lease: (id, now, ms) => {
          const item = leased.has(id) ? null : real.lease(id, now, ms);
          if (item !== null) leased.add(id);
          return item;
        },
        failed: (id, problem, at) => after(id, () => real.failed(id, problem, at)),
        unlease: (id) => after(id, () => real.unlease(id)),
        hold: (id, reason, problem, now) => after(id, () => real.hold(id, reason, problem, now)),
        received: (receipts) => {
          real.received(receipts);
          for (const { packetId } of receipts) leased.delete(packetId);
        },
      };
    }),
  },
  {
    name: 'lease is taken though somebody holds it',
    within: 50,
    plant: outbox((real, db) => ({
      due: (now, limit, ignoreBackoff) => {
        db.write((tx) => tx.run('UPDATE outbox SET lease_until = 0 WHERE lease_until > 0'));
        return real.due(now, limit, ignoreBackoff);
      },
    })),
  },
  {
    name: 'Retry-After is ignored',
    within: 50,
    plant: { transport: answers((_, response) => withHeader(response, 'retry-after', '0')) },
  },
  {
    name: 'backoff is ignored',
    within: 50,
    plant: outbox((real) => ({ failed: (id, problem) => real.failed(id, problem, 0) })),
  },
  {
    name: 'clock jump freezes the backoff',
    within: 150,
    plant: outbox((real, db) => ({
      due: (now, limit, _, after) => {
        const later = db.all<{ id: string }>(
          'SELECT packet_id AS id FROM outbox WHERE next_attempt_at > ?',
          now,
        );
        const frozen = new Set(later.map(({ id }) => id));
        return real.due(now, limit, false, after).filter(({ packetId }) => !frozen.has(packetId));
      },
    })),
  },
  {
    name: 'center’s maxConcurrent is ignored',
    within: 50,
    plant: { transport: pulses((pulse) => ({ ...pulse, pace: { ...pulse.pace, maxConcurrent: 64 } })) },
  },
  {
    name: 'center that accepts nothing is asked all the same',
    within: 50,
    plant: { transport: pulses((pulse) => ({ ...pulse, accepting: true })) },
  },
  { name: 'center truncates an upload that it knows', within: 50, plant: { centerTruncates: true } },
  {
    name: 'purge takes bytes that nobody has received',
    within: 50,
    plant: purging('SELECT packet_id FROM packet WHERE received_at IS NULL LIMIT 1'),
  },
  {
    name: 'purge does not wait for an outcome',
    within: 50,
    plant: purging("SELECT packet_id FROM packet WHERE state = 'received' AND purged_at IS NULL LIMIT 1"),
  },
  {
    name: 'purge does not wait for the retention',
    within: 50,
    plant: outbox((real) => ({ purge: (now, retention) => real.purge(now + YEARS_MS, retention) })),
  },
  {
    name: 'reconcile sends nothing again',
    within: 50,
    plant: outbox(() => ({ reconciled: () => ({ again: 0, held: 0, told: 0 }) })),
  },
  {
    name: 'packet that the center lost keeps its old verdict',
    within: 300,
    plant: outbox((real, db) => ({
      reconciled: (answer, range, now) => {
        const before = db.all<{ packet_id: string; verdict: string; outcome: string }>(
          'SELECT packet_id, verdict, outcome FROM outcome',
        );
        const done = real.reconciled(answer, range, now);
        const late = new Date(Date.parse('2030-01-01')).toISOString();
        db.write((tx) => {
          for (const { packet_id, verdict, outcome } of before)
            tx.run(
              'INSERT INTO outcome(packet_id, verdict, outcome, applied_at) VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING',
              packet_id,
              verdict,
              outcome.replace(/"decidedAt":"[^"]+"/, `"decidedAt":"${late}"`),
            );
        });
        return done;
      },
    })),
  },
  {
    name: 'duplicate outcome overwrites a newer one',
    within: 200,
    plant: outbox((real) => {
      const first = new Map<string, Parameters<OutboxStore['outcomes']>[0][number]>();
      return {
        outcomes: (outcomes, cursor, now) => {
          const old = outcomes.map((outcome) => {
            const known = first.get(outcome.packetId) ?? outcome;
            first.set(outcome.packetId, known);
            return { ...known, decidedAt: outcome.decidedAt };
          });
          real.outcomes(outcomes, cursor, now);
          real.outcomes(old, cursor, now);
        },
      };
    }),
  },
  {
    name: 'outcome cursor moves before the outcomes are stored',
    within: 50,
    plant: outbox((real) => ({
      outcomes: (outcomes, cursor, now) => real.outcomes(outcomes.slice(0, -1), cursor, now),
    })),
  },
  {
    name: 'failures of the link count as refusals of the packet',
    within: 300,
    plant: outbox((real, db) => ({
      failed: (id, problem, at) => {
        real.failed(id, problem, at);
        const attempts =
          db.get<{ n: number }>('SELECT attempts AS n FROM outbox WHERE packet_id = ?', id)?.n ?? 0;
        if (attempts >= 5 && problem === 'timeout') real.hold(id, 'refused', 'request-invalid', 0);
      },
    })),
  },
  {
    name: 'packet that failed is forgotten when it is due again',
    within: 50,
    plant: outbox((real, db) => ({
      nextDueAt: () =>
        db.get<{ at: number | null }>(
          'SELECT min(next_attempt_at) AS at FROM outbox WHERE waiting = 1 AND attempts = 0',
        )?.at ?? null,
      due: (now, limit, ignoreBackoff, after) =>
        real.due(now, limit, ignoreBackoff, after).filter(({ attempts }) => attempts === 0),
    })),
  },
  {
    name: 'journal leaves out a fact',
    within: 50,
    plant: {
      store: (api) => ({
        ...api,
        journal: {
          ...api.journal,
          pending: (limit) => api.journal.pending(limit).filter(({ sequence }) => sequence % 7 !== 0),
        },
      }),
    },
  },
  {
    name: 'what waits for a supervisor is due like the rest',
    within: 50,
    plant: outbox((real, db) => ({
      due: (now, limit, ignoreBackoff, after) => {
        db.write((tx) => {
          tx.run(
            "UPDATE outbox SET waiting = 1 WHERE packet_id IN (SELECT packet_id FROM packet WHERE state = 'review')",
          );
          tx.run("UPDATE packet SET state = 'recorded' WHERE state = 'review'");
        });
        return real.due(now, limit, ignoreBackoff, after);
      },
    })),
  },
  { name: 'small calls wait until no packet is under way', within: 100, plant: { transport: behindPackets } },
  {
    name: 'requests are signed by the station’s own clock',
    within: 50,
    plant: {
      engine: (now, dice) => {
        const sign = unsigned(dice);
        return { sign: (request) => sign(request, now()) };
      },
    },
  },
];

function outbox(change: (real: OutboxStore, db: Database) => Partial<OutboxStore>): Plant {
  return { store: (api, db) => ({ ...api, outbox: { ...api.outbox, ...change(api.outbox, db) } }) };
}

function purging(which: string): Plant {
  return outbox((_, db) => ({
    purge: (now) =>
      db.write((tx) => {
        const row = tx.get<{ packet_id: PacketId }>(which);
        if (row === undefined) return 0;
        tx.run('DELETE FROM packet_blob WHERE packet_id = ?', row.packet_id);
        return tx.run(
          'UPDATE packet SET purged_at = ? WHERE packet_id = ? AND purged_at IS NULL',
          now,
          row.packet_id,
        );
      }),
  }));
}

function answers(
  change: (
    request: TransportRequest,
    response: TransportResponse,
  ) => TransportResponse | Promise<TransportResponse>,
): (transport: Transport) => Transport {
  return (transport) => ({
    send: async (request) => change(request, await transport.send(request)),
    close: () => transport.close(),
  });
}

/** Whatever is small waits for the end of the queue. */
function behindPackets(transport: Transport): Transport {
  let uploads = 0;
  let waiting: (() => void)[] = [];
  return {
    send: async (request) => {
      if (!isUpload(request)) {
        if (uploads === 0) return transport.send(request);
        await new Promise<void>((resolve) => waiting.push(resolve));
        // What was held back so long may have lost its turn at the center meanwhile.
        throw new TransportFailure('timeout', 'gave way');
      }
      uploads += 1;
      try {
        return await transport.send(request);
      } finally {
        uploads -= 1;
        const all = uploads === 0 ? waiting : [];
        waiting = uploads === 0 ? [] : waiting;
        for (const go of all) go();
      }
    },
    close: () => transport.close(),
  };
}

/** A station that takes what it likes from the pulse. */
function pulses(
  change: (pulse: ReturnType<typeof pulseSchema.parse>) => object,
): (transport: Transport) => Transport {
  return answers(async (request, response) => {
    if (!request.target.startsWith(PATHS.pulse) || response.status !== 200) return response;
    const text = await response.text();
    const jws = /"pulse":"([^"]+)"/.exec(text)?.[1] ?? '';
    const pulse = pulseSchema.safeParse(verifyJws(JWS_TYPES.pulse, jws, RECEIPT_KEY_X));
    if (!pulse.success) return response;
    const changed = signJws(JWS_TYPES.pulse, 'receipt-1', change(pulse.data), RECEIPT_KEY);
    return { ...response, text: () => Promise.resolve(JSON.stringify({ pulse: changed })) };
  });
}

function withHeader(response: TransportResponse, name: string, value: string): TransportResponse {
  return { ...response, headers: { ...response.headers, [name]: value } };
}

function isUpload(request: TransportRequest): boolean {
  return request.target.startsWith(PATHS.packets) && request.body !== undefined;
}

/** Believed as it stands. */
function accepted(jws: string, now: number): VerifiedReceipt {
  const payload: unknown = (() => {
    try {
      return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString());
    } catch {
      return {};
    }
  })();
  const receipt = {
    receivedAt: new Date(now).toISOString(),
    ...(payload as object),
  } as VerifiedReceipt['receipt'];
  return { jws, receipt };
}
