import { join } from 'node:path';
import { KIT_FILE } from '../../../app/sync/recovery.ts';
import type { Remote, StationRecord, StoreApi } from '../../store/api.ts';
import { writeWhole } from '../../whole-file.ts';
import type { SyncLog } from '../log.ts';
import { completeKit, readKept, stationPart } from '../takeover/kit.ts';
import type { MirrorTarget } from './target.ts';

interface KitFileDeps {
  readonly store: Remote<Pick<StoreApi, 'station' | 'accounts'>>;
  readonly dataDir: string;
  readonly log: SyncLog;
}

/**
 * Owner of the recovery kit's files, in the data folder and on the mirror. Written anew when another paper counts, or
 * when accounts have changed: a takeover asks for the passwords of those in it.
 */
export class KitFile {
  readonly #deps: KitFileDeps;
  #atHome = '';
  #onMirror = '';

  constructor(deps: KitFileDeps) {
    this.#deps = deps;
  }

  /** The mirror was away: what is there when it comes back nobody knows. */
  forget(): void {
    this.#onMirror = '';
  }

  async writeAtHome(record: StationRecord): Promise<void> {
    const { dataDir, log } = this.#deps;
    try {
      this.#atHome = await this.#write(record, '', this.#atHome, (bytes) =>
        writeWhole(join(dataDir, KIT_FILE), bytes),
      );
    } catch (error) {
      // A full disk here is told elsewhere, and the mirror still gets it.
      log.warn('mirror.kit', { reason: error instanceof Error ? error.message : 'unknown' });
    }
  }

  /** @throws MirrorError */
  async writeTo(target: MirrorTarget, id: string, record: StationRecord): Promise<void> {
    this.#onMirror = await this.#write(record, id, this.#onMirror, (bytes) => target.note(KIT_FILE, bytes));
  }

  /** @returns what stands there now */
  async #write(
    record: StationRecord,
    where: string,
    before: string,
    put: (bytes: Uint8Array) => Promise<void>,
  ): Promise<string> {
    const { store } = this.#deps;
    const kept = await readKept(store);
    if (kept === null) return '';
    const part = await stationPart(store, record);
    const text = JSON.stringify([where, kept, part]);
    if (text !== before) await put(await completeKit(kept, part));
    return text;
  }
}
