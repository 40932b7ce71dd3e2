import { PATHS, referenceLineSchema, type ReferenceLine } from '../../app/sync/protocol.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { TransportResponse } from './api.ts';
import { readAnswerOf, type Call } from './call.ts';
import { notOurs, refusal } from './classify.ts';
import type { SyncLog } from './log.ts';

/** Lines a transaction: long enough to be quick, short enough that the desk's own writes never wait noticeably. */
const BATCH = 500;

interface ReferenceDeps {
  readonly store: Remote<Pick<StoreApi, 'reference'>>;
  readonly call: Call;
  readonly now: () => number;
  readonly log: SyncLog;
  /** Of this program: another one may understand what this one does not. */
  readonly appVersion: string;
}

export type ReferenceEnd = 'complete' | 'yielded';

/**
 * The reference delta since our cursor. Lines are applied as they come; only a cursor line moves the cursor, so a cut
 * stream goes on from the last one and repeats at most what lies behind it. Throws for everything that breaks off.
 * @param mustYield asked after each batch: packets or a person are waiting
 */
export async function fetchReference(
  deps: ReferenceDeps,
  signal: AbortSignal,
  mustYield: () => boolean,
): Promise<ReferenceEnd> {
  await deps.store.reference.recall(deps.appVersion);
  let cursor = await deps.store.reference.cursor();
  for (;;) {
    const query = cursor === null ? '' : `?after=${encodeURIComponent(cursor)}`;
    const response = await deps.call({
      method: 'GET',
      target: PATHS.reference + query,
      headers: { accept: 'application/x-ndjson', 'accept-encoding': 'gzip' },
      signal,
    });
    if (response.status !== 200) throw refusal(await readAnswerOf(response), deps.now());
    const page = await readPage(deps, response, cursor, mustYield);
    if (page.yielded) return 'yielded';
    if (!page.more) return 'complete';
    if (page.cursor === cursor) throw notOurs('centerError', 'cursor-stands');
    cursor = page.cursor;
  }
}

interface Page {
  readonly cursor: string | null;
  readonly more: boolean;
  readonly yielded: boolean;
}

async function readPage(
  { store, now, log, appVersion }: ReferenceDeps,
  response: TransportResponse,
  from: string | null,
  mustYield: () => boolean,
): Promise<Page> {
  let batch: ReferenceLine[] = [];
  let cursor = from;
  let more: boolean | null = null;
  let bad = 0;
  let good = 0;
  /** Since the last cursor line. */
  const here = { bad: 0, good: 0 };
  try {
    for await (const text of response.lines()) {
      if (text.trim() === '') continue;
      const line = parseLine(text);
      if (line === null) {
        // A page of a portal begins with no line of ours; one bad line among good ones must not stop the rest.
        if (good === 0 && !text.trimStart().startsWith('{'))
          throw notOurs('captivePortal', 'reference-foreign');
        if (/"type"\s*:\s*"cursor"/.test(text)) throw notOurs('centerError', 'cursor-invalid');
        bad += 1;
        here.bad += 1;
        continue;
      }
      good += 1;
      if (line.type === 'cursor') {
        const rejected = { lines: here.bad, by: appVersion };
        // Nothing of it was understood: it stays to be asked for again, the cursor before it.
        if (here.bad > 0 && here.good === 0) {
          await store.reference.stuck(rejected);
          throw notOurs('centerError', 'reference-unreadable');
        }
        await store.reference.apply(batch, line.cursor, now(), rejected);
        Object.assign(here, { bad: 0, good: 0 });
        batch = [];
        ({ cursor, more } = line);
        if (more && mustYield()) return { cursor, more, yielded: true };
        continue;
      }
      more = null;
      here.good += 1;
      batch.push(line);
      if (batch.length < BATCH) continue;
      await store.reference.apply(batch, null, now());
      batch = [];
      if (mustYield()) return { cursor, more: true, yielded: true };
    }
  } finally {
    if (bad > 0) log.warn('sync.reference.bad', { lines: bad, good });
  }
  // Each answer ends with a cursor line; one that does not was cut where no lower layer noticed.
  if (more === null) throw notOurs(good === 0 ? 'captivePortal' : 'centerError', 'reference-cut');
  return { cursor, more, yielded: false };
}

function parseLine(text: string): ReferenceLine | null {
  try {
    const parsed = referenceLineSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
