import { dialog, type BrowserWindow } from 'electron';
import { AUDIT_ACTS, groupOf } from '../../app/desk/audit.ts';
import { RekamError } from '../../app/errors.ts';
import type { AuditVerdict } from '../../app/ipc/people.ts';
import { exportAudit, type AuditExportNeeds } from '../checkup/audit-export.ts';
import type { DeskSession } from '../security/sessions.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import { readBack } from '../sync/courier/disk.ts';
import type { FourEyes } from './four-eyes.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'audit' | 'station'>>;
  readonly window: BrowserWindow;
  readonly fourEyes: FourEyes;
  /** Reads the whole chain, where nobody waits for it. */
  readonly verify: () => Promise<AuditVerdict>;
  readonly stationKey: AuditExportNeeds['stationKey'];
  /** False when this person's session ended while the system's dialog was open. */
  readonly isStill: (caller: DeskSession) => boolean;
  readonly now: () => number;
}

type Group = Pick<Handlers, 'audit.list' | 'audit.verify' | 'audit.export'>;

export function auditHandlers(needs: Needs): Group {
  const { store, window, fourEyes, verify, stationKey, isStill, now } = needs;
  const note = (caller: DeskSession, what: 'audit.verified' | 'audit.exported', detail: string) =>
    store.audit.append({ at: now(), by: caller.accountId, what, subject: null, detail });
  return {
    'audit.list': ({ by, group, from, to, offset, limit }) =>
      store.audit.list({
        ...{ by, offset, limit },
        acts: group === null ? null : AUDIT_ACTS.filter((act) => groupOf(act) === group),
        from: from === null ? null : startOf(from),
        until: to === null ? null : startOf(to, 1),
      }),
    'audit.verify': async (_, caller) => {
      const verdict = await verify();
      const { entries, brokenAt, mismatched } = verdict;
      const broken = [
        ...(brokenAt === null ? [] : [`broken at ${brokenAt}`]),
        ...mismatched.map((number) => `packet ${number}`),
      ];
      await note(
        caller,
        'audit.verified',
        `${entries}${broken.length === 0 ? '' : `: ${broken.join(', ')}`}`,
      );
      return verdict;
    },
    'audit.export': async ({ second }, caller) => {
      await fourEyes(caller, second, 'audit.exported');
      if (window.isDestroyed()) throw new Error('no window to ask in');
      const { canceled, filePaths } = await dialog.showOpenDialog(window, {
        properties: ['openDirectory', 'createDirectory', 'dontAddToRecent'],
      });
      if (!isStill(caller)) throw new RekamError('login.required');
      const [parent] = filePaths;
      if (canceled || parent === undefined) return null;
      const stationId = (await store.station.record())?.activation.stationId;
      if (stationId === undefined) throw new RekamError('request.invalid');
      try {
        const written = await exportAudit({ store, stationId, stationKey, readBack }, parent, now());
        await note(caller, 'audit.exported', `${written.entries} ${written.head}`);
        const brokenAt = await store.audit.verify();
        return { folder: written.folder, entries: written.entries, brokenAt };
      } catch (error) {
        await note(caller, 'audit.exported', error instanceof RekamError ? error.code : 'internal');
        throw error;
      }
    },
  };
}

/** Midnight at the desk, so many days later, by the clock that the entries carry. */
function startOf(date: string, days = 0): number {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  return new Date(year, month - 1, day + days).getTime();
}

/** Training's own log goes with it; the real one is looked at from work. */
export function auditHandlersInTraining(): Group {
  const refuse = (): never => {
    throw new RekamError('role.forbidden');
  };
  return { 'audit.list': refuse, 'audit.verify': refuse, 'audit.export': refuse };
}
