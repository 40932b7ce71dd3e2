import { RekamError } from '../../app/errors.ts';
import { followService } from './sbi-http.ts';
import type { SbiDevice } from './sbi-search.ts';
import { FrameParser } from './sbi-stream.ts';
import { errorCodeIn, readJson, sbiError, streamBody } from './sbi-wire.ts';

/** After which a device ends its pictures by itself; the interface's own default. */
const STREAM_MS = 5 * 60_000;

/**
 * The live pictures of one part of a scanner.
 * @param timeoutMs from one picture to the next
 * @returns resolves when they have ended, by the signal or by the device
 * @throws RekamError device.*, ServiceLost
 */
export async function followFrames(
  device: SbiDevice,
  deviceSubId: number,
  timeoutMs: number,
  signal: AbortSignal,
  onFrame: (jpeg: Uint8Array) => void,
): Promise<void> {
  const parser = new FrameParser(onFrame);
  let unreadable: unknown = null;
  const ending = new AbortController();
  const end = (): void => ending.abort();
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  await followService(
    {
      port: device.port,
      path: `${device.path}/stream`,
      verb: 'STREAM',
      body: streamBody(device, deviceSubId, STREAM_MS),
      timeoutMs,
    },
    ending.signal,
    (bytes) => {
      try {
        parser.push(bytes);
      } catch (error) {
        unreadable ??= error;
        end();
      }
    },
  ).finally(() => signal.removeEventListener('abort', end));
  if (signal.aborted) return;
  if (unreadable !== null) throw new RekamError('device.answer', {}, unreadable);
  // Services tell in JSON why the pictures end, after the last one or in place of the first.
  const told = parser.rest.slice(Math.max(0, parser.rest.search(/[[{]/)));
  const code = told === '' ? null : errorCodeOf(told);
  if (code !== null) throw sbiError(code);
}

function errorCodeOf(told: string): string | null {
  try {
    return errorCodeIn(readJson(Buffer.from(told, 'utf8')));
  } catch {
    return null;
  }
}
