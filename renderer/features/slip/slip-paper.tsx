import { formatNik } from '../../../app/enrollment/nik.ts';
import type { PacketId } from '../../../app/ids.ts';
import type { Request, Slip } from '../../../app/ipc/contract.ts';
import type { Kecamatan } from '../../../app/sync/protocol.ts';
import { wordsIn } from '../../i18n/words.ts';
import { QrCode } from './qr.tsx';
import classes from './slip.module.css';

export type Paper = Request<'slip.print'>['paper'];
export const PAPERS: readonly Paper[] = ['80mm', 'a4'];

/** What the code on the paper holds: version 1 is the packet's id and nothing of the person. */
export function slipCode(packetId: PacketId): string {
  return `REKAM:1:${packetId}`;
}

type LabelKey = 'nik' | 'nama' | 'at' | 'station' | 'packet' | 'operator';

/**
 * The paper for the resident, so in Bahasa Indonesia whatever the window speaks, with English small beside it. It says
 * who was recorded, when and where: no photo, no finger, no iris, no address.
 */
export function SlipPaper({
  slip,
  kecamatan,
  paper,
}: {
  slip: Slip;
  kecamatan: Kecamatan | null;
  paper: Paper;
}) {
  const { t, f } = wordsIn('id');
  const { t: english } = wordsIn('en');
  const moment = t('slip/on/moment', { date: f.date(slip.recordedAt), time: f.time(slip.recordedAt) });
  const lines: readonly [LabelKey, string][] = [
    ['nik', formatNik(slip.nik)],
    ['nama', slip.nama],
    ['at', moment],
    ['station', slip.stationLabel],
    ['packet', f.number(slip.sequence)],
    ['operator', slip.operator],
  ];
  return (
    <article className={classes['paper']} data-paper={paper} lang="id">
      {slip.training && <Banner text={t('slip/on/training')} small={english('slip/on/training')} />}
      <header className={classes['paperHead']}>
        <p className={classes['paperTitle']}>{t('slip/on/title')}</p>
        <small lang="en">{english('slip/on/title')}</small>
        {kecamatan !== null && (
          <p>
            {t('slip/on/place', {
              kecamatan: kecamatan.nama.replace(/^(kecamatan|kec\.?)\s+/i, ''),
              kabupaten: kecamatan.kabupaten,
              kode: kecamatan.kode,
            })}
          </p>
        )}
      </header>
      {slip.printed > 0 && (
        <Banner
          text={t('slip/on/reprint', { n: f.number(slip.printed) })}
          small={english('slip/on/reprint', { n: f.number(slip.printed) })}
        />
      )}
      <dl className={classes['paperLines']}>
        {lines.map(([key, value]) => (
          <div key={key} data-line={key}>
            <dt>
              {t(`slip/on/${key}`)}
              {english(`slip/on/${key}`) !== t(`slip/on/${key}`) && (
                <small lang="en"> {english(`slip/on/${key}`)}</small>
              )}
            </dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className={classes['paperCode']}>
        <QrCode text={slipCode(slip.packetId)} className={classes['qr']} />
        <p>
          {t('slip/on/code')} {slip.packetId}
        </p>
      </div>
      <footer className={classes['paperFoot']}>
        <strong>{t('slip/on/notCard')}</strong>
        <small lang="en">{english('slip/on/notCard')}</small>
      </footer>
      {slip.training && <Banner text={t('slip/on/training')} small={english('slip/on/training')} />}
    </article>
  );
}

function Banner({ text, small }: { text: string; small: string }) {
  return (
    <p className={classes['banner']}>
      <strong>{text}</strong>
      <small lang="en">{small}</small>
    </p>
  );
}
