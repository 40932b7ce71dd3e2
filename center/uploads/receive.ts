import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { ProblemError } from '../problems.ts';

/**
 * Puts a request's body into an upload's file behind the bytes that it has; from 0, the file begins anew. However the
 * body ends, what arrived of it is synced before this returns or throws, so that the offset the center names afterwards
 * is one it can keep.
 * @param from bytes that are there
 * @param size of the whole upload
 * @returns bytes taken, and their SHA-256, in hexadecimal digits
 */
export async function receiveBytes(
  body: IncomingMessage,
  file: string,
  from: number,
  size: number,
): Promise<{ readonly taken: number; readonly sha256: string }> {
  const handle = await open(file, from === 0 ? 'w' : 'a', 0o600);
  const hash = createHash('sha256');
  let taken = 0;
  try {
    // A refusal must still reach the sender, so leaving the loop early keeps the connection.
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (from + taken + chunk.length > size)
        throw new ProblemError('request-invalid', 'more bytes than Upload-Length says');
      await handle.appendFile(chunk);
      hash.update(chunk);
      taken += chunk.length;
    }
  } finally {
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
  return { taken, sha256: hash.digest('hex') };
}
