import { readFile } from 'node:fs/promises';
import { RekamError } from '../../../app/errors.ts';
import { isPending } from '../../../app/enrollment/lifecycle.ts';
import { packetIdSchema, type PacketId } from '../../../app/ids.ts';
import type { CourierProgress, ReceiptsSummary } from '../../../app/ipc/courier.ts';
import { COURIER_FILE_MAX_BYTES, receiptsLineSchema, type ReceiptsLine } from '../../../app/sync/courier.ts';
import type { Remote, StoreApi } from '../../store/api.ts';
import type { CenterKeys } from '../center-keys.ts';
import { kept } from '../receipts.ts';
import { sizeOf } from './disk.ts';

interface ReceiptsDeps {
  readonly store: Remote<Pick<StoreApi, 'outbox'>>;
  readonly keys: Pick<CenterKeys, 'follow' | 'checkReceipt'>;
  readonly now: () => number;
}

type Counts = { -readonly [K in keyof ReceiptsSummary]: ReceiptsSummary[K] };

/**
 * Takes in the center's answer to a pack. Each receipt counts as it would after an upload, and by the same check (G2);
 * every other line only tells. Once more, or in the middle of a sync, it changes nothing that is not true.
 * @throws RekamError `courier.notReceipts`
 */
export async function takeReceipts(
  deps: ReceiptsDeps,
  file: string,
  { signal, report }: { signal: AbortSignal; report: (progress: CourierProgress) => void },
): Promise<ReceiptsSummary> {
  const lines = (await readLines(file)).map(parseLine);
  if (lines.every((line) => line === null)) throw new RekamError('courier.notReceipts');
  const counts: Counts = {
    ...{ received: 0, known: 0, foreign: 0, invalid: 0, garbage: 0 },
    ...{ refused: [], packRefused: null, waiting: 0 },
  };
  // First: where a station has no link, the disk is how it hears that the center has other keys.
  await deps.keys.follow(lines.flatMap((line) => (line?.type === 'keys' ? [line.announcement] : [])));
  for (const [index, line] of lines.entries()) {
    if (signal.aborted) break;
    const share = { done: index, total: lines.length };
    report({ phase: 'receipts', packets: share, bytes: share });
    if (line?.type === 'keys') continue;
    if (line === null) counts.garbage += 1;
    else if (line.type === 'receipt') counts[await settle(deps, line.receipt)] += 1;
    else if (line.type === 'pack-refused') counts.packRefused = line.problem;
    else await note(deps, line, counts);
  }
  counts.waiting = (await deps.store.outbox.summary(deps.now())).waiting;
  return counts;
}

async function readLines(file: string): Promise<string[]> {
  try {
    const size = await sizeOf(file);
    if (size === null || size > COURIER_FILE_MAX_BYTES) throw new Error('no file of receipts');
    return (await readFile(file, 'utf8')).split(/\r?\n/).filter((line) => line.trim() !== '');
  } catch (error) {
    throw new RekamError('courier.notReceipts', {}, error);
  }
}

function parseLine(text: string): ReceiptsLine | null {
  try {
    const parsed = receiptsLineSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

async function settle(
  { store, keys }: ReceiptsDeps,
  jws: string,
): Promise<'received' | 'known' | 'foreign' | 'invalid'> {
  const packetId = packetOf(jws);
  if (packetId === null) return 'invalid';
  const ours = await store.outbox.subject(packetId, jws);
  if (ours === null) return 'foreign';
  const verified = keys.checkReceipt(jws, ours.packet);
  if (verified === null) return 'invalid';
  if (!isPending(ours.state)) return 'known';
  // It was kept here once, and then the center said that it has lost the packet: an old file must not hide that.
  if (ours.isKnown) return 'invalid';
  await store.outbox.received([kept(verified)]);
  return 'received';
}

/** A refusal is not signed: it is told to the person, and the packet goes on as it was. */
async function note(
  { store }: ReceiptsDeps,
  { packetId, problem }: Extract<ReceiptsLine, { type: 'refused' }>,
  counts: Counts,
): Promise<void> {
  const ours = await store.outbox.subject(packetId, '');
  if (ours === null) counts.foreign += 1;
  else if (isPending(ours.state)) counts.refused.push({ packetId, sequence: ours.packet.sequence, problem });
}

/** What an unverified receipt claims to speak of, to learn what it must be held against. */
function packetOf(jws: string): PacketId | null {
  try {
    const payload: unknown = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return packetIdSchema.parse((payload as { packetId?: unknown } | null)?.packetId);
  } catch {
    return null;
  }
}
