import { useRef } from 'react';
import type { BiodataField } from '../../../app/enrollment/biodata.ts';
import { biodataSchema } from '../../../app/enrollment/biodata.ts';
import type { ReviewRow } from '../../../app/ipc/review.ts';
import { useApp } from '../../app-state.ts';
import { ScrollRegion } from '../../components/aria.ts';
import { useKeys } from '../../components/keys.ts';
import { BytesImage } from '../../components/bytes-image.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useNow } from '../../clock.ts';
import { fieldText } from '../../i18n/biodata-words.ts';
import { useWords } from '../../i18n/words.ts';
import { shapeOf } from '../../station.ts';
import classes from './review.module.css';
import { useReviewed } from './use-reviews.ts';
import { riskSentence } from './words.ts';

const FIELDS = Object.keys(biodataSchema.shape) as BiodataField[];

function Head({ row }: { row: ReviewRow }) {
  const { t, f } = useWords();
  const now = useNow();
  return (
    <header className={classes['who']}>
      <h2>{row.nama}</h2>
      <p className={classes['quiet']}>
        {t('reviews/number', { number: f.number(row.sequence) })}
        {row.kind === 'amendment' && ` · ${t('reviews/amendment')}`} · {t('reviews/recorded')}{' '}
        {f.moment(row.recordedAt, now)} · {t('reviews/operator')} {row.operator}
      </p>
    </header>
  );
}

function Why({ row }: { row: ReviewRow }) {
  const vocabulary = useWords();
  const { t, f } = vocabulary;
  const now = useNow();
  const { returned, risks, isOwn } = row;
  return (
    <section className={classes['reasons']} aria-labelledby="review-why">
      <h3 id="review-why">{t('reviews/why')}</h3>
      {returned !== null && (
        <Notice tone="act" quiet>
          {t('reviews/returnedBy', {
            time: f.moment(returned.at, now),
            by: returned.by,
            reason: returned.reason,
          })}
        </Notice>
      )}
      {risks.length === 0 ? (
        <p className={classes['quiet']}>{t('reviews/whyNot')}</p>
      ) : (
        <ul>
          {risks.map((risk) => (
            <li key={risk.code}>
              <StateMark tone="act">
                <span className={classes['wrap']}>{riskSentence(risk, vocabulary)}</span>
              </StateMark>
            </li>
          ))}
        </ul>
      )}
      {isOwn && (
        <Notice tone="act" quiet>
          {t('reviews/own')}
        </Notice>
      )}
    </section>
  );
}

/** Face and words of the person: what a body gave besides stays sealed. A field that was corrected is marked. */
export function Look({ row }: { row: ReviewRow }) {
  const vocabulary = useWords();
  const { t } = vocabulary;
  const kecamatan = useApp((state) => state.info?.kecamatan ?? null);
  const reviewed = useReviewed(row.packetId);
  const corrected = row.risks.find(({ code }) => code === 'correction')?.at ?? [];
  const person = reviewed.data;
  const region = useRef<HTMLElement>(null);
  // From the list too, which has the focus: whatever does not fit is a key away.
  const page = (by: number) => () => region.current?.scrollBy(0, by * region.current.clientHeight * 0.8);
  useKeys({ PageDown: page(1), PageUp: page(-1) });
  return (
    <ScrollRegion ref={region} className={classes['look']} aria-label={row.nama}>
      <Head row={row} />
      <Why row={row} />
      {reviewed.isError && (
        <ErrorNotice error={shapeOf(reviewed.error)} onRetry={() => void reviewed.refetch()} />
      )}
      <div className={classes['person']}>
        {person?.photo == null ? (
          <span className={classes['noFace']}>
            {t(person === undefined ? 'reviews/loading' : 'reviews/noPhoto')}
          </span>
        ) : (
          <BytesImage bytes={person.photo} alt={t('part/photo')} className={classes['face']} />
        )}
        <dl className={classes['fields']} aria-label={t('reviews/biodata')}>
          {FIELDS.map((field) => (
            <div key={field} data-corrected={corrected.includes(field)}>
              <dt>{t(`field/${field}`)}</dt>
              <dd>
                {person === undefined
                  ? t('common/empty')
                  : fieldText(field, person.biodata[field], vocabulary, kecamatan)}
                {corrected.includes(field) && (
                  <small className={classes['corrected']}> {t('reviews/risk/correction')}</small>
                )}
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </ScrollRegion>
  );
}
