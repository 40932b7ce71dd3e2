import { PART_NAMES } from '../../app/enrollment/biometrics.ts';
import { isReceived, type PacketState } from '../../app/enrollment/lifecycle.ts';
import { sha256 } from '../../main/security/sign.ts';
import type { Hear } from './kill.ts';
import { TEST_NOW, type TestStore } from './store.ts';

/** What the killed processes said to their operators. */
export class Told {
  readonly recorded = new Set<string>();
  /** Draft by its revision. */
  readonly drafts = new Map<string, number>();
  /** Whose receipt is kept. */
  readonly received = new Set<string>();

  /** First words of all lines. */
  readonly said = new Set<string>();

  readonly hear: Hear = (what, id, more) => {
    this.said.add(what);
    if (what === 'recorded') this.recorded.add(id);
    if (what === 'draft') this.drafts.set(id, Number(more));
    if (what === 'received') this.received.add(id);
  };

  hearLine(line: string): void {
    const [what = '', id = '', more = ''] = line.split(' ');
    this.hear(what, id, more);
  }
}

/** Everything that is wrong with a store after a kill, given what was told. Empty is what we want. */
export function faults(store: TestStore, told: Told, checked: Set<string>): string[] {
  const found: string[] = [];
  const { db } = store;
  const idsOf = (table: string, column = 'packet_id'): Set<string> =>
    new Set(db.all<{ id: string }>(`SELECT ${column} AS id FROM ${table}`).map(({ id }) => id));

  const packets = idsOf('packet');
  const kept = idsOf('packet WHERE purged_at IS NULL');
  for (const [name, ids, whole] of [
    ['packet_blob', idsOf('packet_blob'), kept],
    ['enrollment', idsOf('enrollment'), packets],
    ['outbox', idsOf('outbox'), packets],
    ['ticket', idsOf("ticket WHERE state = 'done'"), packets],
    ['audit', idsOf("audit WHERE what = 'enrollment.recorded'", 'subject'), packets],
    ['journal', idsOf("journal WHERE type = 'recorded'", "fact ->> '$.packetId'"), packets],
  ] as const) {
    for (const id of new Set([...whole, ...ids])) {
      if (whole.has(id) !== ids.has(id)) found.push(`${name} and packet differ on ${id}`);
    }
  }
  for (const id of told.recorded) if (!packets.has(id)) found.push(`told recorded, and it is not: ${id}`);

  const drafts = idsOf('draft');
  for (const id of packets) if (drafts.has(id)) found.push(`both draft and packet: ${id}`);
  for (const [id, revision] of told.drafts) {
    if (packets.has(id)) continue;
    const draft = drafts.has(id)
      ? store.api.drafts.load(id as never, store.operator.accountId, TEST_NOW)
      : null;
    if (draft === null || draft.draft.revision < revision || draft.captures.length !== PART_NAMES.length) {
      found.push(`told that the draft is kept, and it is not: ${id}`);
    }
  }

  const rows = db.all<{
    packet_id: string;
    sequence: number;
    manifest: string;
    manifest_sha256: string;
    sha256: string;
  }>('SELECT packet_id, sequence, manifest, manifest_sha256, sha256 FROM packet ORDER BY sequence');
  let previous: string | null = null;
  for (const [index, row] of rows.entries()) {
    if (row.sequence !== index + 1) found.push(`sequence ${row.sequence} stands at ${index + 1}`);
    const payload = JSON.parse(Buffer.from(row.manifest.split('.')[1] ?? '', 'base64url').toString()) as {
      previous: string | null;
    };
    if (payload.previous !== previous) found.push(`the chain breaks at ${row.sequence}`);
    previous = row.manifest_sha256;
    if (checked.has(row.packet_id) || !kept.has(row.packet_id)) continue;
    const sealed = store.api.outbox.sealed(row.packet_id as never);
    if (sealed === null || sha256(sealed) !== row.sha256) found.push(`torn sealed bytes: ${row.packet_id}`);
    checked.add(row.packet_id);
  }
  const broken = store.api.audit.verify();
  if (broken !== null) found.push(`the audit chain breaks at ${broken}`);
  return [...found, ...deliveryFaults(store, told)];
}

/** G2: received means a receipt that is kept here, once; and nothing goes before it and a final outcome. */
function deliveryFaults({ db }: TestStore, told: Told): string[] {
  const found: string[] = [];
  const rows = db.all<{
    packet_id: string;
    state: PacketState;
    received_at: number | null;
    purged_at: number | null;
    erased_at: number | null;
    nik: string;
    receipts: number;
    audited: number;
    waiting: number;
  }>(
    `SELECT p.packet_id, p.state, p.received_at, p.purged_at, p.erased_at, e.nik, o.waiting,
       (SELECT count(*) FROM receipt r WHERE r.packet_id = p.packet_id) AS receipts,
       (SELECT count(*) FROM audit a WHERE a.subject = p.packet_id AND a.what = 'packet.received') AS audited
     FROM packet p JOIN outbox o USING (packet_id) JOIN enrollment e USING (packet_id)`,
  );
  const received = new Set<string>();
  for (const { packet_id: id, state, receipts, audited, ...row } of rows) {
    const isThere = isReceived(state);
    if (isThere) received.add(id);
    const parts = [isThere, row.received_at !== null, receipts === 1, audited === 1, row.waiting === 0];
    if (parts.some((part) => part !== isThere))
      found.push(`half received: ${id} (${state}, ${receipts} receipts)`);
    const isFinal = isThere && state !== 'received';
    if (row.purged_at !== null && !isFinal) found.push(`purged too early: ${id}`);
    if (row.erased_at !== null && !isFinal) found.push(`erased too early: ${id}`);
    if ((row.erased_at !== null) !== (row.nik === '')) found.push(`half erased: ${id}`);
  }
  for (const id of told.received) if (!received.has(id)) found.push(`told received, and it is not: ${id}`);
  return found;
}
