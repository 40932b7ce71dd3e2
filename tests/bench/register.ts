import { makeResidents } from '../../center/demo/residents.ts';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { nikSchema, type Nik } from '../../app/enrollment/nik.ts';
import type { ReferenceLine } from '../../app/sync/protocol.ts';
import type { OpenStore } from '../../main/store/open-store.ts';

/** As many as one kecamatan has. */
export const SMALL = 48_000;

/**
 * The demo's residents; beyond those of one kecamatan the same people again under other NIKs.
 * @param recorded of the resident with this place in the list, as the center knows it
 */
export function fillRegister(
  { api, db }: Pick<OpenStore, 'api' | 'db'>,
  count: number,
  recorded: (index: number) => Extract<ReferenceLine, { type: 'resident' }>['recorded'] = () => null,
): { niks: Nik[]; names: string[]; person: (index: number) => Biodata } {
  const people = makeResidents(Math.min(count, SMALL), '2011-11-14', 1);
  const person = (index: number): Biodata => {
    const one = people[index % people.length];
    if (one === undefined) throw new Error('nobody');
    const round = Math.floor(index / people.length);
    const nik = nikSchema.parse(round === 0 ? one.nik : `${String(40 + round)}${one.nik.slice(2)}`);
    return { ...one, nik };
  };
  const niks: Nik[] = [];
  const batch: ReferenceLine[] = [];
  for (let index = 0; index < count; index += 1) {
    const biodata = person(index);
    niks.push(biodata.nik);
    batch.push({ type: 'resident', biodata, recorded: recorded(index) });
    if (batch.length < 5_000 && index < count - 1) continue;
    api.reference.apply(batch.splice(0), null, 0);
  }
  db.checkpoint();
  return { niks, names: people.map(({ nama }) => nama), person };
}
