import { placeOf, type Place } from '../../../app/desk/arrival.ts';
import { formatNik } from '../../../app/enrollment/nik.ts';
import { errorShape } from '../../../app/errors.ts';
import { unreachable } from '../../../app/result.ts';
import { useApp } from '../../app-state.ts';
import { placeText } from '../../i18n/place.ts';
import { useWords, type Vocabulary } from '../../i18n/words.ts';
import type { Checked } from './check-in.ts';

/** A verdict of the pre-check in plain words: who, what is the matter, the facts that show it, what to do. */
export interface ArrivalWords {
  readonly who: string;
  readonly title: string;
  readonly sentence: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly steps: readonly string[];
}

export function useArrivalWords(): (checked: Checked) => ArrivalWords {
  const vocabulary = useWords();
  const own = useApp((state) => state.info?.kecamatan ?? null);
  return (checked) => arrivalWords(checked, vocabulary, own);
}

function arrivalWords(
  { arrival, resident }: Checked,
  { t, f, error }: Vocabulary,
  own: Place | null,
): ArrivalWords {
  const day = (iso: string) => f.date(`${iso}T12:00:00`);
  const place = (kode: string) =>
    placeText(own === null ? { kode, nama: null, kabupaten: null } : placeOf(kode, own), t);
  const namesake = (kode: string) =>
    own !== null && placeOf(kode, own).nama === own.nama ? [t('arrival/namesake', { nama: own.nama })] : [];
  const here = [t('arrival/station'), own === null ? '' : placeText(own, t)] as const;
  const title = t(`arrival/${arrival.kind}`);
  const text = arrival.kind === 'malformed' ? arrival.text : formatNik(arrival.nik);
  const base = { who: resident?.biodata.nama ?? text, title };
  switch (arrival.kind) {
    case 'ready':
      return { ...base, sentence: '', facts: [], steps: [] };
    case 'early':
      return {
        ...base,
        sentence: t('arrival/earlyWhat', { date: day(arrival.wajibOn) }),
        facts: [[t('arrival/born'), day(resident?.biodata.tanggalLahir ?? '')]],
        steps: [],
      };
    case 'elsewhere':
      return {
        ...base,
        sentence: error(errorShape('ticket.elsewhere', { number: arrival.number })),
        facts: [],
        steps: [t('arrival/elsewhereDo')],
      };
    case 'recorded': {
      const { where, at, stationId } = arrival.recorded;
      const station =
        where === 'here'
          ? t('arrival/recordedOwn')
          : stationId === null
            ? t('arrival/recordedCenter')
            : t('arrival/recordedOther', { station: stationId.slice(0, 8) });
      return {
        ...base,
        sentence: error(
          errorShape(where === 'here' ? 'resident.recordedHere' : 'resident.recordedElsewhere', { at }),
        ),
        facts: [[t('arrival/recordedWhere'), station]],
        steps: [t('arrival/recordedDo')],
      };
    }
    case 'underAge':
      return {
        ...base,
        sentence: t('arrival/underAgeWhat', { date: day(arrival.earlyOn) }),
        facts: [
          [t('arrival/born'), day(arrival.born)],
          [t('arrival/earlyOn'), day(arrival.earlyOn)],
          [t('arrival/wajibOn'), day(arrival.wajibOn)],
          [t('arrival/today'), day(resident?.today ?? '')],
        ],
        steps: [t('arrival/underAgeDo')],
      };
    case 'otherKecamatan':
      return {
        ...base,
        sentence: t('arrival/otherKecamatanWhat'),
        facts: [[t('arrival/registeredAt'), place(arrival.kode)], here],
        steps: [...namesake(arrival.kode), t('arrival/moved')],
      };
    case 'unknown':
      return {
        ...base,
        sentence: error(errorShape('resident.unknown')),
        facts: arrival.issued === null ? [] : [[t('arrival/issuedAt'), place(arrival.issued)], here],
        steps: [
          t('arrival/unknownDigits'),
          t('arrival/unknownName'),
          ...(arrival.issued === null ? [] : namesake(arrival.issued)),
          t(arrival.issued === null ? 'arrival/unknownElse' : 'arrival/unknownElsewhere'),
        ],
      };
    case 'malformed':
      return {
        ...base,
        sentence: t(`biodataError/${arrival.error}`),
        facts: [],
        steps: [t('arrival/malformedDo')],
      };
    default:
      return unreachable(arrival);
  }
}
