import type { Selectable } from 'kysely';
import { manifestSchema, type Manifest } from '../../app/sync/protocol.ts';
import type { Tables, Tx } from '../database.ts';
import { peekJws } from '../jws.ts';

export type PacketRow = Selectable<Tables['packet']>;

/** Nobody amends one enrollment so often; a line that goes in a circle ends here too. */
const LONGEST_LINE = 64;

export interface Line {
  /** From the first packet found to the one asked for. */
  readonly line: readonly PacketRow[];
  /**
   * `whole`: it begins with an enrollment, and everything before its last packet was refused. `accepted`: what it amends
   * was accepted. `unknown`: something it amends is not here, or nobody has decided about it yet.
   */
  readonly end: 'whole' | 'accepted' | 'unknown';
}

/** What this packet amends, and what that amends, down to the enrollment. An enrollment stands alone. */
export async function lineOf(tx: Tx, packet: PacketRow): Promise<Line> {
  const line = [packet];
  for (let current = packet; line.length <= LONGEST_LINE; ) {
    const { kind, amends } = manifestOf(current);
    if (kind === 'enrollment') return { line, end: 'whole' };
    const original =
      amends === undefined
        ? undefined
        : await tx
            .selectFrom('packet')
            .innerJoin('outcome', 'outcome.packet_id', 'packet.packet_id')
            .selectAll('packet')
            .select('outcome.verdict')
            .where('packet.packet_id', '=', amends)
            .where('packet.kecamatan', '=', packet.kecamatan)
            .executeTakeFirst();
    if (original === undefined) return { line, end: 'unknown' };
    if (original.verdict === 'accepted') return { line, end: 'accepted' };
    line.unshift(original);
    current = original;
  }
  return { line, end: 'unknown' };
}

/** Checked when it was delivered. */
export function manifestOf(packet: PacketRow): Manifest {
  return manifestSchema.parse(peekJws(packet.manifest));
}
