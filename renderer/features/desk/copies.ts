import type { Draft } from '../../../app/desk/draft.ts';
import type { PacketId } from '../../../app/ids.ts';
import { unreachable } from '../../../app/result.ts';
import type { Vault } from '../../drafts/vault.ts';
import { answer, station } from '../../station.ts';

/** As many as main answers for at once. */
const ASKED = 1000;

/**
 * A copy goes when main says how its draft ended, and by nothing else: a database that was built anew knows of none of
 * them. What main lacks it is given back.
 * @returns the drafts that main has again
 */
export async function settleCopies(vault: Vault, isStill: () => boolean): Promise<Draft[]> {
  const packetIds = (await vault.list().catch(() => [])).slice(0, ASKED);
  if (packetIds.length === 0) return [];
  const told = await answer(station.drafts.fates({ packetIds }));
  const back: Draft[] = [];
  for (const { packetId, fate } of told.ok ? told.value : []) {
    if (!isStill()) break;
    switch (fate) {
      case 'open':
        break;
      case 'recorded':
      case 'dropped':
        await vault.drop(packetId).catch(() => undefined);
        break;
      case 'unknown': {
        const draft = await takeBack(vault, packetId);
        if (draft !== null) back.push(draft);
        break;
      }
      default:
        unreachable(fate);
    }
  }
  return back;
}

/** Null where the copy cannot be read, or main does not take it (yet): then it stays where it is. */
export async function takeBack(vault: Vault, packetId: PacketId): Promise<Draft | null> {
  const copy = await vault.load(packetId);
  if (copy.kind !== 'copy') return null;
  const captures = [...copy.captures];
  const restored = await answer(station.drafts.restore({ draft: copy.draft, captures }));
  return restored.ok ? copy.draft : null;
}
