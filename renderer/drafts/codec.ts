import { z } from 'zod';
import { draftSchema, type Draft } from '../../app/desk/draft.ts';
import { partSchema } from '../../app/enrollment/enrollment.ts';
import type { Capture } from '../../app/ipc/contract.ts';

/** A capture as one run of bytes: header length (4, big endian), header JSON, the part's bytes, its preview. */
const headerSchema = z.strictObject({ part: partSchema, preview: z.int().min(0).nullable() });

export function encodeDraft(draft: Draft): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(draft));
}

/** Stored drafts are untrusted input: a shape of another version throws like a damaged one. */
export function decodeDraft(content: Uint8Array): Draft {
  return draftSchema.parse(JSON.parse(new TextDecoder().decode(content)));
}

export function encodeCapture(capture: Capture): Uint8Array {
  const header = new TextEncoder().encode(
    JSON.stringify({ part: capture.part, preview: capture.preview?.length ?? null }),
  );
  const whole = new Uint8Array(4 + header.length + capture.bytes.length + (capture.preview?.length ?? 0));
  new DataView(whole.buffer).setUint32(0, header.length);
  whole.set(header, 4);
  whole.set(capture.bytes, 4 + header.length);
  if (capture.preview !== null) whole.set(capture.preview, 4 + header.length + capture.bytes.length);
  return whole;
}

export function decodeCapture(content: Uint8Array): Capture {
  const length = new DataView(content.buffer, content.byteOffset).getUint32(0);
  const header = headerSchema.parse(JSON.parse(new TextDecoder().decode(content.subarray(4, 4 + length))));
  const from = 4 + length;
  const until = from + header.part.size;
  if (content.length !== until + (header.preview ?? 0)) throw new Error('capture: length');
  return {
    part: header.part,
    bytes: content.slice(from, until),
    preview: header.preview === null ? null : content.slice(until),
  };
}
