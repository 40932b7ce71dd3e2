import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { scanStepSchema, type Step } from '../../../app/enrollment/biometrics.ts';
import { formatNik } from '../../../app/enrollment/nik.ts';
import { useApp } from '../../app-state.ts';
import { announce } from '../../components/announcer.tsx';
import { useKeys } from '../../components/keys.ts';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import type { Work, WorkState } from '../../drafts/work.ts';
import { choices, fieldText } from '../../i18n/biodata-words.ts';
import { useWords, words } from '../../i18n/words.ts';
import { commitWork, leave, useDesk, type Beside, type Opening } from './desk-store.ts';
import classes from './desk.module.css';
import { warmFace } from './face/face.ts';
import { StepRail } from './step-rail.tsx';
import { orderedSteps } from './steps.ts';
import { saidByCenter } from './task-words.ts';
import { BiodataStep } from './steps/biodata.tsx';
import { PhotoStep } from './steps/photo.tsx';
import { ReviewStep } from './steps/review.tsx';
import { ScanStepView } from './steps/scan.tsx';
import { SignatureStep } from './steps/signature.tsx';
import { useWorkState, type StepProps } from './work-context.ts';

function Resident({ state }: { state: WorkState }) {
  const vocabulary = useWords();
  const { t, language } = vocabulary;
  const kecamatan = useApp((app) => app.info?.kecamatan ?? null);
  const { draft } = state;
  const text = (field: Parameters<typeof fieldText>[0]) =>
    fieldText(field, draft.biodata[field], vocabulary, kecamatan);
  const sex = choices('jenisKelamin', language)[Number(draft.biodata['jenisKelamin']) - 1] ?? '';
  return (
    <header className={classes['resident']}>
      <div className={classes['residentText']}>
        <h1 className={classes['residentName']}>
          {draft.ticket !== null && (
            <span className={classes['ticketNumber']} title={t('desk/ticket', { number: draft.ticket })}>
              {draft.ticket}
            </span>
          )}
          {text('nama')}
        </h1>
        <p>
          <span className={classes['read']}>{formatNik(draft.nik)}</span> · {sex} ·{' '}
          <span className={classes['whole']}>{text('tanggalLahir')}</span>
        </p>
        <p className={classes['quietText']}>
          {text('alamat')} {t('field/rt')} {text('rt')} {t('field/rw')} {text('rw')}, {text('desa')}
        </p>
      </div>
      <div className={classes['residentSide']}>
        <StateMark tone={state.saved ? 'safe' : 'running'}>
          {t(state.saved ? 'desk/saved' : 'desk/saving')}
        </StateMark>
        <Button variant="default" onClick={() => void leave()} aria-keyshortcuts="Escape">
          {t('desk/leave')}
        </Button>
      </div>
    </header>
  );
}

function Notices({
  work,
  state,
  opening,
  beside,
}: {
  work: Work;
  state: WorkState;
  opening: Opening;
  beside: Beside;
}) {
  const vocabulary = useWords();
  const { t, f } = vocabulary;
  const { amends } = state.draft;
  const scanned = useDesk((desk) => desk.scanned);
  const error = useDesk((desk) => desk.error);
  // How the draft was opened is news only until the first change to it.
  const [openedAt] = useState(state.draft.revision);
  const fresh = state.draft.revision === openedAt;
  return (
    <>
      {amends !== undefined && (
        <Notice title={t('task/amending')}>{saidByCenter(amends.reasons, vocabulary).join(' ')}</Notice>
      )}
      {beside.recorded !== null && (
        <Notice tone="act" title={t(`desk/draftRecorded_${beside.recorded.where}`)}>
          {t('desk/draftRecorded', { time: f.date(beside.recorded.at) })}
        </Notice>
      )}
      {beside.setAside && fresh && <Notice>{t('desk/draftSetAside')}</Notice>}
      {scanned !== null && <Notice>{t('desk/scanWaits', { nik: formatNik(scanned) })}</Notice>}
      {error !== null && <ErrorNotice error={error} />}
      {state.problem !== null && <ErrorNotice error={state.problem} onRetry={() => void commitWork(work)} />}
      {state.vaultFailed && <Notice>{t('desk/vaultFailed')}</Notice>}
      {fresh && opening !== 'new' && (
        <Notice tone={opening === 'damaged' ? 'act' : 'info'}>{t(`desk/${opening}`)}</Notice>
      )}
    </>
  );
}

/** The resident, the step's own work and the rail of steps. */
export function WorkArea({
  work,
  opening,
  beside,
  setting,
  today,
}: {
  work: Work;
  opening: Opening;
  beside: Beside;
  setting: readonly Step[] | undefined;
  today: string;
}) {
  const { t } = useWords();
  const state = useWorkState(work);
  const order = orderedSteps(setting, state.draft.amends);
  const { step } = state.draft;
  const index = order.indexOf(step);

  const goStep = (to: Step) => {
    if (to === work.state().draft.step) return;
    work.update({ step: to });
    // The screen goes on at once; a commit that fails is told above the step, and nothing is lost by it.
    void commitWork(work);
  };
  useKeys(Object.fromEntries(order.map((to, at) => [`F${5 + at}`, () => goStep(to)])));
  useEffect(() => {
    void warmFace();
  }, [work]);
  useEffect(() => {
    const { t: say } = words();
    announce(say('rail/announce', { step: say(`stepLong/${step}`) }));
  }, [step]);

  const previous = order[index - 1];
  const following = order[index + 1];
  const props: StepProps = {
    work,
    state,
    order,
    today,
    goStep,
    next: () => following !== undefined && goStep(following),
    back:
      previous === undefined ? null : (
        <Button variant="default" onClick={() => goStep(previous)}>
          {t('common/back')}
        </Button>
      ),
  };

  return (
    <>
      <section className={classes['work']} aria-label={t('desk/work')}>
        <Resident state={state} />
        <div className={classes['notices']}>
          <Notices work={work} state={state} opening={opening} beside={beside} />
        </div>
        <CurrentStep key={viewOf(step)} {...props} />
      </section>
      <StepRail draft={state.draft} order={order} goStep={goStep} />
    </>
  );
}

/** Steps of one view pass from one to the next in place; every other is built anew, with nothing of the one before. */
function viewOf(step: Step): string {
  return scanStepSchema.safeParse(step).success ? 'scan' : step;
}

function CurrentStep(props: StepProps) {
  const { step } = props.state.draft;
  switch (step) {
    case 'biodata':
      return <BiodataStep {...props} />;
    case 'photo':
      return <PhotoStep {...props} />;
    case 'signature':
      return <SignatureStep {...props} />;
    case 'right4':
    case 'left4':
    case 'thumbs':
    case 'irises':
      return <ScanStepView {...props} step={step} />;
    case 'review':
      return <ReviewStep {...props} />;
  }
}
