import { Button } from '@mantine/core';
import {
  FINGERS,
  IRISES,
  STEP_PARTS,
  type PartName,
  type Step,
} from '../../../../app/enrollment/biometrics.ts';
import { useApp } from '../../../app-state.ts';
import { BytesImage } from '../../../components/bytes-image.tsx';
import { Notice } from '../../../components/notice.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import type { WorkState } from '../../../drafts/work.ts';
import { fieldText, useWords } from '../../../i18n/words.ts';
import { commitWork, record, useDesk } from '../desk-store.ts';
import classes from '../desk.module.css';
import { StepFrame } from '../step-frame.tsx';
import { missingSteps } from '../steps.ts';
import type { StepProps } from '../work-context.ts';
import { Quality } from './scan.tsx';

const SHOWN = ['tempatLahir', 'tanggalLahir', 'jenisKelamin', 'statusKawin', 'pekerjaan', 'alamat'] as const;

function Picture({ state, part }: { state: WorkState; part: 'photo' | 'signature' }) {
  const { t } = useWords();
  const capture = state.captures.get(part);
  const exception = state.draft.exceptions.find((entry) => entry.part === part);
  const bytes = part === 'photo' ? capture?.bytes : capture?.preview;
  return (
    <figure className={classes['reviewPicture']} data-part={part}>
      {bytes != null ? (
        <BytesImage bytes={bytes} alt={t(`part/${part}`)} />
      ) : (
        <span className={classes['noPicture']} />
      )}
      <figcaption>
        {capture !== undefined ? (
          <StateMark tone="safe">{t(`part/${part}`)}</StateMark>
        ) : exception !== undefined ? (
          <StateMark tone="running">
            {t(`part/${part}`)}: {t(`exceptionReason/${exception.reason}`)}
          </StateMark>
        ) : (
          <StateMark tone="waiting" open>
            {t(`part/${part}`)}: {t('rail/missing')}
          </StateMark>
        )}
      </figcaption>
    </figure>
  );
}

function PartLine({ state, part, threshold }: { state: WorkState; part: PartName; threshold: number }) {
  const { t } = useWords();
  const capture = state.captures.get(part);
  const exception = state.draft.exceptions.find((entry) => entry.part === part);
  return (
    <li>
      <span>{t(`part/${part}`)}</span>
      {capture !== undefined ? (
        <Quality score={capture.part.quality} threshold={threshold} />
      ) : exception !== undefined ? (
        <StateMark tone="running">{t(`exceptionReason/${exception.reason}`)}</StateMark>
      ) : (
        <StateMark tone="waiting" open>
          {t('rail/missing')}
        </StateMark>
      )}
    </li>
  );
}

function Noted({ state }: { state: WorkState }) {
  const { t } = useWords();
  const { corrections, warnings } = state.draft;
  return (
    <>
      {corrections.length > 0 && (
        <p>
          {t('review/corrections')}:{' '}
          {corrections.map((entry) => `${t(`field/${entry.field}`)} (${entry.document})`).join(', ')}
        </p>
      )}
      {warnings.includes('early') && <p>{t('review/early')}</p>}
    </>
  );
}

/** Everything at a glance; then the resident approves, then it is recorded. */
export function ReviewStep({ work, state, order, goStep, back }: StepProps) {
  const vocabulary = useWords();
  const { t, f } = vocabulary;
  const info = useApp((app) => app.info);
  const recording = useDesk((desk) => desk.recording);
  const { draft } = state;
  const missing = missingSteps(draft, order);
  const firstMissing = missing[0];
  const approve = () => {
    work.update({ approvedAt: new Date().toISOString() });
    void commitWork(work);
  };
  const withdraw = () => work.update({ approvedAt: null });
  const label = (step: Step) => t('review/go', { step: t(`step/${step}`) });
  const fingerThreshold = info?.policy?.fingerThreshold ?? 0;
  const irisThreshold = info?.policy?.irisThreshold ?? 0;

  return (
    <StepFrame
      heading={t('stepLong/review')}
      secondary={back}
      quiet={
        draft.approvedAt !== null && (
          <>
            <StateMark tone="safe">{t('review/approved', { time: f.time(draft.approvedAt) })}</StateMark>
            <Button variant="subtle" onClick={withdraw} disabled={recording}>
              {t('review/withdraw')}
            </Button>
          </>
        )
      }
      primary={
        firstMissing !== undefined
          ? { label: label(firstMissing), run: () => goStep(firstMissing) }
          : draft.approvedAt === null
            ? { label: t('review/approve'), run: approve }
            : { label: t('review/save'), run: () => void record(work), busy: recording }
      }
    >
      {missing.length > 0 ? (
        <Notice title={t('review/missingTitle')}>
          <span className={classes['jumps']}>
            {missing.map((step) => (
              <Button key={step} variant="default" onClick={() => goStep(step)}>
                {t(`step/${step}`)} ·{' '}
                {STEP_PARTS[step].length === 0 ? t('rail/missing') : f.number(missingOf(state, step))}
              </Button>
            ))}
          </span>
        </Notice>
      ) : (
        <p className={classes['read']}>{t(draft.approvedAt === null ? 'review/ask' : 'review/ready')}</p>
      )}
      <div className={classes['review']}>
        <div className={classes['reviewPictures']}>
          <Picture state={state} part="photo" />
          <Picture state={state} part="signature" />
        </div>
        <div>
          <h3 className={classes['listTitle']}>{t('step/biodata')}</h3>
          <dl className={classes['summary']}>
            {SHOWN.map((field) => (
              <div key={field}>
                <dt>{t(`field/${field}`)}</dt>
                <dd>{fieldText(field, draft.biodata[field], vocabulary, info?.kecamatan ?? null)}</dd>
              </div>
            ))}
          </dl>
          <Noted state={state} />
        </div>
        <div>
          <h3 className={classes['listTitle']}>{t('review/fingers')}</h3>
          <ul className={classes['partLines']}>
            {FINGERS.map((part) => (
              <PartLine key={part} state={state} part={part} threshold={fingerThreshold} />
            ))}
          </ul>
          <h3 className={classes['listTitle']}>{t('step/irises')}</h3>
          <ul className={classes['partLines']}>
            {IRISES.map((part) => (
              <PartLine key={part} state={state} part={part} threshold={irisThreshold} />
            ))}
          </ul>
        </div>
      </div>
    </StepFrame>
  );
}

function missingOf(state: WorkState, step: Step): number {
  const excepted = new Set<string>(state.draft.exceptions.map((entry) => entry.part));
  return STEP_PARTS[step].filter((part) => !state.captures.has(part) && !excepted.has(part)).length;
}
