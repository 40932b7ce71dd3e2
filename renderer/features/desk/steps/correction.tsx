import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { registerValue, type Draft } from '../../../../app/desk/draft.ts';
import { checkBiodata, NAMA_MAX, type BiodataField } from '../../../../app/enrollment/biodata.ts';
import { useApp } from '../../../app-state.ts';
import { useEscape } from '../../../components/keys.ts';
import { choices, fieldText, isCoded } from '../../../i18n/biodata-words.ts';
import { useWords } from '../../../i18n/words.ts';
import { answer, station } from '../../../station.ts';
import { shownValue, typedValue, withCorrection, withoutCorrection } from '../corrections.ts';
import classes from '../desk.module.css';
import { keepUnfinished, unfinishedOf } from '../unfinished.ts';

interface Props {
  readonly draft: Draft;
  readonly field: BiodataField;
  readonly today: string;
  readonly onApply: (change: Partial<Draft>) => void;
  readonly onClose: () => void;
}

/** A field's own input: a list where the register has one, a date, digits, or text. */
function ValueInput({
  field,
  value,
  onChange,
  error,
}: {
  field: BiodataField;
  value: string;
  onChange: (value: string) => void;
  error: React.ReactNode;
}) {
  const { t, language } = useWords();
  const desa = useApp((state) => state.info?.kecamatan?.desa ?? []);
  const label = t('biodata/newValue');
  const shared = { label, value, error, 'data-autofocus': true };
  if (field === 'desa' || field === 'pekerjaan' || isCoded(field)) {
    const data =
      field === 'desa'
        ? desa.map((entry) => ({ value: entry.kode, label: `${entry.nama} (${entry.kode})` }))
        : choices(field, language).map((text, index) => ({ value: String(index + 1), label: text }));
    const withEmpty = field === 'agama' ? [{ value: '', label: t('codes/agamaEmpty') }, ...data] : data;
    return (
      <NativeSelect {...shared} data={withEmpty} onChange={(event) => onChange(event.currentTarget.value)} />
    );
  }
  const numeric = field === 'noKk' || field === 'rt' || field === 'rw';
  return (
    <TextInput
      {...shared}
      {...(field === 'tanggalLahir' && { description: t('biodata/dateHelp') })}
      inputMode={numeric ? 'numeric' : 'text'}
      maxLength={field === 'nama' ? NAMA_MAX : 120}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoComplete="off"
      spellCheck={false}
    />
  );
}

/** Which input to look at, and why. */
interface Problem {
  readonly at: 'value' | 'document' | 'password';
  readonly text: string;
}

/** A change to the register needs a document and the operator's own password. The record says what stood there before. */
export function CorrectionForm({ draft, field, today, onApply, onClose }: Props) {
  const vocabulary = useWords();
  const { t, error } = vocabulary;
  const kecamatan = useApp((state) => state.info?.kecamatan ?? null);
  const earlier = draft.corrections.find((correction) => correction.field === field);
  const before = registerValue(draft, field);
  const { packetId } = draft;
  // Typed before a lock, or before another step: it stands there again.
  const [typed] = useState(() => unfinishedOf('correction', packetId));
  const begun = typed?.field === field ? typed : null;
  const [value, setValue] = useState(begun?.value ?? shownValue(field, draft.biodata[field]));
  const [document, setDocument] = useState(begun?.document ?? earlier?.document ?? '');
  useEffect(() => {
    keepUnfinished({ kind: 'correction', packetId, field, value, document });
  }, [packetId, field, value, document]);
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
  }, []);
  useEffect(() => {
    if (problem !== null) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problem]);
  useEscape(onClose);

  const apply = async () => {
    const after = typedValue(field, value);
    if (after === (draft.biodata[field] ?? null))
      return setProblem({ at: 'value', text: t('biodata/unchanged') });
    const check = checkBiodata({ ...draft.biodata, [field]: after }, today, kecamatan?.kode ?? '');
    const wrong = check.errors.find((entry) => entry.field === field);
    // Whether the resident may be recorded at all is the step's matter; here only what was typed.
    if (field === 'tanggalLahir' && !/^\d{4}-\d{2}-\d{2}$/.test(String(after)))
      return setProblem({ at: 'value', text: t('biodata/dateForm') });
    if (wrong !== undefined && wrong.code !== 'underAge' && wrong.code !== 'otherKecamatan') {
      return setProblem({ at: 'value', text: t(`biodataError/${wrong.code}`) });
    }
    if (after === before) return onApply(withoutCorrection(draft, field));
    if (document.trim() === '') return setProblem({ at: 'document', text: t('biodata/documentMissing') });
    if (password === '') return setProblem({ at: 'password', text: t('biodata/passwordMissing') });
    setBusy(true);
    const correction = { field, before, after: after ?? null, document: document.trim() };
    const result = await answer(station.drafts.correct({ packetId: draft.packetId, correction, password }));
    setBusy(false);
    if (!result.ok) {
      setPassword('');
      return setProblem({ at: 'password', text: error(result.error) });
    }
    onApply(withCorrection(draft, result.value));
  };

  return (
    <form
      ref={form}
      className={classes['panel']}
      aria-labelledby="correction-title"
      onSubmit={(event) => {
        event.preventDefault();
        void apply();
      }}
    >
      <h2 id="correction-title">{t('biodata/title', { field: t(`field/${field}`) })}</h2>
      <p className={classes['quietText']}>
        {t('biodata/before', { value: fieldText(field, before, vocabulary, kecamatan) })}
      </p>
      <ValueInput
        field={field}
        value={value}
        onChange={(next) => {
          setValue(next);
          setProblem(null);
        }}
        error={problem?.at === 'value' ? <span role="alert">{problem.text}</span> : null}
      />
      <TextInput
        label={t('biodata/document')}
        description={t('biodata/documentHelp')}
        value={document}
        maxLength={120}
        error={problem?.at === 'document' ? <span role="alert">{problem.text}</span> : null}
        onChange={(event) => {
          setDocument(event.currentTarget.value);
          setProblem(null);
        }}
        autoComplete="off"
        spellCheck={false}
      />
      <TextInput
        type="password"
        label={t('biodata/password')}
        description={t('biodata/passwordHelp')}
        value={password}
        maxLength={200}
        error={problem?.at === 'password' ? <span role="alert">{problem.text}</span> : null}
        onChange={(event) => {
          setPassword(event.currentTarget.value);
          setProblem(null);
        }}
        autoComplete="off"
      />
      <div className={classes['panelActions']}>
        {earlier !== undefined && (
          <Button variant="default" onClick={() => onApply(withoutCorrection(draft, field))}>
            {t('biodata/undo')}
          </Button>
        )}
        <span className={classes['spring']} />
        <Button variant="default" onClick={onClose}>
          {t('common/cancel')}
        </Button>
        <Button type="submit" loading={busy}>
          {t('biodata/apply')}
        </Button>
      </div>
    </form>
  );
}
