import { Button, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { formatNik } from '../../../app/enrollment/nik.ts';
import type { ErrorShape } from '../../../app/errors.ts';
import type { PacketId } from '../../../app/ids.ts';
import type { TaskRow } from '../../../app/ipc/contract.ts';
import { useNow } from '../../clock.ts';
import { EnterMark, LANDING } from '../../components/enter-mark.tsx';
import { announce } from '../../components/announcer.tsx';
import { ScrollRegion } from '../../components/aria.ts';
import { useEscape, useKeys, usePrimaryKey } from '../../components/keys.ts';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useWords } from '../../i18n/words.ts';
import { shapeOf } from '../../station.ts';
import arrival from './arrival.module.css';
import desk from './desk.module.css';
import { leave, showTasks, useDesk } from './desk-store.ts';
import { PersonButton } from './person.tsx';
import { isNikUnknown, kindOfTask, saidByCenter, stepsOfTask } from './task-words.ts';
import { closeTask, mendTask, useTasks } from './tasks.ts';
import classes from './tasks.module.css';

/** The contract's shortest reason. */
const REASON_MIN = 3;

/** A person has seen to a duplicate, and says how. */
function CloseForm({ task, close }: { task: TaskRow; close: () => void }) {
  const { t } = useWords();
  const [reason, setReason] = useState('');
  const [short, setShort] = useState(false);
  const [error, setError] = useState<ErrorShape | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  useEscape(close);
  const done = async () => {
    if (reason.trim().length < REASON_MIN) return setShort(true);
    const failed = await closeTask(task.packetId, reason.trim());
    if (failed !== null) return setError(failed);
    announce(t('task/closed', { nama: task.nama }));
    showTasks(null, task.nama);
  };
  return (
    <form
      className={classes['close']}
      aria-label={t('task/close')}
      onSubmit={(event) => {
        event.preventDefault();
        void done();
      }}
    >
      <TextInput
        ref={input}
        label={t('task/closeReason')}
        description={t('task/closeHelp')}
        value={reason}
        maxLength={200}
        error={short ? <span role="alert">{t('desk/dropShort')}</span> : null}
        onChange={(event) => {
          setReason(event.currentTarget.value);
          setShort(false);
        }}
        autoComplete="off"
      />
      {error !== null && <ErrorNotice error={error} />}
      <div className={desk['panelActions']}>
        <span className={desk['spring']} />
        <Button variant="default" onClick={close}>
          {t('common/cancel')}
        </Button>
        <Button type="submit">{t('task/close')}</Button>
      </div>
    </form>
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
    [t('task/decided'), f.moment(task.decidedAt, now)],
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
 * One recording that came back: what the center said, what to do, and the one action that does it.
 * @param armed false where it only came up because another was closed: Enter must not begin it
 */
function Task({ task, armed }: { task: TaskRow; armed: boolean }) {
  const vocabulary = useWords();
  const { t } = vocabulary;
  const error = useDesk((state) => state.error);
  const [closing, setClosing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const kind = kindOfTask(task);
  const run = kind === 'duplicate' ? () => setClosing(true) : () => void mendTask(task.packetId);
  const label = kind === 'duplicate' ? 'close' : task.draft !== null ? 'resume' : kind;
  useEffect(() => {
    if (!closing && armed) button.current?.focus();
  }, [closing, armed]);
  usePrimaryKey(closing || !armed ? null : run);
  return (
    <>
      <ScrollRegion className={classes['detail']} aria-label={task.nama}>
        {error !== null && <ErrorNotice error={error} />}
        <p className={arrival['what']}>{t(`task/kind/${kind}`)}</p>
        <h2 className={arrival['who']}>{task.nama}</h2>
        <Notice tone="act" quiet title={t('task/saidTitle')}>
          {saidByCenter(task.reasons, vocabulary).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </Notice>
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

/** What the center sent back. The arrows go through the list, Enter does what the task asks. */
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
