import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstPictureText, readFirstPicture, type FirstPicture } from '../app/ipc/first-picture.ts';
import { reason, type Log } from './log.ts';
import { writeWhole } from './whole-file.ts';

export const FIRST_PICTURE_FILE = 'gambar-pertama.txt';

/** Beside the database, for who cannot wait for it. Null where nobody has seen a login yet, or the file is damaged. */
export function lastFirstPicture(dataDir: string): FirstPicture | null {
  try {
    return readFirstPicture(readFileSync(join(dataDir, FIRST_PICTURE_FILE), 'ascii'));
  } catch {
    return null;
  }
}

/** The file's only writer. The settings own what is in it. */
export class FirstPictureFile {
  private kept: string;
  private readonly dataDir: string;
  private readonly log: Log;
  private writing: Promise<void> = Promise.resolve();

  constructor(dataDir: string, log: Log) {
    this.dataDir = dataDir;
    this.log = log;
    this.kept = firstPictureText(lastFirstPicture(dataDir));
  }

  /** @param picture null: not activated, so that there is no login yet */
  keep(picture: FirstPicture | null): void {
    const text = firstPictureText(picture);
    if (text === this.kept) return;
    this.kept = text;
    this.writing = this.writing
      .then(() => writeWhole(join(this.dataDir, FIRST_PICTURE_FILE), Buffer.from(text, 'ascii')))
      // Without it the next start only shows its login later.
      .catch((error: unknown) => this.log.warn('first-picture', { reason: reason(error) }));
  }

  /** When what was kept is on the disk. */
  async written(): Promise<void> {
    await this.writing;
  }
}
