import { DAYS_OFFERED, mayCarryTo, plusDays } from '../../app/desk/carry-over.ts';
import type { SessionOfDay } from '../../app/desk/ticket.ts';
import { RekamError } from '../../app/errors.ts';
import { FOUND_COUNTED } from '../../app/ipc/find.ts';
import { parseNik, type Nik } from '../../app/enrollment/nik.ts';
import { packetIdSchema, type PacketId } from '../../app/ids.ts';
import { v7 as uuidv7 } from 'uuid';
import type { DeskSession } from '../security/sessions.ts';
import type { IntakeApi } from '../intake/api.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { DiskRoom } from './room.ts';
import type { Handlers } from './register.ts';
import { storedCapacity } from './settings.ts';

interface Needs {
  readonly store: Remote<
    Pick<StoreApi, 'residents' | 'desk' | 'drafts' | 'outbox' | 'tasks' | 'audit' | 'station'> & IntakeApi
  >;
  readonly now: () => number;
  /** ISO date at the desk, by the corrected clock. */
  readonly today: () => string;
  /** Which of the day's sessions it is there. */
  readonly sessionNow: () => SessionOfDay;
  readonly room: Pick<DiskRoom, 'require'>;
  /** Throws unless this is the caller's own password. */
  readonly confirm: (caller: DeskSession, password: string) => Promise<void>;
  /** A packet was recorded, or a task closed: the engine looks, the status bar follows. */
  readonly recorded: () => void;
}

type Group = Pick<
  Handlers,
  | 'desk.find'
  | 'desk.resident'
  | 'desk.today'
  | 'desk.summons'
  | 'desk.arrive'
  | 'desk.ticket'
  | 'desk.places'
  | 'desk.carryOver'
  | 'desk.carryBack'
  | 'drafts.begin'
  | 'drafts.list'
  | 'drafts.load'
  | 'drafts.fates'
  | 'drafts.restore'
  | 'drafts.commit'
  | 'drafts.drop'
  | 'drafts.correct'
  | 'intake.record'
  | 'tasks.list'
  | 'tasks.photo'
  | 'tasks.begin'
  | 'tasks.close'
  | 'outbox.list'
>;

/** How many of today's summoned the desk lists ahead. */
const SUMMONS_SHOWN = 50;

export function deskHandlers({ store, now, today, sessionNow, room, recorded, confirm }: Needs): Group {
  const opened = (
    what: 'resident.opened' | 'draft.opened',
    subject: string,
    { accountId: by }: DeskSession,
  ) => store.audit.opened({ at: now(), by, what, subject });
  return {
    'desk.find': async ({ query, limit }) => {
      const rows = await store.residents.find(query, limit);
      const total = rows.length < limit ? rows.length : await store.residents.matches(query, FOUND_COUNTED);
      return { rows, total };
    },
    'desk.resident': async (text, caller) => {
      const nik = requireNik(text);
      const date = today();
      const [resident, ticket, elsewhere] = await Promise.all([
        store.residents.byNik(nik),
        store.desk.ticketOf(date, nik),
        store.desk.elsewhere(date, nik),
      ]);
      if (resident === null) throw new RekamError('resident.unknown');
      await opened('resident.opened', nik, caller);
      return { ...resident, ticket, elsewhere, today: date };
    },
    'desk.today': async () => {
      const date = today();
      return { date, ...(await store.desk.today(date, SUMMONS_SHOWN)) };
    },
    'desk.summons': (group) => store.desk.summons(today(), group),
    'desk.arrive': ({ nik }, caller) => store.desk.arrive(today(), requireNik(nik), caller.accountId, now()),
    'desk.ticket': (change, caller) => {
      if (change.date !== today()) throw new RekamError('ticket.stale');
      const reason = change.state === 'deferred' ? change.reason : null;
      return store.desk.setTicket(change.date, change.number, change.state, reason, caller.accountId, now());
    },
    'desk.places': async () => {
      const from = today();
      const [taken, capacity] = await Promise.all([
        store.desk.places(from, plusDays(from, DAYS_OFFERED)),
        storedCapacity(store),
      ]);
      return { taken, capacity };
    },
    'desk.carryOver': (to, { accountId: by }) => {
      const from = today();
      if (!mayCarryTo(to, from)) throw new RekamError('request.invalid');
      return store.desk.carryOver({ from, to, niks: null, by, now: now() });
    },
    'desk.carryBack': (_, { accountId: by }) =>
      store.desk.carryBack({ date: today(), session: sessionNow(), by, now: now() }),
    'drafts.begin': async ({ nik: text, turn }, caller) => {
      const nik = requireNik(text);
      // What is begun may be finished: that is what the last room is kept for.
      const known = await store.residents.byNik(nik);
      if (known !== null && known.draft === null && known.recorded === null) await room.require();
      return store.drafts.begin({
        packetId: newPacketId(),
        nik,
        turn: turn ?? true,
        date: today(),
        by: caller.accountId,
        now: now(),
      });
    },
    'drafts.list': () => store.drafts.list(),
    'drafts.load': async (packetId, caller) => {
      const found = await store.drafts.load(packetId, caller.accountId, now());
      await opened('draft.opened', packetId, caller);
      return found;
    },
    'drafts.fates': ({ packetIds }) => store.drafts.fates(packetIds),
    'drafts.restore': ({ draft, captures }, { accountId }) =>
      store.drafts.restore(draft, captures, accountId, now()),
    'drafts.commit': ({ draft, captures }) => store.drafts.commit(draft, captures, now()),
    'drafts.drop': ({ packetId, reason }, caller) =>
      store.drafts.drop(packetId, reason, caller.accountId, now()),
    'drafts.correct': async ({ packetId, correction, password }, caller) => {
      await confirm(caller, password);
      return store.drafts.correct(packetId, correction, caller.accountId, now());
    },
    'intake.record': async ({ packetId, revision }, caller) => {
      const by = { accountId: caller.accountId, name: caller.name };
      const result = await store.intake.record({ packetId, revision, by, now: now(), date: today() });
      recorded();
      return result;
    },
    'tasks.list': () => store.tasks.list(),
    'tasks.photo': (of) => store.tasks.photo(of),
    'tasks.begin': async (of, { accountId: by }) => {
      const task = (await store.tasks.list()).find(({ packetId }) => packetId === of);
      if (task?.draft === null) await room.require();
      return store.tasks.begin(of, { packetId: newPacketId(), date: today(), by, now: now() });
    },
    'tasks.close': async ({ packetId, reason }, caller) => {
      await store.tasks.close(packetId, reason, caller.accountId, now());
      recorded();
    },
    'outbox.list': ({ filter, offset, limit, search }) =>
      store.outbox.list(filter, offset, limit, search ?? ''),
  };
}

function newPacketId(): PacketId {
  return packetIdSchema.parse(uuidv7());
}

function requireNik(text: string): Nik {
  const nik = parseNik(text);
  if (!nik.ok) throw new RekamError('resident.unknown');
  return nik.value.nik;
}
