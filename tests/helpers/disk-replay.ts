import type { DiskEvent } from './disk-trace.ts';

/** Files by their name. */
export type Files = ReadonlyMap<string, Buffer>;

/** What a disk may lose apart from the rest: a page of the system's cache, or a sector of the disk itself. */
export type Grain = 4096 | 512;

interface Unsynced {
  readonly event: Extract<DiskEvent, { type: 'write' | 'truncate' }>;
}

interface OnDisk {
  /** What a sync has promised to keep. */
  kept: Buffer;
  unsynced: Unsynced[];
  /** Whether its name outlives a power cut: in the folder as it was last synced. */
  isNamed: boolean;
  isRemoved: boolean;
}

/**
 * A disk that keeps only what was synced; of the rest any part may be there after a power cut, in any combination
 * (POSIX promises no more, and disks bought cheaply keep no more).
 */
export class ReplayDisk {
  readonly #files = new Map<string, OnDisk>();

  constructor(files: Files) {
    for (const [name, bytes] of files) {
      this.#files.set(name, { kept: bytes, unsynced: [], isNamed: true, isRemoved: false });
    }
  }

  apply(event: DiskEvent): void {
    switch (event.type) {
      case 'said':
        return;
      case 'create':
        this.#files.set(event.file, {
          kept: Buffer.alloc(0),
          unsynced: [],
          isNamed: false,
          isRemoved: false,
        });
        return;
      case 'remove':
        this.#of(event.file).isRemoved = true;
        return;
      case 'syncFolder':
        for (const [name, file] of this.#files) {
          if (file.isRemoved) this.#files.delete(name);
          else file.isNamed = true;
        }
        return;
      case 'sync': {
        const file = this.#of(event.file);
        for (const { event: change } of file.unsynced) file.kept = changed(file.kept, change, null);
        file.unsynced = [];
        return;
      }
      default:
        this.#of(event.file).unsynced.push({ event });
    }
  }

  /** One of the states in which the power may have left it. */
  cut(random: () => number, grain: Grain): Files {
    // Most cuts lose much or little; one half of everything is the rarest of all.
    const keeps = random();
    const isKept = () => random() < keeps;
    const files = new Map<string, Buffer>();
    for (const [name, file] of this.#files) {
      if ((!file.isNamed && !isKept()) || (file.isRemoved && isKept())) continue;
      let bytes = file.kept;
      for (const { event } of file.unsynced) {
        if (event.type === 'write') bytes = changed(bytes, event, { grain, isKept });
        else if (isKept()) bytes = changed(bytes, event, null);
      }
      files.set(name, bytes);
    }
    return files;
  }

  #of(name: string): OnDisk {
    const file = this.#files.get(name);
    if (file === undefined) throw new Error(`${name} is used and was never made`);
    return file;
  }
}

/** @param loss null keeps the whole change */
function changed(
  bytes: Buffer,
  change: Unsynced['event'],
  loss: { readonly grain: Grain; readonly isKept: () => boolean } | null,
): Buffer {
  if (change.type === 'truncate') {
    const next = Buffer.alloc(change.size);
    bytes.copy(next, 0, 0, Math.min(bytes.length, change.size));
    return next;
  }
  const end = change.offset + change.bytes.length;
  const next = Buffer.alloc(Math.max(bytes.length, end));
  bytes.copy(next);
  if (loss === null) {
    change.bytes.copy(next, change.offset);
    return next;
  }
  let kept = bytes.length;
  for (let at = change.offset; at < end; ) {
    const upTo = Math.min(end, at - (at % loss.grain) + loss.grain);
    if (loss.isKept()) {
      change.bytes.copy(next, at, at - change.offset, upTo - change.offset);
      kept = Math.max(kept, upTo);
    }
    at = upTo;
  }
  return next.subarray(0, kept);
}
