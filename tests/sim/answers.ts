import { gapsIn } from '../../center/reconcile.ts';
import { reconcileRequestSchema } from '../../app/sync/protocol.ts';
import type { HeldPacket } from './center.ts';
import { json, ndjson, type Reply, type Wire } from './wire.ts';

/** What the station lists, against what the center holds: the real center's rules over a map. */
export function reconcileAnswer(wire: Wire, held: ReadonlyMap<string, HeldPacket>): Reply {
  const { from, to, packets } = reconcileRequestSchema.parse(JSON.parse(wire.body?.toString() ?? '{}'));
  const inRange = [...held.values()].filter(
    ({ manifest: { sequence } }) => sequence >= from && sequence <= to,
  );
  const listed = new Set<string>(packets.map(({ packetId }) => packetId));
  const isOther = (packetId: string, manifestSha256: string): boolean => {
    const known = held.get(packetId);
    return known !== undefined && known.jwsSha256 !== manifestSha256;
  };
  return json({
    missing: packets.filter(({ packetId }) => !held.has(packetId)).map(({ packetId }) => packetId),
    unknown: inRange
      .filter(({ manifest }) => !listed.has(manifest.packetId))
      .map(({ manifest }) => ({ sequence: manifest.sequence, packetId: manifest.packetId })),
    mismatched: packets
      .filter(({ packetId, manifestSha256 }) => isOther(packetId, manifestSha256))
      .map(({ packetId }) => packetId),
    gaps: gapsIn(from, to, [
      ...packets.map(({ sequence }) => sequence),
      ...inRange.map(({ manifest }) => manifest.sequence),
    ]),
  });
}

/** The pages behind a cursor, each ended by its own. */
export function referenceAnswer(after: number, pages: readonly (readonly string[])[]): Reply {
  const lines = pages.slice(after).flatMap((page, index) => {
    const cursor = after + index + 1;
    return [...page, JSON.stringify({ type: 'cursor', cursor: String(cursor), more: cursor < pages.length })];
  });
  const end = JSON.stringify({ type: 'cursor', cursor: String(Math.max(after, pages.length)), more: false });
  return ndjson(lines.length === 0 ? [end] : lines);
}
