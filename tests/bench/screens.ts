import path from 'node:path';
import { dateAfter } from '../../app/desk/progress.ts';
import type { PacketId } from '../../app/ids.ts';
import type { Channel, Request } from '../../app/ipc/contract.ts';
import { localDay } from '../../app/local-day.ts';
import { JWS_TYPES, type ReferenceLine } from '../../app/sync/protocol.ts';
import { sha256, signJws } from '../../main/security/sign.ts';
import { commitRecord } from '../../main/store/records.ts';
import { id } from '../../renderer/i18n/id.ts';
import { buildApp } from '../../scripts/build.ts';
import { ensureDisplay } from '../../scripts/display.ts';
import { StationWindow } from '../../scripts/station-window.ts';
import { LONE_SUPERVISOR, makeLoneStation, NOBODY } from '../helpers/lone-station.ts';
import { newPacketId } from '../helpers/store.ts';
import type { Area, Found } from './goals.ts';
import { inFolder, median, ms, quantile } from './measure.ts';
import { fillRegister } from './register.ts';

export const screens: Area = {
  name: 'screens',
  measures: ['screen-data'],
  run: () => inFolder(measure),
};

const RESIDENTS = 1_000_000;
const ENROLLMENTS = 100_000;
/** Recorded before this station had its first day, as the center tells. */
const KNOWN = 300_000;
const DAYS = 300;
/** The last ones: turned away, before the supervisor, not sent. */
const REJECTED = 200;
const REVIEWED = 300;
const WAITING = 5_000;
const SUMMONED_DAYS = 60;
const ROUNDS = 20;
const OPENINGS = 5;
const DAY_MS = 86_400_000;

type Call = { readonly [C in Channel]: readonly [channel: C, request: Request<C>] }[Channel];
interface Given {
  readonly nik: string;
  readonly packetId: PacketId;
  /** ISO, the last day with recordings. */
  readonly date: string;
}

/** What each screen asks for when it opens. */
function dataOf({
  nik,
  packetId,
  date,
}: Given): readonly (readonly [screen: string, calls: readonly Call[]])[] {
  const list = (offset: number, search?: string): Call => [
    'outbox.list',
    { filter: 'all', offset, limit: 100, ...(search !== undefined && { search }) },
  ];
  const log = (offset: number): Call => [
    'audit.list',
    { by: null, group: null, from: null, to: null, offset, limit: 100 },
  ];
  const supervisor: readonly Call[] = [
    ['day.read', { date: null }],
    ['sync.findings', undefined],
    ['sync.office', undefined],
    ['sync.outages', undefined],
    ['recovery.status', undefined],
  ];
  return [
    [
      'desk',
      [
        ['desk.today', undefined],
        ['drafts.list', undefined],
      ],
    ],
    ['names', [['desk.find', { query: 'SITI NUR', limit: 20 }]]],
    ['a resident', [['desk.resident', nik]]],
    ['tasks', [['tasks.list', undefined]]],
    ['outbox', [list(0)]],
    ['outbox, its end', [list(ENROLLMENTS - 100)]],
    ['outbox, a name', [list(0, 'SITI')]],
    ['a packet', [['outbox.packet', packetId]]],
    ['supervisor', supervisor],
    ['review', [['review.list', { which: 'waiting' }]]],
    ['day', [['day.read', { date }]]],
    ['progress', [['progress.read', undefined]]],
    ['schedule', [['schedule.read', { from: null }]]],
    ['outages', [['outages.read', { month: date.slice(0, 7) }]]],
    ['accounts', [['accounts.list', undefined]]],
    ['audit', [log(0)]],
    ['audit, its end', [log(2 * ENROLLMENTS - 100)]],
    ['settings', [['settings.read', undefined]]],
    ['status bar', [['station.status', undefined]]],
  ];
}

/** From the supervisor's own screen. */
const PAGES = [
  ...[id.reviews.title, id.day.title, id.progress.title, id.schedule.title],
  ...[id.outages.title, id.accounts.title, id.audit.title, id.settings.title],
];

/** A station with twenty times a kecamatan's residents: how long its real window waits for what each screen shows, and until the screen stands. */
async function measure(folder: string): Promise<Found> {
  const dirs = { dataDir: path.join(folder, 'data'), keyDir: path.join(folder, 'keys') };
  const given = await filled(dirs);
  const display = await ensureDisplay();
  try {
    await buildApp();
    const station = await StationWindow.launch({ ...dirs, centerUrl: NOBODY });
    try {
      await station.login(LONE_SUPERVISOR.username, LONE_SUPERVISOR.password);
      const data: (readonly [string, readonly number[]])[] = [];
      for (const [screen, calls] of dataOf(given)) data.push([screen, await answers(station, calls)]);
      const opened = await openings(station);
      return {
        ratios: { 'screen-data': Math.max(...data.map(([, times]) => quantile(times, 0.95))) },
        beside: [
          ...data.map(([screen, times]): Found['beside'][number] => [
            `data: ${screen}`,
            `${ms(median(times))}, p95 ${ms(quantile(times, 0.95))}`,
          ]),
          ...opened.map(([screen, times]): Found['beside'][number] => [
            `opened: ${screen}`,
            ms(median(times)),
          ]),
        ],
      };
    } finally {
      await station.close();
    }
  } finally {
    display.stop();
  }
}

/** Milliseconds in the page until all of them are answered, asked at once as a screen does. */
function answers({ page }: StationWindow, calls: readonly Call[]): Promise<number[]> {
  return page.evaluate(
    async ({ asked, rounds }) => {
      const groups = window.rekam as unknown as Record<
        string,
        Record<string, (request: unknown) => Promise<{ ok: boolean }>>
      >;
      const times: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const start = performance.now();
        const results = await Promise.all(
          asked.map(async ([channel, request]) => {
            const [group = '', name = ''] = channel.split('.');
            return groups[group]?.[name]?.(request);
          }),
        );
        times.push(performance.now() - start);
        if (results.some((result) => result?.ok !== true))
          throw new Error(`${JSON.stringify(asked)}: ${JSON.stringify(results).slice(0, 400)}`);
      }
      return times;
    },
    { asked: calls.map(([channel, request]): [string, unknown] => [channel, request]), rounds: ROUNDS },
  );
}

/** Milliseconds from the click to the last picture that it changes; the first opening of each also loads its code and is left out. */
async function openings({ page }: StationWindow): Promise<(readonly [screen: string, times: number[]])[]> {
  const tab = (name: string) => page.getByRole('navigation').getByRole('button', { name });
  const found = new Map<string, number[]>();
  const open = async (screen: string, button: ReturnType<typeof tab>): Promise<void> => {
    const time = await button.evaluate(
      (element) =>
        new Promise<number>((resolve) => {
          const QUIET_MS = 300;
          const start = performance.now();
          let last = start;
          const observer = new MutationObserver(() => {
            requestAnimationFrame(() => setTimeout(() => (last = performance.now())));
          });
          const main = document.querySelector('main');
          if (main !== null) observer.observe(main, { subtree: true, childList: true, characterData: true });
          const look = () => {
            if (performance.now() - Math.max(last, start) < QUIET_MS) return setTimeout(look, 20);
            observer.disconnect();
            return resolve(last - start);
          };
          (element as HTMLElement).click();
          look();
        }),
    );
    found.set(screen, [...(found.get(screen) ?? []), time]);
  };
  for (let round = 0; round <= OPENINGS; round += 1) {
    if (round === 1) found.clear();
    await open('desk', tab(id.frame.desk));
    await open('outbox', tab(id.frame.outbox));
    for (const title of PAGES) {
      await open('supervisor', tab(id.frame.supervisor));
      await open(title, page.getByRole('button', { name: title, exact: true }).first());
    }
  }
  return [...found];
}

/** The disk of a station that has worked for three hundred days. What a year at the desk would do through drafts and sync is written at once. */
async function filled(dirs: { readonly dataDir: string; readonly keyDir: string }): Promise<Given> {
  let given: Given | null = null;
  await makeLoneStation(dirs, ({ db, api, keys, by, stationId }) => {
    db.pragma('synchronous = OFF');
    const now = Date.now();
    const today = localDay(now);
    const { niks, person } = fillRegister({ db, api }, RESIDENTS, (index) =>
      index < RESIDENTS - KNOWN
        ? null
        : { at: new Date(now - (index % DAYS) * DAY_MS).toISOString(), stationId: null, packetId: null },
    );
    const desa = [...new Set(Array.from({ length: 10_000 }, (_, index) => person(index).desa))];
    const targets = desa.map(
      (kode): ReferenceLine => ({
        ...{ type: 'target', desa: kode, mustHave: Math.ceil(RESIDENTS / desa.length) },
        deadline: dateAfter(today, 90),
      }),
    );
    api.reference.apply(targets, '2', now);
    const operator = { accountId: by, name: LONE_SUPERVISOR.name };
    const sealed = Buffer.alloc(64, 1);
    for (let index = 0; index < ENROLLMENTS; index += 1) {
      const recordedAt = now - Math.floor(((ENROLLMENTS - index) * DAYS * DAY_MS) / ENROLLMENTS);
      const date = localDay(recordedAt);
      const biodata = person(index);
      const draft = api.drafts.begin({
        ...{ packetId: newPacketId(), nik: biodata.nik, date, by, now: recordedAt },
      });
      const { packetId, revision } = draft;
      const input = {
        ...{ packetId, revision, draft, biodata, sealed, date, thumbnail: null, by: operator, risks: [] },
        ...{ sealedSha256: sha256(sealed), recordedAt, clockOffsetMs: null, recipientKeyId: 'sealing-1' },
      };
      commitRecord(db, input, stationId, (manifest) =>
        signJws(JWS_TYPES.manifest, stationId, manifest, keys.station),
      );
      if (index === ENROLLMENTS / 2) given = { nik: biodata.nik, packetId, date };
    }
    const last = ENROLLMENTS - WAITING - REVIEWED - REJECTED;
    db.write((tx) => {
      const between = (from: number, to: number) =>
        `packet_id IN (SELECT packet_id FROM packet WHERE sequence > ${from} AND sequence <= ${to})`;
      tx.run(
        `UPDATE packet SET state = 'accepted', received_at = recorded_at + 60000, purged_at = recorded_at + 90000
         WHERE ${between(0, last)}`,
      );
      tx.run(
        `UPDATE packet SET state = 'rejected', received_at = recorded_at WHERE ${between(last, last + REJECTED)}`,
      );
      tx.run(
        `UPDATE packet SET state = 'review' WHERE ${between(last + REJECTED, last + REJECTED + REVIEWED)}`,
      );
      tx.run(`UPDATE outbox SET waiting = 0 WHERE sequence <= ${ENROLLMENTS - WAITING}`);
      tx.run(`DELETE FROM packet_blob WHERE ${between(0, last)}`);
      tx.run(
        `INSERT INTO receipt(packet_id, receipt, received_at)
         SELECT packet_id, 'receipt', received_at FROM packet WHERE received_at IS NOT NULL`,
      );
      tx.run(
        `INSERT INTO outcome(packet_id, verdict, remedy, outcome, applied_at)
         SELECT packet_id, state, CASE state WHEN 'rejected' THEN 'recapture' END,
           json_object('packetId', packet_id, 'verdict', state, 'remedy', CASE state WHEN 'rejected' THEN 'recapture' END,
             'reasons', json('[]'), 'decidedAt', '2011-11-14T05:00:00.000Z'), received_at
         FROM packet WHERE received_at IS NOT NULL`,
      );
      tx.run(
        `INSERT INTO review(packet_id, risks, is_risky, since)
         SELECT packet_id, '[]', 0, recorded_at FROM packet WHERE state = 'review'`,
      );
      tx.run(
        `UPDATE resident SET recorded_at = '2011-11-14T05:00:00.000Z'
         WHERE nik IN (SELECT nik FROM enrollment JOIN packet USING (packet_id) WHERE state = 'accepted')`,
      );
      for (let day = 0; day < SUMMONED_DAYS; day += 1)
        for (let turn = 0; turn < 1_600; turn += 1) {
          const nik = niks[ENROLLMENTS + day * 1_600 + turn] ?? '';
          tx.run(
            'INSERT INTO summons(nik, date, session, desa) VALUES (?, ?, ?, ?)',
            ...[nik, dateAfter(today, day), turn % 2 === 0 ? 'pagi' : 'siang'],
            desa[turn % desa.length] ?? '',
          );
        }
      for (let index = 0; index < DAYS; index += 1) {
        const at = now - (DAYS - index) * DAY_MS;
        tx.run(
          `INSERT INTO outage(started_at, ended_at, cause, sequence_before, recorded_meanwhile, desk_started_at, desk_ended_at)
           VALUES (?, ?, 'timeout', ?, 40, ?, ?)`,
          ...[at, at + 3_600_000, index * 300, at, at + 3_600_000],
        );
        tx.run(
          `INSERT INTO power_outage(kind, started_at, ended_at, waiting, sequence_before, sequence_after)
           VALUES ('stop', ?, ?, '[]', ?, ?)`,
          ...[at, at + 600_000, index * 300, index * 300],
        );
      }
    });
    for (const nik of niks.slice(RESIDENTS - KNOWN - 300, RESIDENTS - KNOWN))
      api.desk.arrive(today, nik, by, now);
    db.checkpoint();
  });
  if (given === null) throw new Error('nobody was recorded');
  return given;
}
