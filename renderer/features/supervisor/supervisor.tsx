import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { ErrorShape } from '../../../app/errors.ts';
import type { PacketId } from '../../../app/ids.ts';
import type { SyncProgress, SyncSummary } from '../../../app/ipc/status.ts';
import { go } from '../../app-state.ts';
import { announce } from '../../components/announcer.tsx';
import { usePrimaryKey } from '../../components/keys.ts';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { StateMark, type Tone } from '../../components/state-mark.tsx';
import { useNow } from '../../clock.ts';
import { useWords, words } from '../../i18n/words.ts';
import { queries } from '../../query.ts';
import { answer, station } from '../../station.ts';
import { refreshStatus, useStatus } from '../../status.ts';
import { Courier } from '../courier/courier.tsx';
import { MirrorCard } from '../mirror/mirror.tsx';
import { Doctor } from '../outbox/doctor.tsx';
import { LimitsLine } from '../outbox/limits-line.tsx';
import { RecoveryCard } from '../takeover/recovery-card.tsx';
import { Figures } from './figures.tsx';
import { Findings } from './findings.tsx';
import { Needs } from './needs.tsx';
import { Office } from './office.tsx';
import { Outages } from './outages.tsx';
import { Summary } from './summary.tsx';
import classes from './supervisor.module.css';

const LINK_TONE = {
  unknown: 'waiting',
  online: 'safe',
  slow: 'running',
  offline: 'waiting',
} as const satisfies Record<string, Tone>;

/** The link in a sentence: what, since when, why; and what was recorded meanwhile. */
function LinkSentence() {
  const { t, f } = useWords();
  const now = useNow();
  const link = useStatus((status) => status?.link ?? null);
  const outage = useStatus((status) => status?.outage ?? null);
  const waiting = useStatus((status) => status?.outbox.waiting ?? 0);
  if (link === null) return <p className={classes['sentence']}>{t('supervisor/unknown')}</p>;
  const since = link.since === null ? t('common/empty') : f.moment(link.since, now);
  const again = link.state === 'online' && outage !== null && outage.endedAt !== null;
  const sentence = again
    ? t('supervisor/onlineAgain', {
        since,
        from: f.moment(outage.startedAt, now),
        for: f.duration(Date.parse(outage.endedAt ?? '') - Date.parse(outage.startedAt)),
        many: f.number(outage.recordedMeanwhile),
      })
    : t(`supervisor/${link.state}`, { since, many: f.number(waiting) });
  return (
    <div className={classes['sentence']}>
      <StateMark tone={link.cause === 'notAllowed' || link.cause === 'clock' ? 'act' : LINK_TONE[link.state]}>
        <span className={classes['wrap']}>{sentence}</span>
      </StateMark>
      {link.cause !== null && link.state !== 'online' && (
        <p className={classes['cause']}>{t(`cause/${link.cause}`)}</p>
      )}
    </div>
  );
}

function WaitingSentence() {
  const { t, f } = useWords();
  const now = useNow();
  const outbox = useStatus((status) => status?.outbox ?? null);
  if (outbox === null || outbox.waiting === 0) return <p>{t('supervisor/waitingNone')}</p>;
  return (
    <p>
      {t('supervisor/waiting', {
        count: outbox.waiting,
        many: f.number(outbox.waiting),
        size: f.bytes(outbox.waitingBytes),
        since: outbox.oldestAt === null ? t('common/empty') : f.moment(outbox.oldestAt, now),
        age: outbox.oldestAt === null ? t('common/empty') : f.duration(now - Date.parse(outbox.oldestAt)),
      })}
    </p>
  );
}

/** Room for progress is always kept, so that the buttons stay under the hand when it begins. */
function Progress({ progress }: { progress: SyncProgress | null }) {
  const { t, f } = useWords();
  const now = useNow();
  if (progress === null) return <div className={classes['progress']} />;
  const { items, bytes } = progress;
  const share = bytes.total > 0 ? bytes.done / bytes.total : items.total > 0 ? items.done / items.total : 0;
  const percent = Math.round(Math.min(1, share) * 100);
  // Reference data come without a number of what is to come.
  const details = [
    items.total === 0
      ? null
      : t('supervisor/items', { done: f.number(items.done), total: f.number(items.total) }),
    bytes.total === 0
      ? null
      : t('supervisor/bytes', { done: f.bytes(bytes.done), total: f.bytes(bytes.total) }),
    progress.bytesPerSecond === null ? null : f.rate(progress.bytesPerSecond),
    progress.secondsLeft === null
      ? progress.phase === 'packets'
        ? t('supervisor/leftUnknown')
        : null
      : t('supervisor/left', {
          left: f.duration(progress.secondsLeft * 1000),
          time: f.moment(now + progress.secondsLeft * 1000, now),
        }),
  ].filter((text) => text !== null);
  return (
    <div className={classes['progress']}>
      <progress
        aria-label={t('supervisor/progress')}
        value={percent}
        max={100}
        aria-valuetext={details.join(' · ')}
        className={classes['bar']}
      />
      <p>
        <StateMark tone="running">{t(`supervisor/phase_${progress.phase}`)}</StateMark> {details.join(' · ')}
      </p>
      {!progress.manual && <p className={classes['cause']}>{t('supervisor/automatic')}</p>}
    </div>
  );
}

/** Past this, nobody needs to be told any more that the center's keys have changed; the audit log keeps it. */
const KEYS_TOLD_MS = 7 * 24 * 60 * 60_000;

/** A change of the center's keys that was followed, for a week. */
function CenterKeysNews() {
  const { t, f } = useWords();
  const now = useNow();
  const followedAt = useStatus((status) => status?.centerKeys.followedAt ?? null);
  const isRefused = useStatus((status) => status?.centerKeys.refusedAt != null);
  if (isRefused || followedAt === null || now - Date.parse(followedAt) > KEYS_TOLD_MS) return null;
  return <Notice>{t('supervisor/keysFollowed', { time: f.moment(followedAt, now) })}</Notice>;
}

export default function Supervisor() {
  const { t } = useWords();
  const progress = useStatus((status) => status?.sync ?? null);
  const lastManual = useStatus((status) => status?.lastManualSync ?? null);
  const [running, setRunning] = useState(false);
  const [cancelling, setCancelling] = useState(false);
  const [summary, setSummary] = useState<SyncSummary | null>(null);
  const [error, setError] = useState<ErrorShape | null>(null);
  const [inspected, setInspected] = useState<PacketId | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const cancelButton = useRef<HTMLButtonElement>(null);
  const manual = running || progress?.manual === true;
  useEffect(() => button.current?.focus(), []);
  // While it runs the one thing to do is to cancel; once it is over, to start again.
  const wasManual = useRef(false);
  useEffect(() => {
    const from = manual ? button.current : cancelButton.current;
    const isHere = document.activeElement === from || document.activeElement === document.body;
    if (manual !== wasManual.current && isHere) (manual ? cancelButton : button).current?.focus();
    wasManual.current = manual;
  }, [manual]);

  const sync = async () => {
    setRunning(true);
    setError(null);
    const result = await answer(station.sync.now(undefined));
    // Else the next Enter would meet a sync that is over.
    await refreshStatus();
    setRunning(false);
    setCancelling(false);
    if (result.ok) {
      setSummary(result.value);
      const say = words();
      announce(say.t(`supervisor/ended_${result.value.ended}`));
    } else setError(result.error);
    void queries.invalidateQueries({ queryKey: ['outages'] });
    void queries.invalidateQueries({ queryKey: ['outbox'] });
  };
  const cancel = async () => {
    setCancelling(true);
    // The button under the hand goes grey: the focus must not go with it.
    button.current?.focus();
    const result = await answer(station.sync.cancel(undefined));
    if (!result.ok) {
      setCancelling(false);
      setError(result.error);
    }
  };
  const start = () => {
    if (!manual) void sync();
  };
  usePrimaryKey(inspected === null ? start : null);

  return (
    <div className={classes['screen']}>
      <div className={classes['top']}>
        <div className={classes['headRow']}>
          <h1 className={classes['title']}>{t('supervisor/title')}</h1>
          <span className={classes['pages']}>
            <Button variant="default" onClick={() => go('review')}>
              {t('reviews/title')}
            </Button>
            <Button variant="default" onClick={() => go('day')}>
              {t('day/title')}
            </Button>
            <Button variant="default" onClick={() => go('progress')}>
              {t('progress/title')}
            </Button>
            <Button variant="default" onClick={() => go('schedule')}>
              {t('schedule/title')}
            </Button>
            <Button variant="default" onClick={() => go('outages')}>
              {t('outages/title')}
            </Button>
            <Button variant="default" onClick={() => go('accounts')}>
              {t('accounts/title')}
            </Button>
            <Button variant="default" onClick={() => go('audit')}>
              {t('audit/title')}
            </Button>
            <Button variant="default" onClick={() => go('checkup')}>
              {t('checkup/title')}
            </Button>
            <Button variant="default" onClick={() => go('settings')}>
              {t('settings/title')}
            </Button>
          </span>
        </div>
        <Needs />
        <Figures />
      </div>
      <div className={classes['left']}>
        <CenterKeysNews />
        <LinkSentence />
        <WaitingSentence />
        <LimitsLine />
        <div className={classes['card']}>
          <div className={classes['syncRow']}>
            <Button
              ref={button}
              onClick={start}
              aria-disabled={manual}
              {...(manual ? { 'data-disabled': true } : {})}
            >
              {t('supervisor/sync')}
            </Button>
            <Button
              ref={cancelButton}
              variant="default"
              onClick={() => void cancel()}
              disabled={!manual || cancelling}
            >
              {t(cancelling ? 'supervisor/cancelling' : 'supervisor/cancel')}
            </Button>
            <span className={classes['cause']}>{t('supervisor/only')}</span>
          </div>
          <Progress progress={progress} />
          {error !== null && <ErrorNotice error={error} />}
          {!manual && progress === null && summary !== null && (
            <p>
              <StateMark tone={summary.ended === 'done' ? 'safe' : 'waiting'}>
                <span className={classes['wrap']}>{t(`supervisor/ended_${summary.ended}`)}</span>
              </StateMark>
            </p>
          )}
        </div>
        <Summary summary={summary ?? lastManual} onInspect={setInspected} />
        <Office />
        <Findings onInspect={setInspected} />
      </div>
      <div className={classes['right']}>
        <MirrorCard />
        <RecoveryCard />
        <Courier />
        <Outages />
      </div>
      {inspected !== null && <Doctor packetId={inspected} onClose={() => setInspected(null)} />}
    </div>
  );
}
