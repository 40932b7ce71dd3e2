import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { EXCEPTION_REASONS, type Exception } from '../../../../app/enrollment/biometrics.ts';
import { announce } from '../../../components/announcer.tsx';
import { Notice } from '../../../components/notice.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import type { Work, WorkState } from '../../../drafts/work.ts';
import { useEscape } from '../../../components/keys.ts';
import { useWords } from '../../../i18n/words.ts';
import { commitWork } from '../desk-store.ts';
import classes from '../desk.module.css';
import { addExceptions, removeException, type ExceptablePart } from '../exceptions.ts';

type Reason = Exception['reason'];
/** The field that still wants an answer; a new object each time, so that asking again puts the focus there again. */
interface Missing {
  readonly at: 'part' | 'reason' | 'note';
}

export function ExceptionButton({ onClick }: { onClick: () => void }) {
  const { t } = useWords();
  return (
    <Button variant="subtle" onClick={onClick}>
      {t('exception/open')}
    </Button>
  );
}

/** Reasons that can be true of a part: nobody is blind in a finger, and a signature is not amputated. */
function reasonsFor(parts: readonly ExceptablePart[]): readonly Reason[] {
  if (parts.includes('signature')) return ['unable', 'injury', 'leprosy', 'amputated', 'blind', 'other'];
  const eyes = parts.some((part) => part.startsWith('iris.'));
  return EXCEPTION_REASONS.filter((reason) =>
    eyes ? reason !== 'amputated' && reason !== 'leprosy' : reason !== 'blind',
  );
}

/** Which part, why, and with `other` what: reached and finished by keyboard alone. */
export function ExceptionPanel({
  work,
  state,
  parts,
  chosen,
  onClose,
}: {
  work: Work;
  state: WorkState;
  parts: readonly ExceptablePart[];
  /** Null where the form was opened for none in particular: then a person says which. */
  chosen: ExceptablePart | null;
  onClose: () => void;
}) {
  const { t, f } = useWords();
  const reasons = reasonsFor(parts);
  const earlier = state.draft.exceptions.find((exception) => exception.part === chosen);
  const [part, setPart] = useState<string>(chosen ?? (parts.length === 1 ? (parts[0] ?? '') : ''));
  const names = part === 'all' ? parts : parts.filter((name) => name === part);
  const captured = names.filter((name) => state.captures.has(name));
  // Nothing is chosen beforehand: two Enters of a tired hand must not note an amputation.
  const [reason, setReason] = useState<Reason | null>(earlier?.reason ?? null);
  const [note, setNote] = useState(earlier?.note ?? '');
  const [missing, setMissing] = useState<Missing | null>(null);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    form.current?.querySelector('select')?.focus();
  }, []);
  useEffect(() => {
    if (missing !== null) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [missing]);
  useEscape(onClose);

  const save = () => {
    if (names.length === 0) return setMissing({ at: 'part' });
    if (reason === null) return setMissing({ at: 'reason' });
    if (reason === 'other' && note.trim() === '') return setMissing({ at: 'note' });
    addExceptions(work, names, reason, note);
    void commitWork(work);
    announce(t('exception/announce', { part: names.map((name) => t(`part/${name}`)).join(', ') }));
    onClose();
  };

  // A list has no Enter of its own; here it finishes the form as it does from a line of text.
  const finish = (event: React.KeyboardEvent) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    save();
  };

  return (
    <section className={classes['step']}>
      <form
        ref={form}
        className={classes['panel']}
        aria-labelledby="exception-title"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <h2 id="exception-title">{t('exception/title')}</h2>
        {parts.length > 1 && (
          <NativeSelect
            label={t('exception/part')}
            onKeyDown={finish}
            value={part}
            error={missing?.at === 'part' ? <span role="alert">{t('exception/partMissing')}</span> : null}
            data={[
              { value: '', label: t('exception/partChoose'), disabled: true },
              ...parts.map((name) => ({ value: name, label: t(`part/${name}`) })),
              { value: 'all', label: t('exception/all', { many: f.number(parts.length) }) },
            ]}
            onChange={(event) => {
              setPart(event.currentTarget.value);
              setMissing(null);
            }}
          />
        )}
        <NativeSelect
          label={t('exception/reason')}
          onKeyDown={finish}
          value={reason ?? ''}
          data={[
            { value: '', label: t('biodata/reasonChoose'), disabled: true },
            ...reasons.map((name) => ({ value: name, label: t(`exceptionReason/${name}`) })),
          ]}
          error={missing?.at === 'reason' ? <span role="alert">{t('biodata/reasonMissing')}</span> : null}
          onChange={(event) => {
            const picked = reasons.find((name) => name === event.currentTarget.value);
            if (picked !== undefined) setReason(picked);
            setMissing(null);
          }}
        />
        <TextInput
          label={t('exception/note')}
          value={note}
          maxLength={200}
          error={missing?.at === 'note' ? <span role="alert">{t('exception/noteMissing')}</span> : null}
          onChange={(event) => {
            setNote(event.currentTarget.value);
            setMissing(null);
          }}
          autoComplete="off"
        />
        {captured.length > 0 && (
          <Notice tone="act">
            {t('exception/discards', { part: captured.map((name) => t(`part/${name}`)).join(', ') })}
          </Notice>
        )}
        <div className={classes['panelActions']}>
          <span className={classes['spring']} />
          <Button variant="default" onClick={onClose}>
            {t('common/cancel')}
          </Button>
          <Button type="submit">{t('exception/save')}</Button>
        </div>
      </form>
    </section>
  );
}

/** The exceptions among some parts, each with its reason and a way back. */
export function ExceptionList({
  work,
  state,
  parts,
}: {
  work: Work;
  state: WorkState;
  parts: readonly string[];
}) {
  const { t } = useWords();
  const listed = state.draft.exceptions.filter((exception) => parts.includes(exception.part));
  return (
    <ul className={classes['exceptions']}>
      {listed.map((exception) => (
        <li key={exception.part}>
          <StateMark tone="running">{t(`part/${exception.part}`)}</StateMark>
          <span>
            {t(`exceptionReason/${exception.reason}`)}
            {exception.note === '' ? '' : ` · ${exception.note}`}
          </span>
          <Button
            variant="subtle"
            aria-label={t('exception/remove', { part: t(`part/${exception.part}`) })}
            onClick={() => {
              removeException(work, exception.part);
              void commitWork(work);
            }}
          >
            {t('exception/removeShort')}
          </Button>
        </li>
      ))}
    </ul>
  );
}
