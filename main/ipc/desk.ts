import { RekamError } from '../../app/errors.ts';
import { parseNik, type Nik } from '../../app/enrollment/nik.ts';
import { packetIdSchema } from '../../app/ids.ts';
import { v7 as uuidv7 } from 'uuid';
import type { Scanners } from '../devices/registry.ts';
import type { IntakeApi } from '../intake/api.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'residents' | 'desk' | 'drafts' | 'outbox'> & IntakeApi>;
  readonly scanners: Scanners;
  readonly now: () => number;
  /** ISO date at the desk, by the corrected clock. */
  readonly today: () => string;
  /** A packet was recorded: the engine looks, the status bar follows. */
  readonly recorded: () => void;
}

type Group = Pick<
  Handlers,
  | 'desk.find'
  | 'desk.resident'
  | 'desk.today'
  | 'drafts.begin'
  | 'drafts.list'
  | 'drafts.load'
  | 'drafts.commit'
  | 'drafts.drop'
  | 'devices.capture'
  | 'devices.list'
  | 'intake.record'
  | 'outbox.list'
>;

/** How many of today's summoned the desk lists ahead. */
const SUMMONS_SHOWN = 50;

export function deskHandlers({ store, scanners, now, today, recorded }: Needs): Group {
  return {
    'desk.find': ({ query, limit }) => store.residents.find(query, limit),
    'desk.resident': async (text) => {
      const resident = await store.residents.byNik(requireNik(text));
      if (resident === null) throw new RekamError('resident.unknown');
      return resident;
    },
    'desk.today': async () => {
      const date = today();
      return { date, ...(await store.desk.today(date, SUMMONS_SHOWN)) };
    },
    'drafts.begin': ({ nik }, caller) => {
      const packetId = packetIdSchema.parse(uuidv7());
      return store.drafts.begin({
        packetId,
        nik: requireNik(nik),
        date: today(),
        by: caller.accountId,
        now: now(),
      });
    },
    'drafts.list': () => store.drafts.list(),
    'drafts.load': (packetId) => store.drafts.load(packetId),
    'drafts.commit': ({ draft, captures }) => store.drafts.commit(draft, captures, now()),
    'drafts.drop': ({ packetId, reason }, caller) =>
      store.drafts.drop(packetId, reason, caller.accountId, now()),
    'devices.capture': (order) => scanners.capture(order),
    'devices.list': () => scanners.list(),
    'intake.record': async ({ packetId, revision }, caller) => {
      const by = { accountId: caller.accountId, name: caller.name };
      const result = await store.intake.record({ packetId, revision, by, now: now(), date: today() });
      recorded();
      return result;
    },
    'outbox.list': ({ filter, offset, limit }) => store.outbox.list(filter, offset, limit),
  };
}

function requireNik(text: string): Nik {
  const nik = parseNik(text);
  if (!nik.ok) throw new RekamError('resident.unknown');
  return nik.value.nik;
}
