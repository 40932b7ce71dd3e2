import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ErrorShape } from '../../../app/errors.ts';
import type { PacketId } from '../../../app/ids.ts';
import type { TaskRow } from '../../../app/ipc/contract.ts';
import { ask, answer, station } from '../../station.ts';
import { useStatus } from '../../status.ts';
import { refreshQueue } from './desk-store.ts';

/** Opens the tasks while nobody is being served. */
export const TASKS_KEY = 'Alt+T';

/** Asked of the desk that is open, so that training has tasks of its own: none. */
export function useTasks(): UseQueryResult<TaskRow[]> {
  const count = useStatus((status) => status?.outbox.tasks ?? 0);
  const tasks = useQuery({
    queryKey: ['desk', 'tasks'],
    queryFn: () => ask(station.tasks.list(undefined)),
  });
  const { refetch } = tasks;
  useEffect(() => void refetch(), [count, refetch]);
  return tasks;
}

export function useTaskPhoto(of: PacketId): Uint8Array | null {
  const photo = useQuery({
    queryKey: ['desk', 'tasks', 'photo', of],
    queryFn: () => ask(station.tasks.photo(of)),
  });
  return photo.data ?? null;
}

export async function closeTask(of: PacketId, reason: string): Promise<ErrorShape | null> {
  const result = await answer(station.tasks.close({ packetId: of, reason }));
  refreshQueue();
  return result.ok ? null : result.error;
}
