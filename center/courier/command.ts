import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Logger } from 'pino';
import type { CourierProblem } from '../../app/sync/courier.ts';
import { runningDatabase, startPostgres } from '../postgres.ts';
import { openStorage, type StorageOptions } from '../storage.ts';
import { importPack, type PackReport } from './import.ts';
import { findPacks } from './read-pack.ts';

/** What to tell whoever stands at the center with the disk in hand. */
const ADVICE: Readonly<Record<CourierProblem, string>> = {
  'packet-missing': 'its file is not on the disk or cannot be read',
  'packet-hash': 'its file is damaged',
  'packet-too-large': 'larger than any packet may be',
  'manifest-invalid': "its manifest is no station's of this kecamatan",
  'manifest-conflict': 'the center holds something else under its id',
  'manifest-late': 'numbered after its station was taken over',
  'recipient-unknown': 'sealed to a key that this center does not have',
  'upload-locked': 'just arriving by link',
  'storage-full': "this center's disk is full",
  'pack-invalid': 'not a whole courier pack: the station must copy it again',
  'station-unknown': 'made by a station that this center does not know',
  'station-revoked': 'made by a station that was revoked here',
};

/**
 * `npm run center -- import DIR`: into a center that runs on this data folder, or one that does not run just now.
 * @param say takes the report, line by line
 * @returns whether every packet of every pack is held by this center now
 */
export async function importDisk(
  options: StorageOptions,
  folder: string,
  log: Logger,
  say: (line: string) => void,
): Promise<boolean> {
  const data = path.resolve(options.data);
  // New keys would give receipts that no station believes.
  if (!existsSync(path.join(data, 'receipt.pem')))
    throw new Error(`no center in ${data}: name its --data folder`);
  const packs = await findPacks(folder);
  if (packs.length === 0) {
    say(`no courier pack in ${folder}`);
    return false;
  }
  const closers: (() => Promise<void>)[] = [];
  try {
    const storage = await openStorage(options, log, closers, ownDatabase);
    let isAll = true;
    for (const pack of packs) {
      const report = await importPack(storage, pack);
      for (const line of inWords(report)) say(line);
      // A center that runs beside this decides about them at once.
      if (report.received > 0) await storage.ears.tell('rekam_packet', '');
      isAll &&= report.refused === null && report.packets.length === 0;
    }
    return isAll;
  } finally {
    for (const closer of closers.toReversed()) await closer();
  }
}

/** A running center's own server is shared: another on the same folder would end it. */
async function ownDatabase(data: string, closers: (() => Promise<void>)[]): Promise<string> {
  const running = runningDatabase(data, 'rekam');
  if (running !== null) return running;
  const postgres = await startPostgres(data);
  closers.push(() => postgres.stop());
  return postgres.database('rekam');
}

function inWords({ folder, station, refused, received, known, packets, receiptsFile }: PackReport): string[] {
  if (refused !== null || station === null) {
    return [
      `pack ${folder}: refused, ${because(refused?.problem ?? 'pack-invalid', refused?.detail ?? '')}`,
      'nothing was taken in; the station still has every packet',
    ];
  }
  const total = received + known + packets.length;
  return [
    `pack ${folder}: ${station.label} (${station.kecamatan}), ${total} packets`,
    `  ${received} received, ${known} held already, ${packets.length} refused`,
    ...packets.map(
      ({ packetId, sequence, problem, detail }) =>
        `  refused ${sequence} ${packetId}: ${because(problem, detail)}`,
    ),
    `receipts in ${receiptsFile}: the disk goes back to the station`,
  ];
}

function because(problem: CourierProblem, detail: string): string {
  return `${problem} (${ADVICE[problem]})${detail === '' ? '' : `: ${detail}`}`;
}
