import { useQuery } from '@tanstack/react-query';
import type { SettingChange } from '../../../app/desk/settings.ts';
import type { ErrorShape } from '../../../app/errors.ts';
import { learnt } from '../../app-state.ts';
import { queries } from '../../query.ts';
import { answer, ask, station } from '../../station.ts';

const settingsQuery = {
  queryKey: ['settings'],
  queryFn: () => ask(station.settings.read(undefined)),
  staleTime: 0,
};

export function useSettings() {
  return useQuery(settingsQuery);
}

/** Something on this page was changed by its own channel: who and when is read anew. */
export function refreshSettings(): void {
  void queries.invalidateQueries({ queryKey: settingsQuery.queryKey });
}

/** @returns why it was refused; null once it counts, at the desk too */
export async function changeSetting(change: SettingChange): Promise<ErrorShape | null> {
  const result = await answer(station.settings.change(change));
  if (!result.ok) return result.error;
  queries.setQueryData(settingsQuery.queryKey, result.value);
  const info = await answer(station.station.info(undefined));
  if (info.ok) learnt(info.value);
  return null;
}
