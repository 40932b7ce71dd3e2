import { localMinute } from '../local-day.ts';
import { laneOf, type Lane, type OutageCause, type OutageReport } from './outages.ts';

/** Words of the month's outages on screen and paper, and in the file that main writes: the window has no hand in that. */
export type ReportLanguage = 'id' | 'en';
type Words = Readonly<Record<ReportLanguage, string>>;

export const LANE_WORDS: Readonly<Record<Lane, Words>> = {
  link: { id: 'Jaringan', en: 'Link' },
  power: { id: 'Listrik/PC', en: 'Power/PC' },
};

export const OUTAGE_WORDS: Readonly<Record<OutageCause, Words>> = {
  noNetwork: { id: 'Jaringan kantor terputus', en: 'The office network was cut' },
  dns: { id: 'Nama pusat tidak ditemukan', en: 'The center’s name was not found' },
  refused: { id: 'Pusat menolak sambungan', en: 'The center refused the connection' },
  timeout: { id: 'Pusat tidak menjawab', en: 'The center did not answer' },
  tls: { id: 'Yang menjawab bukan pusat', en: 'What answered was not the center' },
  captivePortal: { id: 'Tertahan halaman masuk Wi-Fi', en: 'Held up by a Wi-Fi login page' },
  centerError: { id: 'Kesalahan di pusat', en: 'An error at the center' },
  clock: { id: 'Jam stasiun meleset', en: 'The station’s clock was off' },
  paused: { id: 'Pusat meminta menunggu', en: 'The center asked to wait' },
  notAllowed: { id: 'Pusat tidak mengenal stasiun', en: 'The center did not know the station' },
  stop: {
    id: 'Stasiun mati mendadak (listrik, PC, atau Rekam)',
    en: 'The station went off suddenly (power, PC or Rekam)',
  },
  battery: { id: 'Listrik padam, PC memakai baterai', en: 'Mains off, the PC ran on battery' },
};

const COLUMNS: Readonly<Record<ReportLanguage, readonly string[]>> = {
  id: ['jenis', 'mulai', 'selesai', 'menit di bulan ini', 'sebab', 'direkam', 'akan dipulangkan'],
  en: ['kind', 'from', 'to', 'minutes in this month', 'cause', 'recorded', 'sent home otherwise'],
};

/** The month as the lines of a file, the first with the names of its columns. An end or a length that is not known is empty. */
export function reportLines({ rows }: Pick<OutageReport, 'rows'>, language: ReportLanguage): string[][] {
  return [
    [...COLUMNS[language]],
    ...rows.map(({ cause, startedAt, endedAt, lastedMs, recorded, sentHome }) => [
      LANE_WORDS[laneOf(cause)][language],
      localMinute(Date.parse(startedAt)),
      // The clock was set meanwhile: what it said at the end is no time of the desk's.
      endedAt === null || lastedMs === null ? '' : localMinute(Date.parse(endedAt)),
      lastedMs === null ? '' : String(Math.round(lastedMs / 60_000)),
      OUTAGE_WORDS[cause][language],
      String(recorded),
      String(sentHome),
    ]),
  ];
}
