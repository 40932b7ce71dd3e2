import { dialog, type BrowserWindow } from 'electron';
import { dirname, join } from 'node:path';
import { RekamError, type ErrorCode } from '../../app/errors.ts';
import type { DeskSession } from '../security/sessions.ts';
import { writeWhole } from '../whole-file.ts';

const CSV = { name: 'CSV', extensions: ['csv'] };

interface Needs {
  readonly window: BrowserWindow;
  /** False when this person's session ended while the system's dialog was open. */
  readonly isStill: (caller: DeskSession) => boolean;
  /** For a file that could not be written. */
  readonly unwritable: ErrorCode;
}

/** Where files of a feature go: asked for in the system's own dialog, the folder before proposed until the process ends. */
export class CsvFiles {
  readonly #needs: Needs;
  #folder: string | null = null;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  get folder(): string | null {
    return this.#folder;
  }

  used(file: string): void {
    this.#folder = dirname(file);
  }

  /** @returns null when the person chose none @throws RekamError `login.required` */
  async ask(caller: DeskSession, fileName: string): Promise<string | null> {
    const { window, isStill } = this.#needs;
    if (window.isDestroyed()) throw new Error('no window to ask in');
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      defaultPath: this.#folder === null ? fileName : join(this.#folder, fileName),
      filters: [CSV],
      properties: ['createDirectory', 'showOverwriteConfirmation', 'dontAddToRecent'],
    });
    if (!isStill(caller)) throw new RekamError('login.required');
    return canceled || filePath === undefined || filePath === '' ? null : filePath;
  }

  /** @param note puts it on record, before anything leaves */
  async write(file: string, text: string, note: () => Promise<void>): Promise<void> {
    try {
      await writeWhole(file, Buffer.from(text), note);
    } catch (error) {
      if (error instanceof RekamError) throw error;
      throw new RekamError(this.#needs.unwritable, {}, error);
    }
    this.used(file);
  }
}
