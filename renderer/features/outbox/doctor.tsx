import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { ErrorShape } from '../../../app/errors.ts';
import { formatNik } from '../../../app/enrollment/nik.ts';
import { isPending, type PacketState } from '../../../app/enrollment/lifecycle.ts';
import type { PacketId } from '../../../app/ids.ts';
import type { IpcResult } from '../../../app/ipc/result.ts';
import type { PacketDetail } from '../../../app/ipc/outbox.ts';
import { askedFor } from '../../../app/desk/task.ts';
import { diagnose, PROBLEM_KINDS, problemKind } from '../../../app/sync/diagnosis.ts';
import { LINK_CAUSES } from '../../../app/sync/link.ts';
import { go } from '../../app-state.ts';
import { EnterMark, LANDING } from '../../components/enter-mark.tsx';
import { ScrollRegion } from '../../components/aria.ts';
import { usePrimaryKey } from '../../components/keys.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useNow } from '../../clock.ts';
import { useWords, type Vocabulary } from '../../i18n/words.ts';
import { queries } from '../../query.ts';
import { answer, ask, shapeOf, station } from '../../station.ts';
import { useStatus } from '../../status.ts';
import classes from './doctor.module.css';
import { leave, showTasks } from '../desk/desk-store.ts';
import { saidByCenter, stepsOfTask } from '../desk/task-words.ts';
import { HoldForm } from './hold-form.tsx';
import { toneOf } from './outbox-line.tsx';

/** A problem's name as a sentence. */
export function problemText(problem: string, { t }: Pick<Vocabulary, 't'>): string {
  const kind = problemKind(problem);
  const cause = LINK_CAUSES.find((name) => name === kind);
  if (cause !== undefined) return t(`cause/${cause}`);
  return t(`problem/${PROBLEM_KINDS.find((name) => name === kind) ?? 'other'}`);
}

function useDiagnosis(detail: PacketDetail) {
  const link = useStatus((status) => status?.link.state ?? 'unknown');
  const cause = useStatus((status) => status?.link.cause ?? null);
  const opensAt = useStatus((status) => status?.limits.opensAt ?? null);
  const now = useNow();
  return { ...diagnose(detail, { link, cause, isClosed: opensAt !== null, now }), opensAt, cause, now };
}

/** Why it stands where it stands, and what comes next: two sentences, before any figure. */
function Findings({ detail }: { detail: PacketDetail }) {
  const vocabulary = useWords();
  const { t, f } = vocabulary;
  const { row, successor, history } = detail;
  const task = taskOf(row);
  const { stand, next, opensAt, cause, now } = useDiagnosis(detail);
  const held = row.holdReason === null ? '' : t(`holdReason/${row.holdReason}`);
  const told = row.state === 'returned' ? 'returned' : row.holdReason === 'person' ? 'held' : null;
  const note = history.find(({ act }) => act === told);
  const why = {
    ...{ held, cause: cause === null ? '' : t(`cause/${cause}`) },
    ...{
      number: successor === null ? '' : f.number(successor),
      time: opensAt === null ? '' : f.moment(opensAt, now),
    },
    ...{ when: row.nextAttemptAt === null ? '' : f.moment(row.nextAttemptAt, now) },
  };
  return (
    <div className={classes['words']}>
      <StateMark tone={toneOf(row)}>{t(`packetState/${row.state}`)}</StateMark>
      <p>
        {t(`doctor/stand_${stand}`, why)}
        {note?.note != null &&
          ` ${t('doctor/note', { note: note.note, by: note.by ?? t('doctor/station') })}`}
      </p>
      <p>
        <strong>{t('doctor/next')}</strong> {t(`doctor/next_${next}`, why)}
      </p>
      {task !== null && (
        <>
          {task.verdict !== 'returned' && <p>{saidByCenter(task.reasons, vocabulary).join(' ')}</p>}
          <ul className={classes['steps']}>
            {stepsOfTask(task, vocabulary).map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ul>
        </>
      )}
      {isPending(row.state) && detail.hasBytes && <p className={classes['safe']}>{t('doctor/safe')}</p>}
    </div>
  );
}

/** The task that this packet is at the desk, in the task's own words; null where it is none. */
function taskOf({ state, task, outcome }: PacketDetail['row']) {
  if (!task) return null;
  if (state === 'returned')
    return { verdict: state, remedy: 'recapture' as const, reasons: [], ...askedFor([]) };
  if (outcome === null || (state !== 'rejected' && state !== 'duplicate')) return null;
  const { remedy, reasons } = outcome;
  return { verdict: state, remedy, reasons, ...askedFor(reasons) };
}

/** To the desk, where it can be done; an enrollment that is open there is left first, and its draft stays. */
async function openTask(packetId: PacketId): Promise<void> {
  go('desk');
  if (await leave()) showTasks(packetId);
}

function Figures({ detail: { row } }: { detail: PacketDetail }) {
  const vocabulary = useWords();
  const { t, f } = vocabulary;
  const now = useNow();
  const waits = row.state === 'recorded' && row.nextAttemptAt !== null && Date.parse(row.nextAttemptAt) > now;
  const figures = [
    ['age', `${f.duration(now - Date.parse(row.recordedAt))} (${f.moment(row.recordedAt, now)})`],
    ['attempts', row.attempts === 0 ? t('common/empty') : f.number(row.attempts)],
    ['nextAt', waits ? f.moment(row.nextAttemptAt ?? '', now) : t('common/empty')],
    ['sent', t('outbox/sentOf', { done: f.bytes(row.offset), total: f.bytes(row.size) })],
    ['received', row.receivedAt === null ? t('common/empty') : f.moment(row.receivedAt, now)],
  ] as const;
  return (
    <dl className={classes['figures']}>
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{t(`doctor/${name}`)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <div className={classes['wide']}>
        <dt>{t('doctor/problem')}</dt>
        <dd>
          {row.lastProblem === null ? t('common/empty') : problemText(row.lastProblem, vocabulary)}
          {row.lastProblem !== null && <small> {t('app/code', { code: row.lastProblem })}</small>}
        </dd>
      </div>
    </dl>
  );
}

function History({ history }: Pick<PacketDetail, 'history'>) {
  const { t, f } = useWords();
  const now = useNow();
  return (
    <ScrollRegion className={classes['history']} aria-label={t('doctor/history')}>
      <ul>
        {history.map(({ at, by, act, note }) => (
          <li key={`${at} ${act}`}>
            <span>{f.moment(at, now)}</span>
            <span>
              {t(`doctor/act_${act}`)} · {by ?? t('doctor/station')}
            </span>
            {note !== null && <span>“{note}”</span>}
          </li>
        ))}
      </ul>
    </ScrollRegion>
  );
}

const ACTS = {
  release: station.outbox.release,
  retry: station.outbox.retry,
} as const;

/** One packet under the supervisor's eyes: why it waits, since when, what comes next, and the hand that may be laid on it. */
export function Doctor({ packetId, onClose }: { packetId: PacketId; onClose: () => void }) {
  const { t } = useWords();
  const query = useQuery({
    queryKey: ['outbox', 'packet', packetId],
    queryFn: () => ask(station.outbox.packet(packetId)),
    placeholderData: (before) => before,
  });
  const dialog = useRef<HTMLDialogElement>(null);
  const primaryButton = useRef<HTMLButtonElement>(null);
  const [holding, setHolding] = useState(false);
  const [said, setSaid] = useState<{ readonly text: string; readonly state: PacketState } | null>(null);
  const [error, setError] = useState<ErrorShape | null>(null);
  const detail = query.data;
  const state = detail?.row.state;
  const close = () => dialog.current?.close();

  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  // Where the state changed under the hand, the focus stays in the dialog.
  useEffect(() => {
    if (!holding) primaryButton.current?.focus();
  }, [state, holding, said]);
  // What was said of an act is over once the packet moves on from what the act made of it.
  const isFresh = said !== null && said.state === state;

  const done = async (result: IpcResult<unknown>, what: 'held' | 'released' | 'retried') => {
    setError(result.ok ? null : result.error);
    await queries.invalidateQueries({ queryKey: ['outbox'] });
    const after = queries.getQueryData<PacketDetail>(['outbox', 'packet', packetId]);
    setSaid(
      result.ok && after !== undefined ? { text: t(`doctor/said_${what}`), state: after.row.state } : null,
    );
  };
  const act = async (name: keyof typeof ACTS) => {
    await done(await answer(ACTS[name](packetId)), name === 'release' ? 'released' : 'retried');
  };
  const hold = async (reason: string) => {
    setHolding(false);
    await done(await answer(station.outbox.hold({ packetId, reason })), 'held');
  };
  const mayAct = detail?.mayRelease === true ? 'release' : state === 'recorded' ? 'retry' : null;
  const task = detail !== undefined && taskOf(detail.row) !== null;
  // Just acted: the next Enter closes, and does not undo what the last one did.
  const primary = isFresh ? null : task ? 'task' : mayAct;
  const run = () => {
    if (primary === null) return close();
    if (primary !== 'task') return void act(primary);
    close();
    void openTask(packetId);
  };
  usePrimaryKey(holding ? null : run);

  return (
    <dialog
      ref={dialog}
      className={classes['dialog']}
      aria-labelledby="doctor-title"
      onClose={onClose}
      onCancel={(event) => {
        if (!holding) return;
        event.preventDefault();
        setHolding(false);
      }}
    >
      <div className={classes['body']}>
        {query.isError && <ErrorNotice error={shapeOf(query.error)} onRetry={() => void query.refetch()} />}
        <header>
          <h2 id="doctor-title">
            {detail === undefined
              ? t('common/loading')
              : t('doctor/title', { number: String(detail.row.sequence) })}
          </h2>
          {detail !== undefined && (
            <p className={classes['name']}>
              {detail.row.isErased ? (
                t('outbox/erased')
              ) : (
                <>
                  {detail.row.nama} <span>{formatNik(detail.row.nik)}</span>
                </>
              )}
            </p>
          )}
        </header>
        {detail !== undefined && (
          <>
            <Findings detail={detail} />
            <Figures detail={detail} />
            <History history={detail.history} />
          </>
        )}
        {error !== null && <ErrorNotice error={error} />}
        {/* Of its own: what stands behind an open dialog is silent. */}
        <output className={classes['said']}>{isFresh ? said.text : ''}</output>
      </div>
      {holding ? (
        <HoldForm onHold={(reason) => void hold(reason)} onClose={() => setHolding(false)} />
      ) : (
        <div className={classes['actions']}>
          {(state === 'recorded' || state === 'sending') && (
            <Button variant="default" className={classes['first']} onClick={() => setHolding(true)}>
              {t('doctor/hold')}
            </Button>
          )}
          {isFresh && mayAct !== null && (
            <Button variant="subtle" onClick={() => void act(mayAct)}>
              {t(`doctor/${mayAct}`)}
            </Button>
          )}
          {primary !== null && (
            <Button variant="default" onClick={close}>
              {t('doctor/close')}
            </Button>
          )}
          <Button ref={primaryButton} onClick={run} rightSection={<EnterMark />} {...LANDING}>
            {t(`doctor/${primary ?? 'close'}`)}
          </Button>
        </div>
      )}
    </dialog>
  );
}
