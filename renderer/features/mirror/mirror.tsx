import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ErrorShape } from '../../../app/errors.ts';
import type { MirrorStatus, Recovery } from '../../../app/ipc/mirror.ts';
import { announce } from '../../components/announcer.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useNow } from '../../clock.ts';
import { useWords, words } from '../../i18n/words.ts';
import { answer, station } from '../../station.ts';
import { refreshStatus, useStatus } from '../../status.ts';
import look from '../supervisor/supervisor.module.css';
import { MIRROR_TONE, mirrorLook, mirrorSentence, recoverySentence } from './words.ts';

/** As a string, so that a push each second that says nothing new draws nothing. */
function useMirror(): MirrorStatus | null {
  const text = useStatus((status) => (status === null ? null : JSON.stringify(status.mirror)));
  return text === null ? null : (JSON.parse(text) as MirrorStatus);
}

function useRecovery(): Recovery | null {
  const text = useStatus((status) => (status?.recovery == null ? null : JSON.stringify(status.recovery)));
  return text === null ? null : (JSON.parse(text) as Recovery);
}

/** As long after it as anybody at the desk may not know yet. */
const TOLD_FOR_MS = 3 * 24 * 60 * 60_000;

/** Before the login: what happened to the station's data, what came back, what the center is asked. */
export function RecoveredCall() {
  const vocabulary = useWords();
  const now = useNow();
  const recovery = useRecovery();
  if (recovery === null || now - Date.parse(recovery.at) > TOLD_FOR_MS) return null;
  return (
    <Notice tone="act" quiet>
      {recoverySentence(recovery, now, vocabulary)}
    </Notice>
  );
}

/** At the desk, between two residents: only what a person must see to. */
export function MirrorCall() {
  const vocabulary = useWords();
  const now = useNow();
  const mirror = useMirror();
  const isDamaged = useStatus((status) => status?.storeDamaged ?? false);
  if (isDamaged) return <Notice tone="now">{vocabulary.t('recovery/waiting')}</Notice>;
  if (mirror === null || MIRROR_TONE[mirror.state] !== 'act') return null;
  return <Notice tone="act">{mirrorSentence(mirror, now, vocabulary)}</Notice>;
}

/** For the supervisor: where the second copy is, how it does, and another folder for it. */
export function MirrorCard() {
  const vocabulary = useWords();
  const { t, f } = vocabulary;
  const now = useNow();
  const mirror = useMirror();
  const recovery = useRecovery();
  const [asked, setAsked] = useState(false);
  const [error, setError] = useState<ErrorShape | null>(null);
  const choose = async () => {
    if (asked) return;
    setAsked(true);
    setError(null);
    const result = await answer(station.mirror.choose(undefined));
    setAsked(false);
    if (!result.ok) return setError(result.error);
    if (result.value === null) return;
    await refreshStatus();
    announce(words().t('mirror/chosen'));
  };
  return (
    <section aria-labelledby="mirror-title" className={look['card']}>
      <h2 id="mirror-title">{t('mirror/title')}</h2>
      <p className={look['cause']}>{t('mirror/lead')}</p>
      {mirror !== null && (
        <p>
          <StateMark tone={MIRROR_TONE[mirrorLook(mirror)]}>
            <span className={look['wrap']}>
              {mirrorLook(mirror) === 'same' ? t('mirror/sameDisk') : mirrorSentence(mirror, now, vocabulary)}
            </span>
          </StateMark>
        </p>
      )}
      {mirror?.folder != null && (
        <p className={look['cause']}>
          {t('mirror/folder', { folder: mirror.folder })}
          {mirror.copiedAt !== null && ` · ${t('mirror/copiedAt', { time: f.moment(mirror.copiedAt, now) })}`}
        </p>
      )}
      {mirror?.folder != null && !mirror.recoverable && (
        <p className={look['cause']}>{t('mirror/noRecoveryKey')}</p>
      )}
      {error !== null && <ErrorNotice error={error} />}
      <div>
        <Button
          variant="default"
          onClick={() => void choose()}
          {...(asked ? { 'aria-disabled': true, 'data-disabled': true } : {})}
        >
          {t(mirror?.folder == null ? 'mirror/choose' : 'mirror/change')}
        </Button>
      </div>
      {recovery !== null && <p className={look['cause']}>{recoverySentence(recovery, now, vocabulary)}</p>}
    </section>
  );
}
