import { ActionIcon, Button } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Draft } from '../../../../app/desk/draft.ts';
import { namedFields } from '../../../../app/desk/task.ts';
import { checkBiodata, type BiodataCheck, type BiodataField } from '../../../../app/enrollment/biodata.ts';
import { useApp } from '../../../app-state.ts';
import { announce } from '../../../components/announcer.tsx';
import { Notice } from '../../../components/notice.tsx';
import { fieldText } from '../../../i18n/biodata-words.ts';
import { useWords } from '../../../i18n/words.ts';
import { UNAPPROVED } from '../corrections.ts';
import { commitWork, leave } from '../desk-store.ts';
import classes from '../desk.module.css';
import { StepFrame } from '../step-frame.tsx';
import type { StepProps } from '../work-context.ts';
import { keepUnfinished, unfinishedOf } from '../unfinished.ts';
import { DropPanel } from './drop.tsx';
import { CorrectionForm } from './correction.tsx';
import { unexplained, Warnings, type Asking } from './warnings.tsx';
import biodata from './biodata.module.css';

const GROUPS = [
  [
    'person',
    ['nik', 'nama', 'tempatLahir', 'tanggalLahir', 'jenisKelamin', 'golonganDarah', 'agama', 'noKk'],
  ],
  ['family', ['statusKawin', 'pendidikan', 'pekerjaan', 'kewarganegaraan']],
  ['address', ['alamat', 'rt', 'rw', 'desa']],
] as const satisfies readonly (readonly [string, readonly BiodataField[]])[];

function Field({
  draft,
  field,
  check,
  mended,
  onCorrect,
}: {
  draft: Draft;
  field: BiodataField;
  check: BiodataCheck;
  mended: boolean;
  onCorrect: (field: BiodataField) => void;
}) {
  const vocabulary = useWords();
  const { t } = vocabulary;
  const kecamatan = useApp((state) => state.info?.kecamatan ?? null);
  const correction = draft.corrections.find((entry) => entry.field === field);
  const wrong = check.errors.some((entry) => entry.field === field);
  const named = correction === undefined && namedFields(draft.amends?.reasons ?? []).includes(field);
  const noted = named || check.warnings.some((entry) => entry.field === field);
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (mended) row.current?.scrollIntoView({ block: 'center' });
  }, [mended]);
  return (
    <div
      ref={row}
      className={biodata['field']}
      data-field={field}
      data-tone={wrong ? 'now' : noted ? 'act' : undefined}
    >
      <dt>
        {t(`field/${field}`)}
        {noted && <small className={biodata['noted']}>{t('biodata/noted')}</small>}
      </dt>
      <dd className={classes['read']}>
        <span>
          {fieldText(field, draft.biodata[field], vocabulary, kecamatan)}
          {correction !== undefined && (
            <small className={biodata['corrected']}>
              {t('biodata/corrected', { document: correction.document })}
            </small>
          )}
        </span>
        {field !== 'nik' && (
          <ActionIcon
            variant="subtle"
            size={44}
            className={biodata['pencil']}
            aria-label={t('biodata/correct', { field: t(`field/${field}`) })}
            onClick={() => onCorrect(field)}
          >
            <IconPencil size={18} aria-hidden />
          </ActionIcon>
        )}
      </dd>
    </div>
  );
}

function Errors({ check }: { check: BiodataCheck }) {
  const { t } = useWords();
  return (
    <>
      {check.errors.length > 0 && (
        <Notice tone="act" title={t('biodata/errorsTitle')}>
          <ul>
            {check.errors.map((entry) => (
              <li key={entry.field + entry.code}>
                {t(`field/${entry.field}`)}: {t(`biodataError/${entry.code}`)}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  );
}

/** Read aloud from here; confirmed with Enter. Errors block; each warning asks for the reason to go on. */
export function BiodataStep({ work, state, today, next, back }: StepProps) {
  const { t } = useWords();
  const kecamatan = useApp((app) => app.info?.kecamatan?.kode ?? '');
  const [correcting, setCorrecting] = useState<BiodataField | null>(
    () => unfinishedOf('correction', state.draft.packetId)?.field ?? null,
  );
  const [dropping, setDropping] = useState(false);
  const [asking, setAsking] = useState<Asking | null>(null);
  // The row that was just corrected: the eyes go on there.
  const [mended, setMended] = useState<BiodataField | null>(null);
  const close = useCallback(() => {
    keepUnfinished(null);
    setCorrecting(null);
    setDropping(false);
  }, []);
  const { draft } = state;
  const check = checkBiodata(draft.biodata, today, kecamatan, draft.corrections);

  // The first thing in the way that can be mended here; a NIK cannot.
  const mend = check.errors.find(({ field }) => field !== 'nik')?.field;

  const confirm = () => {
    const open = unexplained(check, draft);
    if (open !== undefined) return setAsking({ code: open });
    // Confirming again what is confirmed changes nothing, and must not take the resident's approval away.
    if (!draft.biodataConfirmed) work.update({ biodataConfirmed: true, ...UNAPPROVED });
    next();
  };

  if (dropping) return <DropPanel work={work} onClose={close} />;
  if (correcting !== null) {
    return (
      <section className={classes['step']}>
        <CorrectionForm
          draft={draft}
          field={correcting}
          today={today}
          onClose={close}
          onApply={(change) => {
            work.update(change);
            void commitWork(work);
            setAsking(null);
            setMended(correcting);
            announce(t('biodata/title', { field: t(`field/${correcting}`) }));
            close();
          }}
        />
      </section>
    );
  }
  return (
    <StepFrame
      heading={t('stepLong/biodata')}
      secondary={back}
      quiet={
        <>
          <Button variant="subtle" onClick={() => setDropping(true)}>
            {t('desk/drop')}
          </Button>
          {draft.biodataConfirmed && t('biodata/confirmed')}
        </>
      }
      primary={
        check.errors.length === 0
          ? {
              label: t(check.warnings.length > 0 ? 'biodata/acceptWarnings' : 'biodata/confirm'),
              run: confirm,
            }
          : mend === undefined
            ? { label: t('desk/leave'), run: () => void leave() }
            : {
                label: t('biodata/correct', { field: t(`field/${mend}`) }),
                run: () => setCorrecting(mend),
              }
      }
    >
      <Errors check={check} />
      <Warnings work={work} draft={draft} check={check} asking={asking} onEnter={confirm} />
      <div className={biodata['groups']}>
        {GROUPS.map(([group, fields]) => (
          <div key={group} className={biodata['group']} data-group={group}>
            <h3 className={classes['listTitle']}>{t(`biodata/${group}`)}</h3>
            <dl>
              {fields.map((field) => (
                <Field
                  key={field}
                  draft={draft}
                  field={field}
                  check={check}
                  mended={field === mended}
                  onCorrect={setCorrecting}
                />
              ))}
            </dl>
          </div>
        ))}
      </div>
    </StepFrame>
  );
}
