import { Button } from '@mantine/core';
import { useCallback, useState } from 'react';
import {
  exceptionFor,
  FINGERS,
  IRISES,
  STEP_PARTS,
  VERIFY,
  type BodyPart,
  type PartName,
  type Step,
} from '../../../../app/enrollment/biometrics.ts';
import { askedParts } from '../../../../app/desk/task.ts';
import type { Draft } from '../../../../app/desk/draft.ts';
import type { Approval } from '../../../../app/enrollment/enrollment.ts';
import { useApp } from '../../../app-state.ts';
import { announce } from '../../../components/announcer.tsx';
import { BytesImage } from '../../../components/bytes-image.tsx';
import { Notice } from '../../../components/notice.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import type { WorkState } from '../../../drafts/work.ts';
import { fieldText } from '../../../i18n/biodata-words.ts';
import { useWords, type Vocabulary } from '../../../i18n/words.ts';
import { UNAPPROVED } from '../corrections.ts';
import { commitWork, record, useDesk } from '../desk-store.ts';
import classes from '../desk.module.css';
import { thresholdOf } from '../../../../app/enrollment/quality.ts';
import { isNikUnknown } from '../task-words.ts';
import { ScanWork, useLimits, useScan } from '../scan/scan-work.tsx';
import { Quality } from '../scan/tiles.tsx';
import { StepFrame } from '../step-frame.tsx';
import { missingSteps, REVIEWED } from '../steps.ts';
import type { StepProps } from '../work-context.ts';
import { ExceptionButton, ExceptionPanel } from './exceptions.tsx';
import { KeepLowPanel } from './keep-low.tsx';
import review from './review.module.css';

function Picture({ state, part }: { state: WorkState; part: 'photo' | 'signature' }) {
  const { t } = useWords();
  const capture = state.captures.get(part);
  const exception = state.draft.exceptions.find((entry) => entry.part === part);
  const bytes = part === 'photo' ? capture?.bytes : capture?.preview;
  return (
    <figure className={review['reviewPicture']} data-part={part}>
      {bytes != null ? (
        <BytesImage bytes={bytes} alt={t(`part/${part}`)} />
      ) : (
        <span className={review['noPicture']} />
      )}
      <figcaption>
        {capture?.part.override !== undefined ? (
          <StateMark tone="act">{t('photo/overridden', { reason: capture.part.override })}</StateMark>
        ) : capture !== undefined ? (
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

function PartLine({ state, part }: { state: WorkState; part: PartName }) {
  const { t } = useWords();
  const limits = useLimits();
  const capture = state.captures.get(part);
  const exception = exceptionFor(part, state.draft.exceptions);
  return (
    <li>
      <span>{t(`part/${part}`)}</span>
      {capture !== undefined ? (
        <>
          <Quality score={capture.part.quality} threshold={thresholdOf(part, limits)} />
          {capture.part.override !== undefined && (
            <small className={review['override']}>
              {t('photo/overridden', { reason: capture.part.override })}
            </small>
          )}
        </>
      ) : exception !== undefined ? (
        <StateMark tone="running">
          {exception.note === '' ? t(`exceptionReason/${exception.reason}`) : exception.note}
        </StateMark>
      ) : (
        <StateMark tone="waiting" open>
          {t('rail/missing')}
        </StateMark>
      )}
    </li>
  );
}

/** Nothing where an amendment asks for none of them. */
function PartList({
  title,
  state,
  parts: all,
}: {
  title: string;
  state: WorkState;
  parts: readonly PartName[];
}) {
  const asked = askedParts(state.draft.amends);
  const parts = all.filter((part) => asked.includes(part));
  if (parts.length === 0) return null;
  return (
    <section>
      <h3 className={classes['listTitle']}>{title}</h3>
      <ul className={review['partLines']}>
        {parts.map((part) => (
          <PartLine key={part} state={state} part={part} />
        ))}
      </ul>
    </section>
  );
}

function Noted({ state }: { state: WorkState }) {
  const vocabulary = useWords();
  const { t } = vocabulary;
  const kecamatan = useApp((app) => app.info?.kecamatan ?? null);
  const { corrections, warnings } = state.draft;
  return (
    <>
      {corrections.length > 0 && (
        <section>
          <h3 className={classes['listTitle']}>{t('review/corrections')}</h3>
          <ul className={review['changes']}>
            {corrections.map(({ field, before, after, document }) => (
              <li key={field}>
                {t('review/change', {
                  field: t(`field/${field}`),
                  before: fieldText(field, before, vocabulary, kecamatan),
                  after: fieldText(field, after, vocabulary, kecamatan),
                  document,
                })}
              </li>
            ))}
          </ul>
        </section>
      )}
      {warnings.some((entry) => entry.code === 'early') && <p>{t('review/early')}</p>}
    </>
  );
}

/** Everything at a glance; the resident approves, gives both index fingers once more, then it is recorded. */
export function ReviewStep({ work, state, order, goStep, back }: StepProps) {
  const { t, f } = useWords();
  const recording = useDesk((desk) => desk.recording);
  const scan = useScan(work, state, 'verify');
  const [excepting, setExcepting] = useState<BodyPart | 'choose' | null>(null);
  // What failed last is let be: what was taken before is good.
  const [accepted, setAccepted] = useState(false);
  const [keeping, setKeeping] = useState(false);
  const [asked, setAsked] = useState(false);
  const close = useCallback(() => setExcepting(null), []);
  const closeKeeping = useCallback(() => setKeeping(false), []);
  const { draft } = state;
  const missing = missingSteps(draft, order, scan.limits);
  const firstMissing = missing[0];
  const approve = (by: Approval['by']) => {
    work.update({ approval: { at: new Date().toISOString(), by } });
    announce(scan.primary === null ? t('review/ready') : scan.asked);
    void commitWork(work);
  };
  const withdraw = () => work.update(UNAPPROVED);
  const approved = draft.approval !== null && (
    <StateMark tone="safe">{t('review/approved', { time: f.time(draft.approval.at) })}</StateMark>
  );
  // Only what the resident has approved is worth comparing.
  const verifying =
    firstMissing === undefined &&
    draft.approval !== null &&
    scan.primary !== null &&
    !(accepted && scan.view.complete);
  // The center would send it back for the same reason: whoever sends it as it was has spoken with the center.
  const repeats = isUnchanged(draft);
  const store = () => (repeats && !asked ? setAsked(true) : void record(work));

  if (excepting !== null) {
    return (
      <ExceptionPanel
        work={work}
        state={state}
        parts={scan.view.parts}
        chosen={excepting === 'choose' ? null : excepting}
        onClose={close}
      />
    );
  }
  if (keeping) return <KeepLowPanel work={work} scan={scan} onClose={closeKeeping} />;
  return (
    <StepFrame
      heading={t(verifying ? 'stepLong/verify' : 'stepLong/review')}
      secondary={
        // A capture under way ends where it began.
        scan.busy ? null : back
      }
      quiet={
        verifying ? (
          <>
            <ExceptionButton onClick={() => setExcepting('choose')} />
            <Button variant="subtle" onClick={withdraw} disabled={scan.busy}>
              {t('review/withdraw')}
            </Button>
            {scan.view.complete && (
              <Button
                variant="subtle"
                onClick={() => (scan.view.again ? setKeeping(true) : setAccepted(true))}
                disabled={scan.busy}
              >
                {t('scan/accept')}
              </Button>
            )}
          </>
        ) : (
          draft.approval !== null && (
            <>
              {approved}
              <Button variant="subtle" onClick={withdraw} disabled={recording}>
                {t('review/withdraw')}
              </Button>
            </>
          )
        )
      }
      primary={
        firstMissing !== undefined
          ? { label: t('review/go', { step: t(`step/${firstMissing}`) }), run: () => goStep(firstMissing) }
          : draft.approval === null
            ? { label: t('review/approve'), run: approve, large: true }
            : verifying
              ? scan.primary
              : { label: t(asked ? 'review/saveUnchanged' : 'review/save'), run: store, busy: recording }
      }
    >
      {verifying ? (
        <ScanWork work={work} state={state} scan={scan} onExcept={setExcepting} note={approved} />
      ) : (
        <>
          {missing.length > 0 ? (
            <Notice title={t('review/missingTitle')}>
              <span className={review['jumps']}>
                {missing.map((step) => (
                  <Button key={step} variant="default" onClick={() => goStep(step)}>
                    {missingLabel(state, step, { t, f })}
                  </Button>
                ))}
              </span>
            </Notice>
          ) : asked ? (
            <Notice tone="act">{t('review/unchanged')}</Notice>
          ) : (
            <p className={classes['read']}>{t(draft.approval === null ? 'review/ask' : 'review/ready')}</p>
          )}
          <Overview state={state} />
        </>
      )}
    </StepFrame>
  );
}

/** An amendment that was asked for because of the NIK, and changes nothing. */
function isUnchanged({ amends, corrections, parts }: Draft): boolean {
  return amends !== undefined && isNikUnknown(amends.reasons) && corrections.length + parts.length === 0;
}

function Overview({ state }: { state: WorkState }) {
  const vocabulary = useWords();
  const { t } = vocabulary;
  const kecamatan = useApp((app) => app.info?.kecamatan ?? null);
  const { draft } = state;
  const asked = askedParts(draft.amends);
  return (
    <div className={review['review']}>
      <div className={review['reviewPictures']}>
        {asked.includes('photo') && <Picture state={state} part="photo" />}
        {asked.includes('signature') && <Picture state={state} part="signature" />}
        {draft.amends !== undefined && <p className={classes['quietText']}>{t('task/restStays')}</p>}
      </div>
      <div className={review['reviewData']}>
        <Noted state={state} />
        <h3 className={classes['listTitle']}>{t('step/biodata')}</h3>
        <dl className={review['summary']}>
          {REVIEWED.map((field) => (
            <div key={field}>
              <dt>{t(`field/${field}`)}</dt>
              <dd>{fieldText(field, draft.biodata[field], vocabulary, kecamatan)}</dd>
            </div>
          ))}
        </dl>
        <PartList title={t('review/fingersIrises')} state={state} parts={[...FINGERS, ...IRISES]} />
        {draft.approval !== null && <PartList title={t('stepLong/verify')} state={state} parts={VERIFY} />}
      </div>
    </div>
  );
}

/** How many are missing only where that is news: some of the step's parts are there. */
function missingLabel(state: WorkState, step: Step, { t, f }: Pick<Vocabulary, 't' | 'f'>): string {
  const missing = missingOf(state, step);
  if (missing === 0 && STEP_PARTS[step].length > 0) return `${t(`step/${step}`)} · ${t('rail/unfit')}`;
  const some = missing > 0 && missing < STEP_PARTS[step].length;
  const what = some
    ? t('review/missingParts', { n: f.number(missing), of: f.number(STEP_PARTS[step].length) })
    : t('rail/missing');
  return `${t(`step/${step}`)} · ${what}`;
}

function missingOf(state: WorkState, step: Step): number {
  const excepted = new Set<string>(state.draft.exceptions.map((entry) => entry.part));
  const asked = askedParts(state.draft.amends);
  return STEP_PARTS[step].filter(
    (part) => asked.includes(part) && !state.captures.has(part) && !excepted.has(part),
  ).length;
}
