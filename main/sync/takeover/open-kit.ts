import { RekamError } from '../../../app/errors.ts';
import {
  kitCenterSchema,
  kitStationSchema,
  parseRecoveryCode,
  type Kit,
  type KitCenter,
  type KitStation,
} from '../../../app/sync/recovery.ts';
import { keysOfCode } from '../../security/recovery-code.ts';
import { unseal } from '../../security/unseal.ts';

export interface OpenedKit {
  readonly center: KitCenter;
  readonly station: KitStation;
}

/**
 * Opens a kit with the code from the paper.
 * @throws RekamError `takeover.codeLength`, `.codeMistyped`; `.codeWrong` for the code of another or an older paper
 */
export async function openKit(kit: Kit, code: string): Promise<OpenedKit> {
  const body = parseRecoveryCode(code);
  if (!body.ok) throw new RekamError(body.error);
  const { identity } = await keysOfCode(body.value, Buffer.from(kit.salt, 'base64'));
  const [center, station] = await Promise.all([
    open(kit.center, identity, kitCenterSchema),
    open(kit.station, identity, kitStationSchema),
  ]);
  if (center === null || station === null) throw new RekamError('takeover.codeWrong');
  if (center.station.id !== kit.stationId || station.stationId !== kit.stationId)
    throw new RekamError('takeover.codeWrong');
  return { center, station };
}

async function open<T>(
  sealed: string,
  identity: string,
  schema: { parse: (value: unknown) => T },
): Promise<T | null> {
  const text = await unseal(Buffer.from(sealed, 'base64'), identity);
  return text === null ? null : schema.parse(JSON.parse(Buffer.from(text).toString('utf8')));
}
