import { NativeSelect, TextInput } from '@mantine/core';
import i18next from 'i18next';
import { useEffect, useRef, useState } from 'react';
import { REASON_MIN } from '../../../../app/reason.ts';
import type { Draft } from '../../../../app/desk/draft.ts';
import type { BiodataCheck, BiodataWarningCode } from '../../../../app/enrollment/biodata.ts';
import { Notice } from '../../../components/notice.tsx';
import type { Work } from '../../../drafts/work.ts';
import { useWords } from '../../../i18n/words.ts';
import { UNAPPROVED } from '../corrections.ts';
import biodata from './biodata.module.css';

/** What an operator answers nearly always; anything else is typed. */
const USUAL = ['document', 'resident'] as const;
type Reason = (typeof USUAL)[number] | 'arrival';
const OTHER = 'other';
/** A new one each time the operator wanted to go on without a reason: the focus goes there again. */
export interface Asking {
  readonly code: BiodataWarningCode;
}

/** The first warning that nobody has given a reason for yet. */
export function unexplained(check: BiodataCheck, draft: Draft): BiodataWarningCode | undefined {
  return codesOf(check).find((code) => !draft.warnings.some((entry) => entry.code === code));
}

function codesOf(check: BiodataCheck): BiodataWarningCode[] {
  return [...new Set(check.warnings.map((entry) => entry.code))];
}

/** The packet is read at the center: its reasons are in Bahasa Indonesia whatever the window speaks. */
export function usualReason(choice: Reason): string {
  return i18next.t(`warningReason/${choice}`, { lng: 'id' });
}

function Warning({
  code,
  work,
  draft,
  asked,
  onEnter,
}: {
  code: BiodataWarningCode;
  work: Work;
  draft: Draft;
  asked: Asking | null;
  onEnter: () => void;
}) {
  const { t } = useWords();
  const reason = draft.warnings.find((entry) => entry.code === code)?.reason ?? '';
  // Of a sixteen-year-old it was asked at the pre-check already.
  const choices: readonly Reason[] = code === 'early' ? ['arrival', ...USUAL] : USUAL;
  const usual = choices.find((choice) => usualReason(choice) === reason);
  const [typing, setTyping] = useState(reason !== '' && usual === undefined);
  const [typed, setTyped] = useState(usual === undefined ? reason : '');
  const select = useRef<HTMLSelectElement>(null);
  const missing = asked !== null && reason === '';
  useEffect(() => {
    if (asked !== null) select.current?.focus();
  }, [asked]);

  const give = (next: string) => {
    const others = work.state().draft.warnings.filter((entry) => entry.code !== code);
    const warnings = next.trim().length < REASON_MIN ? others : [...others, { code, reason: next.trim() }];
    work.update({ warnings, ...UNAPPROVED });
  };
  // Enter goes on from here as from anywhere else: a list or a line of text has no other use for it.
  const goOn = (event: React.KeyboardEvent) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    onEnter();
  };
  return (
    <li className={biodata['warning']}>
      <span id={`warning-${code}`}>{t(`biodataWarning/${code}`)}</span>
      <NativeSelect
        ref={select}
        onKeyDown={goOn}
        aria-label={t('biodata/reason', { warning: t(`biodataWarningShort/${code}`) })}
        aria-describedby={`warning-${code}`}
        value={typing ? OTHER : (usual ?? '')}
        data={[
          { value: '', label: t('biodata/reasonChoose') },
          ...choices.map((choice) => ({ value: choice, label: t(`warningReason/${choice}`) })),
          { value: OTHER, label: t('warningReason/other') },
        ]}
        error={missing ? <span role="alert">{t('biodata/reasonMissing')}</span> : null}
        onChange={(event) => {
          const choice = choices.find((entry) => entry === event.currentTarget.value);
          setTyping(event.currentTarget.value === OTHER);
          give(choice === undefined ? typed : usualReason(choice));
        }}
      />
      {typing && (
        <TextInput
          aria-label={t('biodata/reasonTyped')}
          placeholder={t('biodata/reasonTyped')}
          className={biodata['typed']}
          value={typed}
          maxLength={200}
          autoComplete="off"
          onKeyDown={goOn}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            give(event.currentTarget.value);
          }}
        />
      )}
    </li>
  );
}

/** Each warning explains itself, and can be overridden with a reason that goes into the enrollment. */
export function Warnings({
  work,
  draft,
  check,
  asking,
  onEnter,
}: {
  work: Work;
  draft: Draft;
  check: BiodataCheck;
  /** The one whose reason was missing when the operator wanted to go on. */
  asking: Asking | null;
  onEnter: () => void;
}) {
  const { t } = useWords();
  if (check.warnings.length === 0) return null;
  return (
    <Notice>
      <ul className={biodata['warnings']} aria-label={t('biodata/warningsTitle')}>
        {codesOf(check).map((code) => (
          <Warning
            key={code}
            code={code}
            work={work}
            draft={draft}
            asked={asking?.code === code ? asking : null}
            onEnter={onEnter}
          />
        ))}
      </ul>
    </Notice>
  );
}
