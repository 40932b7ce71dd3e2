import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ErrorShape } from '../../../app/errors.ts';
import type { PacketId } from '../../../app/ids.ts';
import type { IpcResult } from '../../../app/ipc/result.ts';
import { queries } from '../../query.ts';
import { answer, ask, station } from '../../station.ts';
import { refreshStatus, useStatus } from '../../status.ts';

export type Which = 'waiting' | 'returned';

/** Asked again when something was recorded into it, decided, or came back to the desk. */
export function useReviews(which: Which) {
  const moved = useStatus((status) =>
    status === null ? '' : [status.outbox.review, status.outbox.tasks].join(),
  );
  const list = useQuery({
    queryKey: ['review', 'list', which],
    queryFn: () => ask(station.review.list({ which })),
    staleTime: 0,
  });
  const { refetch } = list;
  useEffect(() => void refetch(), [moved, refetch]);
  return list;
}

/** Nothing of the one before stands there while this one is fetched. */
export function useReviewed(packetId: PacketId) {
  return useQuery({
    queryKey: ['review', 'open', packetId],
    queryFn: () => ask(station.review.open(packetId)),
  });
}

/** @returns why it was refused; null once it counts, in the list and on the status bar too */
async function decide(answered: Promise<IpcResult<unknown>>): Promise<ErrorShape | null> {
  const result = await answered;
  await Promise.all([queries.invalidateQueries({ queryKey: ['review', 'list'] }), refreshStatus()]);
  return result.ok ? null : result.error;
}

export const approve = (packetIds: PacketId[]) => decide(answer(station.review.approve({ packetIds })));
export const giveBack = (packetId: PacketId, reason: string) =>
  decide(answer(station.review.return({ packetId, reason })));
export const takeBack = (packetId: PacketId) => decide(answer(station.review.takeBack(packetId)));
