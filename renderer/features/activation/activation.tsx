import { Button, TextInput } from '@mantine/core';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import type { ErrorShape } from '../../../app/errors.ts';
import { errorShape } from '../../../app/errors.ts';
import type { StationInfo } from '../../../app/ipc/status.ts';
import { parseActivationCode } from '../../../app/sync/activation.ts';
import { learnt } from '../../app-state.ts';
import { Notice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import { answer, station } from '../../station.ts';
import classes from '../entry.module.css';

type Place = 'url' | 'code';

/** Under which field an error belongs: what was typed wrong, or whom it could not reach. */
function placeOf(error: ErrorShape): Place {
  return error.code.startsWith('center.') || error.code === 'activation.foreignCenter' ? 'url' : 'code';
}

const Takeover = lazy(() => import('../takeover/takeover.tsx'));

async function stands(): Promise<void> {
  const result = await answer(station.station.info(undefined));
  if (result.ok) learnt(result.value);
}

/** A new PC becomes a station by a code from the center, or by taking over one that died. */
export default function Activation({ info }: { info: StationInfo }) {
  const [taking, setTaking] = useState(false);
  useEffect(() => {
    // One that was begun and waits, or was cut, is gone on with.
    void answer(station.takeover.state(undefined)).then((result) => {
      if (result.ok && result.value.takeovers.length > 0) setTaking(true);
    });
  }, []);
  if (!taking) return <ByCode info={info} onTakeover={() => setTaking(true)} />;
  return (
    <Suspense fallback={null}>
      <Takeover onBack={() => setTaking(false)} onStands={() => void stands()} />
    </Suspense>
  );
}

function ByCode({ info, onTakeover }: { info: StationInfo; onTakeover: () => void }) {
  const { t, error: sentence } = useWords();
  const [url, setUrl] = useState(info.centerUrl ?? '');
  const [code, setCode] = useState(info.demo?.activationCode ?? '');
  const [error, setError] = useState<ErrorShape | null>(null);
  const [busy, setBusy] = useState(false);
  const urlField = useRef<HTMLInputElement>(null);
  const codeField = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // What is filled in already needs no hand: the focus is on what is missing.
    const field = urlField.current?.value === '' ? urlField : codeField;
    field.current?.focus();
  }, []);

  const refuse = (shape: ErrorShape) => {
    setError(shape);
    (placeOf(shape) === 'url' ? urlField : codeField).current?.focus();
  };

  const submit = async () => {
    if (busy) return;
    setError(null);
    const parsed = parseActivationCode(code);
    if (!parsed.ok) return refuse(errorShape(parsed.error));
    setBusy(true);
    const result = await answer(station.station.activate({ centerUrl: url.trim(), code }));
    setBusy(false);
    if (result.ok) learnt(result.value);
    else refuse(result.error);
  };

  const errorAt = (place: Place) =>
    error !== null && placeOf(error) === place ? (
      <span role="alert">
        {sentence(error)} <small className={classes['code']}>{t('app/code', { code: error.code })}</small>
      </span>
    ) : null;

  return (
    <div className={classes['page']}>
      <form
        className={classes['card']}
        aria-labelledby="activation-title"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div>
          <h1 id="activation-title" className={classes['title']}>
            {t('activation/title')}
          </h1>
          <p className={classes['lead']}>{t('activation/lead')}</p>
        </div>
        {info.demo !== null && <Notice>{t('activation/demo')}</Notice>}
        <TextInput
          ref={urlField}
          label={t('activation/url')}
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
          error={errorAt('url')}
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
        />
        <TextInput
          ref={codeField}
          label={t('activation/code')}
          description={t('activation/codeHelp')}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          error={errorAt('code')}
          autoComplete="off"
          spellCheck={false}
          classNames={{ input: classes['codeInput'] ?? '' }}
        />
        <div className={classes['actions']}>
          <Button variant="subtle" onClick={onTakeover}>
            {t('takeover/open')}
          </Button>
          <Button type="submit" loading={busy} loaderProps={{ 'aria-label': t('activation/busy') }}>
            {t('activation/submit')}
          </Button>
        </div>
      </form>
      <section className={classes['aside']} aria-labelledby="activation-next">
        <h2 id="activation-next" className={classes['asideTitle']}>
          {t('activation/nextTitle')}
        </h2>
        <ol className={classes['steps']}>
          <li>{t('activation/next1')}</li>
          <li>{t('activation/next2')}</li>
          <li>{t('activation/next3')}</li>
        </ol>
      </section>
    </div>
  );
}
