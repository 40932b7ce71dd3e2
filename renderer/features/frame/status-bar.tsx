import { CLOCK_OFF_MS } from '../../../app/desk/needs.ts';
import { BATTERY_FEW } from '../../../app/desk/power.ts';
import { roughly, ROOM_NEEDED, ROOM_TOLD } from '../../../app/desk/room.ts';
import { StateMark, type Tone } from '../../components/state-mark.tsx';
import { useApp } from '../../app-state.ts';
import { useNow, useNowAs } from '../../clock.ts';
import { useWords, type Vocabulary } from '../../i18n/words.ts';
import { useStatus } from '../../status.ts';
import { MIRROR_TONE, mirrorLook } from '../mirror/words.ts';
import classes from './frame.module.css';

const LINK_TONE = {
  unknown: 'waiting',
  online: 'safe',
  slow: 'running',
  offline: 'waiting',
} as const satisfies Record<string, Tone>;

function Link({ t, f }: Vocabulary) {
  const now = useNow();
  const state = useStatus((status) => status?.link.state ?? 'unknown');
  const since = useStatus((status) => status?.link.since ?? null);
  const cause = useStatus((status) => status?.link.cause ?? null);
  const activated = useApp((app) => app.info?.activated ?? app.loginAhead);
  // Nobody looks for a center before there is one.
  if (!activated) return <span>{t('frame/unplaced')}</span>;
  const word = t(`status/${state}`);
  const text =
    since === null || state === 'unknown'
      ? word
      : t('status/since', { state: word, time: f.moment(since, now) });
  // Only where no time would help is amber right: a station that the center no longer knows.
  const tone = cause === 'notAllowed' || cause === 'clock' ? 'act' : LINK_TONE[state];
  return (
    <span title={cause === null ? undefined : t(`cause/${cause}`)}>
      <StateMark tone={tone}>{text}</StateMark>
    </span>
  );
}

function Waiting({ t, f }: Vocabulary) {
  const waiting = useStatus((status) => status?.outbox.waiting ?? 0);
  const age = useStatus((status) =>
    status === null || status.outbox.oldestAt === null
      ? ''
      : f.duration(Date.parse(status.now) - Date.parse(status.outbox.oldestAt)),
  );
  // A sync by hand passes over the hours.
  const opensAt = useStatus((status) =>
    status?.sync?.manual === true ? null : (status?.limits.opensAt ?? null),
  );
  const now = useNow();
  const review = useStatus((status) => status?.outbox.review ?? 0);
  const held = useStatus((status) => status?.outbox.held ?? 0);
  // Of what came back only what still is a task: the same number as at the desk and in the outbox.
  const tasks = useStatus((status) => status?.outbox.tasks ?? 0);
  return (
    <>
      <StateMark tone={waiting === 0 ? 'safe' : 'waiting'}>
        {waiting === 0
          ? t('status/waitingNone')
          : opensAt === null
            ? t('status/waiting', { many: f.number(waiting), age })
            : t('status/waitingUntil', { many: f.number(waiting), time: f.moment(opensAt, now) })}
      </StateMark>
      {review > 0 && <StateMark tone="waiting">{t('status/review', { many: f.number(review) })}</StateMark>}
      {held > 0 && <StateMark tone="act">{t('status/held', { many: f.number(held) })}</StateMark>}
      {tasks > 0 && <StateMark tone="act">{t('status/tasks', { many: f.number(tasks) })}</StateMark>}
    </>
  );
}

function Receipt({ t, f }: Vocabulary) {
  const now = useNow();
  const at = useStatus((status) => status?.lastReceiptAt ?? null);
  if (at === null) return <span>{t('status/receiptNone')}</span>;
  return <span>{t('status/receipt', { time: f.moment(at, now) })}</span>;
}

function Disk({ t, f }: Vocabulary) {
  const residents = useStatus((status) => status?.disk.residentsLeft ?? null);
  if (residents === null) return <span>{t('common/empty')}</span>;
  if (residents >= ROOM_TOLD)
    return <span>{t('status/disk', { residents: f.number(roughly(residents)) })}</span>;
  return (
    <StateMark tone={residents < ROOM_NEEDED ? 'now' : 'act'}>
      {t('status/diskLow', { residents: f.number(residents) })}
    </StateMark>
  );
}

function SecondCopy(vocabulary: Vocabulary) {
  const { t, f } = vocabulary;
  const state = useStatus((status) => status?.mirror.state ?? 'looking');
  const sameDisk = useStatus((status) => status?.mirror.sameDisk ?? false);
  const behind = useStatus((status) => status?.mirror.behind ?? 0);
  const look = mirrorLook({ state, sameDisk });
  return (
    <StateMark tone={MIRROR_TONE[look]}>{t(`status/mirror_${look}`, { many: f.number(behind) })}</StateMark>
  );
}

function Power({ t, f }: Vocabulary) {
  const source = useStatus((status) => status?.power.source ?? null);
  const residents = useStatus((status) => status?.power.residentsLeft ?? null);
  const percent = useStatus((status) => status?.power.percent ?? null);
  if (source !== 'battery') return <span>{t(source === null ? 'status/power' : 'status/mains')}</span>;
  const left =
    residents !== null
      ? t('status/batteryFor', { count: residents, residents: f.number(residents) })
      : percent === null
        ? t('status/battery')
        : t('status/batteryAt', { percent: f.number(percent) });
  return <StateMark tone={residents !== null && residents < BATTERY_FEW ? 'now' : 'act'}>{left}</StateMark>;
}

function Today({ t, f }: Vocabulary) {
  const count = useStatus((status) => status?.recordedToday ?? 0);
  return <span>{t('status/today', { many: f.number(count) })}</span>;
}

function Clock({ t, f }: Vocabulary) {
  const time = useNowAs((now) => f.time(now));
  const offset = useStatus((status) => status?.clockOffsetMs ?? 0);
  if (Math.abs(offset) < CLOCK_OFF_MS) return <span>{t('status/clock', { time })}</span>;
  return <StateMark tone="act">{t('status/clockOff', { time, by: f.duration(Math.abs(offset)) })}</StateMark>;
}

const CELLS = [
  ['link', Link],
  ['outbox', Waiting],
  ['receipt', Receipt],
  ['clock', Clock],
  ['disk', Disk],
  ['mirror', SecondCopy],
  ['today', Today],
  ['power', Power],
] as const;

/** What is true before the station has told anything. */
const AHEAD: readonly string[] = ['link', 'clock', 'mirror'];

/** Always there, values change in place: fixed cells, nothing moves when a word grows. */
export function StatusBar() {
  const vocabulary = useWords();
  const isKnown = useStatus((status) => status !== null);
  return (
    <footer className={classes['status']} aria-label={vocabulary.t('status/label')}>
      {CELLS.map(([name, Cell]) => (
        <div key={name} className={classes['cell']}>
          {isKnown || AHEAD.includes(name) ? (
            <Cell {...vocabulary} />
          ) : (
            <span>{vocabulary.t('common/empty')}</span>
          )}
        </div>
      ))}
    </footer>
  );
}
