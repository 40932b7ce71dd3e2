import type { Manifest } from '../../app/sync/protocol.ts';
import type { Dice } from './dice.ts';
import type { Reply } from './wire.ts';

/** Takes an upload's body as it arrives. */
export interface Sink {
  take(bytes: Buffer): void;
  /** The whole body is here. */
  end(): Reply;
  /** The connection broke. What came is synced, as the real center does it. */
  cut(): void;
  /** The center ends the connection: it dies, or another request took the upload's lock. */
  onCut: (() => void) | null;
}

export interface Upload {
  readonly manifest: Manifest;
  readonly jwsSha256: string;
  bytes: Buffer;
  /** So many of them survive the center's death. */
  durable: number;
  writer: Sink | null;
}

/** The center's unfinished uploads. */
export class Uploads {
  readonly #uploads = new Map<string, Upload>();

  get(packetId: string): Upload | undefined {
    return this.#uploads.get(packetId);
  }

  create(manifest: Manifest, jwsSha256: string): Upload {
    const upload: Upload = { manifest, jwsSha256, bytes: Buffer.alloc(0), durable: 0, writer: null };
    this.#uploads.set(manifest.packetId, upload);
    return upload;
  }

  drop(packetId: string): void {
    this.#uploads.delete(packetId);
  }

  clear(): void {
    this.#uploads.clear();
  }

  /** Power goes. Of bytes that were not synced a part may have reached the disk. */
  die(dice: Dice): void {
    for (const upload of this.#uploads.values()) {
      const { writer } = upload;
      upload.durable += dice.int(0, upload.bytes.length - upload.durable);
      upload.bytes = upload.bytes.subarray(0, upload.durable);
      upload.writer = null;
      writer?.onCut?.();
    }
  }
}

/** @param finish answers for what is there when the body ended */
export function openSink(upload: Upload, finish: () => Reply): Sink {
  const sync = (): void => {
    upload.durable = upload.bytes.length;
    if (upload.writer === sink) upload.writer = null;
  };
  const sink: Sink = {
    onCut: null,
    take: (bytes) => {
      if (upload.writer === sink) upload.bytes = Buffer.concat([upload.bytes, bytes]);
    },
    cut: sync,
    end: () => {
      sync();
      return finish();
    },
  };
  upload.writer = sink;
  return sink;
}

/** A later request for the same upload takes its lock by cutting the earlier one. */
export function preempt({ writer }: Upload): void {
  writer?.cut();
  writer?.onCut?.();
}
