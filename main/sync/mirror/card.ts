import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyObject } from 'node:crypto';
import { STATION_CARD_FILE, stationCardSchema, type StationCard } from '../../../app/sync/mirror.ts';
import { JWS_TYPES } from '../../../app/sync/protocol.ts';
import { publicKeyX, signJws, verifyJws } from '../../security/sign.ts';
import { writeWhole } from '../../whole-file.ts';

/**
 * What the station must know of itself when its database is gone. Signed, so that nobody can give it another center or
 * another mirror. Null for none, or one that this station's key did not sign.
 */
export function readCard(dataDir: string, stationKey: KeyObject): StationCard | null {
  try {
    const text = readFileSync(join(dataDir, STATION_CARD_FILE), 'ascii');
    return stationCardSchema.parse(verifyJws(JWS_TYPES.station, text, publicKeyX(stationKey)));
  } catch {
    return null;
  }
}

export async function writeCard(dataDir: string, stationKey: KeyObject, card: StationCard): Promise<void> {
  const jws = signJws(JWS_TYPES.station, card.activation.stationId, card, stationKey);
  await writeWhole(join(dataDir, STATION_CARD_FILE), Buffer.from(jws, 'ascii'));
}
