import { Button, TextInput } from '@mantine/core';
import { IconCornerDownLeft } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { REASON_MIN } from '../../../app/reason.ts';
import { formatNik } from '../../../app/enrollment/nik.ts';
import type { ErrorShape } from '../../../app/errors.ts';
import type { PacketId } from '../../../app/ids.ts';
import type { TaskRow } from '../../../app/ipc/contract.ts';
import { useNow } from '../../clock.ts';
import { announce } from '../../components/announcer.tsx';
import { BytesImage } from '../../components/bytes-image.tsx';
import { ScrollRegion } from '../../components/aria.ts';
import { useEscape, useKeys, usePrimaryKey } from '../../components/keys.ts';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import { shapeOf } from '../../station.ts';
import arrival from './arrival.module.css';
import desk from './desk.module.css';
import { leave, openTask, showTasks, useDesk } from './desk-store.ts';
import { PersonButton } from './person.tsx';
import { kindOfTask, saidByCenter, stepsOfTask } from './task-words.ts';
import { closeTask, useTaskPhoto, useTasks } from './tasks.ts';
import classes from './tasks.module.css';

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
    showTasks(null);
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
        error={short ? <span role="alert">{t('common/reasonShort')}</span> : null}
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

/** One recording that came back: what the center said, what to do, and the one action that does it. */
function Task({ task }: { task: TaskRow }) {
  const vocabulary = useWords();
  const { t } = vocabulary;
  const error = useDesk((state) => state.error);
  const [closing, setClosing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const kind = kindOfTask(task);
  const photo = useTaskPhoto(task.packetId);
  const run = kind === 'duplicate' ? () => setClosing(true) : () => void openTask(task.packetId);
  const label = kind === 'duplicate' ? 'close' : task.draft !== null ? 'resume' : kind;
  useEffect(() => {
    if (!closing) button.current?.focus();
  }, [closing]);
  usePrimaryKey(closing ? null : run);
  return (
    <>
      <ScrollRegion className={classes['detail']} aria-label={task.nama}>
        {error !== null && <ErrorNotice error={error} />}
        <p className={arrival['what']}>{t(`task/kind/${kind}`)}</p>
        <div className={classes['whose']}>
          {photo !== null && <BytesImage bytes={photo} alt={t('part/photo')} className={classes['face']} />}
          <h2 className={arrival['who']}>{task.nama}</h2>
        </div>
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
        </div>
        <div className={desk['actions']}>
          <Button
            ref={button}
            onClick={run}
            disabled={closing}
            rightSection={<IconCornerDownLeft size={16} aria-hidden />}
          >
            {t(`task/act/${label}`)}
          </Button>
        </div>
      </footer>
    </>
  );
}

/** What the center sent back. The arrows go through the list, Enter does what the task asks. */
export function TasksView({ packetId }: { packetId: PacketId | null }) {
  const { t } = useWords();
  const tasks = useTasks();
  const rows = tasks.data ?? [];
  const at = Math.max(
    0,
    rows.findIndex((row) => row.packetId === packetId),
  );
  const current = rows[at];
  const empty = useRef<HTMLHeadingElement>(null);
  useEffect(() => empty.current?.focus(), [rows.length]);
  const move = (by: number) => (event: KeyboardEvent) => {
    const next = rows[at + by];
    // In a field the arrows are the field's: what is being typed must not go away.
    if (next !== undefined && !(event.target instanceof HTMLInputElement)) showTasks(next.packetId);
  };
  useKeys({ ArrowDown: move(1), ArrowUp: move(-1) });
  return (
    <div className={classes['tasks']}>
      <nav className={classes['list']} aria-labelledby="tasks-title">
        <h1 id="tasks-title" className={classes['title']}>
          {t('task/title')}
        </h1>
        <ul>
          {rows.map((row) => (
            <li key={row.packetId}>
              <PersonButton
                name={row.nama}
                note={t(row.draft === null ? `task/kind/${kindOfTask(row)}` : 'task/begun')}
                current={row.packetId === current?.packetId}
                open={() => showTasks(row.packetId)}
              />
            </li>
          ))}
        </ul>
      </nav>
      <div className={classes['work']}>
        {tasks.isError && <ErrorNotice error={shapeOf(tasks.error)} onRetry={() => void tasks.refetch()} />}
        {current !== undefined ? (
          <Task key={current.packetId} task={current} />
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
