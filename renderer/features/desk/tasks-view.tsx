import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { formatNik } from '../../../app/enrollment/nik.ts';
import type { PacketId } from '../../../app/ids.ts';
import type { TaskRow } from '../../../app/ipc/contract.ts';
import { useNow } from '../../clock.ts';
import { EnterMark, LANDING } from '../../components/enter-mark.tsx';
import { announce } from '../../components/announcer.tsx';
import { BytesImage } from '../../components/bytes-image.tsx';
import { ScrollRegion } from '../../components/aria.ts';
import { useKeys, usePrimaryKey } from '../../components/keys.ts';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useWords } from '../../i18n/words.ts';
import { shapeOf } from '../../station.ts';
import arrival from './arrival.module.css';
import desk from './desk.module.css';
import { leave, openTask, showTasks, useDesk } from './desk-store.ts';
import { PersonButton } from './person.tsx';
import { ReasonForm } from './steps/reason-panel.tsx';
import { isNikUnknown, kindOfTask, saidByCenter, stepsOfTask } from './task-words.ts';
import { closeTask, useTaskPhoto, useTasks } from './tasks.ts';
import classes from './tasks.module.css';

/** A person has seen to a duplicate, and says how. */
function CloseForm({ task, close }: { task: TaskRow; close: () => void }) {
  const { t } = useWords();
  const done = async (reason: string) => {
    const failed = await closeTask(task.packetId, reason);
    if (failed !== null) return failed;
    announce(t('task/closed', { nama: task.nama }));
    showTasks(null, task.nama);
    return null;
  };
  return (
    <ReasonForm
      className={classes['close']}
      title={t('task/close')}
      label={t('task/closeReason')}
      help={t('task/closeHelp')}
      submit={t('task/close')}
      onReason={done}
      onClose={close}
    />
  );
}

function Facts({ task }: { task: TaskRow }) {
  const { t, f } = useWords();
  const now = useNow();
  const facts = [
    [t('field/nik'), formatNik(task.nik)],
    [t('task/packet'), f.number(task.sequence)],
    [
      t('task/recorded'),
      t('task/recordedBy', { at: f.moment(task.recordedAt, now), operator: task.operator }),
    ],
    [t(task.verdict === 'returned' ? 'task/returnedAt' : 'task/decided'), f.moment(task.decidedAt, now)],
  ] as const;
  return (
    <dl className={arrival['facts']}>
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/**
 * One recording that came back: what was said of it, what to do, and the one action that does it.
 * @param armed false where it only came up because another was closed: Enter must not begin it
 */
function Task({ task, armed }: { task: TaskRow; armed: boolean }) {
  const vocabulary = useWords();
  const { t } = vocabulary;
  const error = useDesk((state) => state.error);
  const [closing, setClosing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const kind = kindOfTask(task);
  const photo = useTaskPhoto(task.packetId);
  const run = kind === 'duplicate' ? () => setClosing(true) : () => void openTask(task.packetId);
  const act = kind === 'returned' ? 'recapture' : kind;
  const label = act === 'duplicate' ? 'close' : task.draft !== null ? 'resume' : act;
  useEffect(() => {
    if (!closing && armed) button.current?.focus();
  }, [closing, armed]);
  usePrimaryKey(closing || !armed ? null : run);
  return (
    <>
      <ScrollRegion className={classes['detail']} aria-label={task.nama}>
        {error !== null && <ErrorNotice error={error} />}
        <p className={arrival['what']}>{t(`task/kind/${kind}`)}</p>
        <div className={classes['whose']}>
          {photo !== null && <BytesImage bytes={photo} alt={t('part/photo')} className={classes['face']} />}
          <h2 className={arrival['who']}>{task.nama}</h2>
        </div>
        {task.returned !== null && (
          <Notice tone="act" quiet title={t('task/returnedTitle')}>
            {t('task/returnedBy', task.returned)}
          </Notice>
        )}
        {task.verdict !== 'returned' && (
          <Notice tone="act" quiet title={t('task/saidTitle')}>
            {saidByCenter(task.reasons, vocabulary).map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
          </Notice>
        )}
        <h3 className={arrival['toDo']}>{t('task/doTitle')}</h3>
        <ul className={arrival['steps']}>
          {stepsOfTask(task, vocabulary).map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ul>
        {closing ? <CloseForm task={task} close={() => setClosing(false)} /> : <Facts task={task} />}
      </ScrollRegion>
      <footer className={desk['stepFooter']}>
        <div className={desk['quiet']}>
          <Button variant="default" onClick={() => void leave()} aria-keyshortcuts="Escape">
            {t('desk/leave')}
          </Button>
          {kind !== 'duplicate' && isNikUnknown(task.reasons) && (
            <Button variant="default" disabled={closing} onClick={() => setClosing(true)}>
              {t('task/act/close')}
            </Button>
          )}
        </div>
        <div className={desk['actions']}>
          <Button
            ref={button}
            onClick={run}
            disabled={closing}
            rightSection={armed ? <EnterMark /> : null}
            {...(armed ? LANDING : {})}
          >
            {t(`task/act/${label}`)}
          </Button>
        </div>
      </footer>
    </>
  );
}

/** What the center or the supervisor sent back. The arrows go through the list, Enter does what the task asks. */
export function TasksView({ packetId, closed }: { packetId: PacketId | null; closed: string | null }) {
  const { t } = useWords();
  const tasks = useTasks();
  const rows = tasks.data ?? [];
  const at = Math.max(
    0,
    rows.findIndex((row) => row.packetId === packetId),
  );
  const current = rows[at];
  const empty = useRef<HTMLHeadingElement>(null);
  const list = useRef<HTMLElement>(null);
  useEffect(() => empty.current?.focus(), [rows.length]);
  useEffect(() => {
    if (closed !== null) list.current?.querySelector<HTMLElement>('[aria-current]')?.focus();
  }, [closed, current?.packetId]);
  const move = (by: number) => (event: KeyboardEvent) => {
    const next = rows[at + by];
    // In a field the arrows are the field's: what is being typed must not go away.
    if (next !== undefined && !(event.target instanceof HTMLInputElement)) showTasks(next.packetId);
  };
  useKeys({ ArrowDown: move(1), ArrowUp: move(-1) });
  return (
    <div className={classes['tasks']}>
      <nav ref={list} className={classes['list']} aria-labelledby="tasks-title">
        <h1 id="tasks-title" className={classes['title']}>
          {t('task/title')}
        </h1>
        <ul>
          {rows.map((row) => (
            <li key={row.packetId}>
              <PersonButton
                name={row.nama}
                note={`${formatNik(row.nik)} · ${t(row.draft === null ? `task/kind/${kindOfTask(row)}` : 'task/begun')}`}
                current={row.packetId === current?.packetId}
                open={() => showTasks(row.packetId)}
              />
            </li>
          ))}
        </ul>
      </nav>
      <div className={classes['work']}>
        {closed !== null && (
          <p className={classes['closed']}>
            <StateMark tone="safe">{t('task/closed', { nama: closed })}</StateMark>
          </p>
        )}
        {tasks.isError && <ErrorNotice error={shapeOf(tasks.error)} onRetry={() => void tasks.refetch()} />}
        {current !== undefined ? (
          <Task key={current.packetId} task={current} armed={closed === null} />
        ) : (
          <div className={arrival['idleCenter']}>
            <h2 ref={empty} tabIndex={-1} className={arrival['idleTitle']}>
              {t(tasks.isPending ? 'common/loading' : 'task/none')}
            </h2>
            {!tasks.isPending && (
              <Button variant="default" onClick={() => void leave()} aria-keyshortcuts="Escape">
                {t('desk/leave')}
              </Button>
            )}
          </div>
        )}
      </div>
    </div>
  );
}
