import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { importDisk } from '../../center/courier/command.ts';
import type { CourierProgress } from '../../app/ipc/courier.ts';
import { PACK_FILE, packFolderName, RECEIPTS_FILE } from '../../app/sync/courier.ts';
import { Courier } from '../../main/sync/courier/courier.ts';
import type { TestCenter } from './center.ts';
import type { TestStore } from './store.ts';

/** A station's courier as main makes it; the listener may act in the middle of a copy. */
export function courierOf(
  test: TestStore,
  onProgress: (progress: CourierProgress) => void = () => {},
): Courier {
  const quiet = () => {};
  return new Courier({
    store: test.store,
    record: () => test.store.station.record(),
    stationKey: test.stationKey,
    now: () => Date.now(),
    changed: ({ progress }) => {
      if (progress !== null) onProgress(progress);
    },
    log: { info: quiet, warn: quiet, error: quiet },
  });
}

/** A folder to carry. */
export function carriedDisk(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'rekam-disk-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Where a station's pack lies on a disk. */
export function packOn(disk: string, test: TestStore): { folder: string; list: string; receipts: string } {
  const { stationId } = test.api.station.record()?.activation ?? {};
  if (stationId === undefined) throw new Error('not activated');
  const folder = path.join(disk, packFolderName(stationId));
  return { folder, list: path.join(folder, PACK_FILE), receipts: path.join(folder, RECEIPTS_FILE) };
}

/** What `npm run center -- import DIR` does, on a center that runs in this process. */
export async function importAt(center: TestCenter, disk: string): Promise<{ all: boolean; said: string }> {
  const said: string[] = [];
  const all = await importDisk(
    { data: center.data, database: center.running.databaseUrl },
    disk,
    pino({ level: 'silent' }),
    (line) => said.push(line),
  );
  return { all, said: said.join('\n') };
}
