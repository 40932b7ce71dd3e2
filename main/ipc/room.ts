import { statfs } from 'node:fs/promises';
import { residentsLeft, ROOM_NEEDED } from '../../app/desk/room.ts';
import { RekamError } from '../../app/errors.ts';
import type { Remote, StoreApi } from '../store/api.ts';

export interface Room {
  readonly freeBytes: number;
  readonly residentsLeft: number;
}

/** How the room of a disk is asked for: the system's own call, but in tests of disks that nobody has. */
export type StatDisk = (folder: string) => Promise<{ readonly bavail: number; readonly bsize: number }>;

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'outbox'>>;
  readonly dataDir: string;
  /** Something was refused for want of room: whoever shows the number looks again. */
  readonly low?: () => void;
  readonly stat?: StatDisk;
}

/** Owner of what the station says about its disk: status bar, doctor and the desk's refusal have the same number. */
export class DiskRoom {
  readonly #needs: Needs;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  async read(): Promise<Room> {
    const { store, dataDir, stat = statfs } = this.#needs;
    const [disk, measured] = await Promise.all([stat(dataDir), store.outbox.measured()]);
    const freeBytes = disk.bavail * disk.bsize;
    return { freeBytes, residentsLeft: residentsLeft(freeBytes, measured) };
  }

  /** @throws RekamError `disk.low`: nothing new is captured that might not fit when it is recorded */
  async require(): Promise<void> {
    const room = await this.read();
    if (room.residentsLeft >= ROOM_NEEDED) return;
    this.#needs.low?.();
    throw new RekamError('disk.low', { residents: room.residentsLeft });
  }
}
