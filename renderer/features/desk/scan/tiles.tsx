import { ActionIcon, Button } from '@mantine/core';
import { IconBan, IconCircleMinus, IconEye, IconFingerprint } from '@tabler/icons-react';
import { exceptionFor, type BodyPart } from '../../../../app/enrollment/biometrics.ts';
import { BytesImage } from '../../../components/bytes-image.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import type { Work, WorkState } from '../../../drafts/work.ts';
import { useWords } from '../../../i18n/words.ts';
import { commitWork } from '../desk-store.ts';
import { removeException } from '../exceptions.ts';
import { isEye, isLow, thresholdOf, type Limits } from '../../../../app/enrollment/quality.ts';
import type { ScanView } from './scan-view.ts';
import classes from './scan.module.css';

export function Quality({ score, threshold }: { score: number | null; threshold: number }) {
  const { t, f } = useWords();
  if (score === null) return <StateMark tone="safe">{t('scan/qualityNone')}</StateMark>;
  const low = isLow(score, threshold);
  return (
    <StateMark tone={low ? 'act' : 'safe'}>
      {t(low ? 'scan/qualityLow' : 'scan/qualityGood', { score: f.number(Math.round(score)) })}
    </StateMark>
  );
}

/** How far the score is from the threshold, for the eye; the words beside it say the same. */
function Meter({ score, threshold }: { score: number; threshold: number }) {
  return (
    <svg className={classes['meter']} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden>
      <rect className={classes['meterGround']} width="100" height="8" />
      <rect data-low={isLow(score, threshold)} width={score} height="8" />
      <rect className={classes['meterMark']} x={Math.min(threshold, 99)} width="1.5" height="8" />
    </svg>
  );
}

function Tile({
  work,
  state,
  part,
  threshold,
  busy,
  onExcept,
}: {
  work: Work;
  state: WorkState;
  part: BodyPart;
  threshold: number;
  busy: boolean;
  onExcept: (part: BodyPart) => void;
}) {
  const { t } = useWords();
  const name = t(`part/${part}`);
  const exception = exceptionFor(part, state.draft.exceptions);
  const capture = exception === undefined ? state.captures.get(part) : undefined;
  const score = capture?.part.quality ?? null;
  const Empty = isEye(part) ? IconEye : IconFingerprint;
  return (
    <li className={classes['tile']} data-excepted={exception !== undefined}>
      <div className={classes['tileImage']}>
        {exception !== undefined ? (
          <div className={classes['reason']}>
            <StateMark tone="running" icon={IconCircleMinus}>
              {t('scan/excepted', { reason: t(`exceptionReason/${exception.reason}`).toLowerCase() })}
            </StateMark>
            {exception.note !== '' && <small title={exception.note}>{exception.note}</small>}
          </div>
        ) : capture?.preview != null ? (
          <BytesImage bytes={capture.preview} alt={t('scan/image', { part: name })} />
        ) : (
          <Empty size={40} stroke={1} aria-hidden />
        )}
      </div>
      <strong>{name}</strong>
      {exception !== undefined ? (
        exception.part === part && (
          <Button
            variant="subtle"
            className={classes['tileButton']}
            aria-label={t('exception/remove', { part: name })}
            disabled={busy}
            onClick={() => {
              removeException(work, part);
              void commitWork(work);
            }}
          >
            {t('exception/removeShort')}
          </Button>
        )
      ) : (
        <>
          {capture === undefined ? (
            <StateMark tone="waiting" open>
              {t('scan/notYet')}
            </StateMark>
          ) : (
            <Quality score={score} threshold={threshold} />
          )}
          <Meter score={score ?? 0} threshold={threshold} />
          {capture === undefined && (
            <ActionIcon
              variant="subtle"
              className={classes['tileExcept']}
              aria-label={t('exception/except', { part: name })}
              title={t('exception/except', { part: name })}
              disabled={busy}
              onClick={() => onExcept(part)}
            >
              <IconBan size={20} aria-hidden />
            </ActionIcon>
          )}
        </>
      )}
    </li>
  );
}

/** One tile a finger or eye: picture, quality against the threshold, or why it is excepted. */
export function Tiles({
  work,
  state,
  view,
  limits,
  busy,
  onExcept,
}: {
  work: Work;
  state: WorkState;
  view: ScanView;
  limits: Limits;
  busy: boolean;
  onExcept: (part: BodyPart) => void;
}) {
  const { t } = useWords();
  return (
    <ul className={classes['tiles']} aria-label={t('scan/parts')}>
      {view.parts.map((part) => (
        <Tile
          key={part}
          work={work}
          state={state}
          part={part}
          threshold={thresholdOf(part, limits)}
          busy={busy}
          onExcept={onExcept}
        />
      ))}
    </ul>
  );
}
