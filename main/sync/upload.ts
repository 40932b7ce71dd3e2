import { PATHS, RECEIPT_HEADER, receiptAnswerSchema, TUS_VERSION } from '../../app/sync/protocol.ts';
import type { OutboxItem } from '../store/api.ts';
import { TransportFailure, type Pace } from './api.ts';
import { readAnswerOf, readJson, type Call } from './call.ts';
import { notOurs, refusal, type Answer } from './classify.ts';
import type { ReceiptCheck, VerifiedReceipt } from './receipts.ts';

export interface UploadDeps {
  readonly call: Call;
  readonly now: () => number;
  readonly checkReceipt: ReceiptCheck;
  readonly pace: Pace;
}

export interface UploadOptions {
  readonly signal: AbortSignal;
  /** An earlier attempt may have left something at the center: ask before sending. */
  readonly resume: boolean;
  /** The center holds this many bytes of it. */
  readonly onConfirmed: (offset: number) => Promise<void>;
  /** Bytes of the packet that the network took or the center confirmed. */
  readonly onSent: (bytes: number) => void;
}

/** The link gets this long to take or bring one more byte of an upload, milliseconds. */
const IDLE_TIMEOUT_MS = 60_000;
/** Creation, offset, rest, receipt, with room for a race with another courier of the same packet. */
const MAX_EXCHANGES = 8;

type Next =
  | { readonly do: 'create' | 'head' | 'receipt' }
  | { readonly do: 'patch'; readonly offset: number };
type Step = Next | { readonly do: 'done'; readonly receipt: VerifiedReceipt };

/**
 * Brings one sealed packet to the center by tus 1.0 and comes back with its verified receipt, or throws: an HTTP status
 * is never a success by itself (G2). Unbroken, it is a single request. Whatever was stored before is never sent again.
 */
export async function uploadPacket(
  deps: UploadDeps,
  item: OutboxItem,
  sealed: Uint8Array,
  options: UploadOptions,
): Promise<VerifiedReceipt> {
  let step: Step = { do: options.resume ? 'head' : 'create' };
  for (let exchanges = 0; exchanges < MAX_EXCHANGES; exchanges += 1) {
    if (step.do === 'done') return step.receipt;
    try {
      step = await exchange(deps, item, sealed, options, step);
    } catch (error) {
      const isStale = error instanceof TransportFailure && error.stale && !options.signal.aborted;
      if (!isStale || step.do === 'head') throw error;
      // The kept connection had died, with or without the center having got the bytes.
      step = { do: 'head' };
    }
  }
  if (step.do === 'done') return step.receipt;
  throw notOurs('centerError', 'upload-circles');
}

async function exchange(
  deps: UploadDeps,
  item: OutboxItem,
  sealed: Uint8Array,
  options: UploadOptions,
  next: Next,
): Promise<Step> {
  const target = `${PATHS.packets}/${item.packetId}`;
  const tus = { 'tus-resumable': TUS_VERSION };
  const { signal } = options;
  switch (next.do) {
    case 'create': {
      const metadata = `manifest ${base64(item.manifest)},packetId ${base64(item.packetId)}`;
      const answer = await send(deps, sealed, 0, options, {
        method: 'POST',
        target: PATHS.packets,
        headers: { ...tus, 'upload-length': String(item.size), 'upload-metadata': metadata },
      });
      return afterBytes(deps, item, answer, options);
    }
    case 'patch': {
      const answer = await send(deps, sealed, next.offset, options, {
        method: 'PATCH',
        target,
        headers: { ...tus, 'upload-offset': String(next.offset) },
      });
      // It was thrown away at the center meanwhile.
      if (answer.status === 404 || answer.status === 410) return { do: 'create' };
      return afterBytes(deps, item, answer, options);
    }
    case 'head': {
      const answer = await readAnswerOf(await deps.call({ method: 'HEAD', target, headers: tus, signal }));
      if (answer.status === 404 || answer.status === 410) return { do: 'create' };
      if (answer.status !== 200) throw refusal(answer, deps.now());
      return afterAnswer(deps, item, answer, options);
    }
    case 'receipt': {
      const response = await deps.call({ method: 'GET', target: `${target}/receipt`, signal });
      const { receipt } = await readJson(response, receiptAnswerSchema, deps.now());
      return { do: 'done', receipt: checked(deps, item, receipt) };
    }
  }
}

async function send(
  deps: UploadDeps,
  sealed: Uint8Array,
  offset: number,
  { signal, onSent }: UploadOptions,
  request: {
    readonly method: 'POST' | 'PATCH';
    readonly target: string;
    readonly headers: Record<string, string>;
  },
): Promise<Answer> {
  const response = await deps.call({
    ...request,
    headers: { ...request.headers, 'content-type': 'application/offset+octet-stream' },
    body: offset === 0 ? sealed : sealed.subarray(offset),
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    signal,
    pace: deps.pace,
    onSent: (bytes) => onSent(offset + bytes),
  });
  return readAnswerOf(response);
}

async function afterBytes(
  deps: UploadDeps,
  item: OutboxItem,
  answer: Answer,
  options: UploadOptions,
): Promise<Step> {
  if (answer.status >= 200 && answer.status < 300) return afterAnswer(deps, item, answer, options);
  const failure = refusal(answer, deps.now());
  if (failure.verdict.kind !== 'offset') throw failure;
  const offset = offsetOf(answer, item);
  return offset === null ? { do: 'head' } : { do: 'patch', offset };
}

/** A success of tus: with the receipt it is over; without, the offset says what is missing. */
async function afterAnswer(
  deps: UploadDeps,
  item: OutboxItem,
  answer: Answer,
  options: UploadOptions,
): Promise<Step> {
  const jws = answer.headers[RECEIPT_HEADER];
  if (jws !== undefined) return { do: 'done', receipt: checked(deps, item, jws) };
  const offset = offsetOf(answer, item);
  if (offset === null) {
    // tus always names an offset here: whoever answered does not speak it.
    if (answer.headers['tus-resumable'] === undefined)
      throw notOurs('captivePortal', `http-${answer.status}`);
    return { do: 'receipt' };
  }
  await options.onConfirmed(offset);
  options.onSent(offset);
  return offset === item.size ? { do: 'receipt' } : { do: 'patch', offset };
}

function offsetOf(answer: Answer, item: OutboxItem): number | null {
  const text = answer.headers['upload-offset'];
  if (text === undefined || !/^\d{1,15}$/.test(text)) return null;
  const offset = Number(text);
  if (offset > item.size) throw notOurs('centerError', 'offset-beyond');
  return offset;
}

function checked(deps: UploadDeps, item: OutboxItem, jws: string): VerifiedReceipt {
  const receipt = deps.checkReceipt(jws, item);
  if (receipt === null) throw notOurs('centerError', 'receipt-invalid');
  return receipt;
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
