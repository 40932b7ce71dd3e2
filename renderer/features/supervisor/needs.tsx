import { Button } from '@mantine/core';
import { useId, useState } from 'react';
import { needsOf, type Facts, type Need, type NeedPlace } from '../../../app/desk/needs.ts';
import { ROOM_NEEDED } from '../../../app/desk/room.ts';
import { go, useApp } from '../../app-state.ts';
import { StateMark } from '../../components/state-mark.tsx';
import { useNow } from '../../clock.ts';
import { useWords, type Vocabulary } from '../../i18n/words.ts';
import { useStatus } from '../../status.ts';
import { useDay } from '../day/use-day.ts';
import { useKit } from '../takeover/recovery-card.tsx';
import { openFindings, useFindings } from './findings.tsx';
import { useOffice } from './office.tsx';
import classes from './supervisor.module.css';

/** To the card with this heading: its first action has the focus, so that Enter does it. */
function toCard(titleId: string): void {
  const title = document.getElementById(titleId);
  const action = title?.closest('section')?.querySelector<HTMLElement>('button:not(:disabled)');
  title?.scrollIntoView({ block: 'start' });
  (action ?? title)?.focus({ preventScroll: true });
}

const GO: Readonly<Record<NeedPlace, () => void>> = {
  mirror: () => toCard('mirror-title'),
  desk: () => go('desk'),
  checkup: () => go('checkup'),
  held: () => go('outbox', 'held'),
  findings: () => toCard('findings-title'),
  tasks: () => go('outbox', 'rejected'),
  review: () => go('review'),
  audit: () => go('audit'),
  office: () => toCard('office-title'),
  day: () => go('day'),
  courier: () => toCard('courier-title'),
  recovery: () => toCard('recovery-title'),
};

/** As a string, so that a push each second that says nothing new draws nothing. */
function useFacts(): Facts['status'] | null {
  const text = useStatus((status) => {
    if (status === null) return null;
    const { mirror, storeDamaged, disk, power, link, outbox, clockOffsetMs, centerKeys } = status;
    const known: Facts['status'] = {
      ...{ mirror, storeDamaged, power, link, outbox, clockOffsetMs, centerKeys },
      disk: { residentsLeft: disk.residentsLeft },
    };
    return JSON.stringify(known);
  });
  return text === null ? null : (JSON.parse(text) as Facts['status']);
}

/** Null until the station's state is known. `isWhole` once all else is read too. */
function useNeeds(): { readonly needs: readonly Need[] | null; readonly isWhole: boolean } {
  const now = useNow();
  const status = useFacts();
  const auditBrokenAt = useApp((app) => app.info?.auditBrokenAt ?? null);
  const findings = useFindings().data;
  const office = useOffice().data;
  const day = useDay(null).data;
  const kit = useKit().data;
  if (status === null) return { needs: null, isWhole: false };
  const needs = needsOf({
    ...{ now, status, auditBrokenAt },
    findings: findings === undefined ? null : openFindings(findings),
    office: office ?? null,
    unclosed: day?.unclosed ?? null,
    hasKit: kit === undefined ? null : kit.printedAt !== null,
  });
  const isWhole = [findings, office, day, kit].every((read) => read !== undefined);
  return { needs, isWhole };
}

function sentence({ kind, count, at, desk }: Need, now: number, { t, f }: Vocabulary): string {
  const none = t('common/empty');
  return t(`needs/is_${kind}`, {
    ...{ count, many: f.number(count), least: f.number(ROOM_NEEDED), desk: desk ?? none },
    since: at === null ? none : f.moment(at, now),
    date: at === null ? none : f.date(kind === 'unclosed' ? `${at}T12:00` : at),
    for: at === null ? none : f.duration(now - Date.parse(at)),
  });
}

function Line({ need, children }: { need: Need; children?: React.ReactNode }) {
  const vocabulary = useWords();
  const now = useNow();
  return (
    <>
      <StateMark tone={need.tone}>
        <span className={classes['wrap']}>{sentence(need, now, vocabulary)}</span>
      </StateMark>
      <span className={classes['needActions']}>
        {children}
        <Button variant="default" onClick={GO[need.place]}>
          {vocabulary.t(`needs/go_${need.place}`)}
        </Button>
      </span>
    </>
  );
}

/** What needs a person now: the worst in a sentence with the way to it, the rest behind a button. */
export function Needs() {
  const { t, f } = useWords();
  const { needs, isWhole } = useNeeds();
  const [open, setOpen] = useState(false);
  const list = useId();
  const [first, ...others] = needs ?? [];
  return (
    <section aria-labelledby="needs-title" className={classes['needs']} data-tone={first?.tone ?? 'none'}>
      <h2 id="needs-title" className="visually-hidden">
        {t('needs/title')}
      </h2>
      <div className={classes['need']}>
        {first === undefined ? (
          <StateMark tone={isWhole ? 'safe' : 'waiting'}>
            {t(isWhole ? 'needs/none' : 'needs/unread')}
          </StateMark>
        ) : (
          <Line need={first}>
            {others.length > 0 && (
              <Button
                variant="subtle"
                aria-expanded={open}
                aria-controls={open ? list : undefined}
                onClick={() => setOpen(!open)}
              >
                {t('needs/behind', { count: others.length, many: f.number(others.length) })}
              </Button>
            )}
          </Line>
        )}
      </div>
      {open && others.length > 0 && (
        <ul id={list} className={classes['needList']} aria-label={t('needs/list')}>
          {others.map((need) => (
            <li key={`${need.kind} ${need.desk ?? ''}`} className={classes['need']}>
              <Line need={need} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
