import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { ErrorShape } from '../../../app/errors.ts';
import type { PacketId } from '../../../app/ids.ts';
import type { Response, Slip } from '../../../app/ipc/contract.ts';
import { answer, ask, shapeOf, station } from '../../station.ts';
import { useChoice } from './slip-choice.ts';
import type { Paper } from './slip-paper.tsx';

export type Target = 'printer' | 'pdf';

export interface SlipDesk {
  /** Null until it is there. */
  readonly slip: Slip | null;
  readonly loading: boolean;
  readonly paper: Paper;
  /** Name of the printer that would print; null where there is none. */
  readonly printer: string | null;
  readonly busy: Target | null;
  /** What became of the last attempt; at most one of the two is there. */
  readonly done: Response<'slip.print'> | null;
  readonly failed: { readonly error: ErrorShape; readonly again: () => void } | null;
  readonly hand: (to: Target) => void;
}

/** One slip at the desk: what it says, where it can go, and what became of it. */
export function useSlip(packetId: PacketId): SlipDesk {
  const query = useQuery({
    queryKey: ['slip', packetId],
    queryFn: () => ask(station.slip.open(packetId)),
    // A count that was true a minute ago would mark the paper wrongly, and no slip outlives its screen.
    gcTime: 0,
  });
  const { paper, printer: chosen } = useChoice();
  const [busy, setBusy] = useState<Target | null>(null);
  const [done, setDone] = useState<Response<'slip.print'> | null>(null);
  const [failed, setFailed] = useState<{ error: ErrorShape; to: Target } | null>(null);
  const running = useRef(false);

  const slip = query.data ?? null;
  const printers = slip?.printers ?? [];
  const known = printers.find(({ name }) => name === chosen) ?? printers.find(({ isDefault }) => isDefault);
  const printer = (known ?? printers[0])?.name ?? null;

  const handOver = async (to: Target) => {
    if (slip === null || running.current || (to === 'printer' && printer === null)) return;
    running.current = true;
    setBusy(to);
    setDone(null);
    setFailed(null);
    const { printed } = slip;
    const result = await answer(
      station.slip.print({ packetId, printed, paper, printer: to === 'printer' ? printer : null }),
    );
    // The next one's mark, and after a failure whether this one was counted.
    await query.refetch();
    if (result.ok) setDone(result.value);
    else setFailed({ error: result.error, to });
    setBusy(null);
    running.current = false;
  };
  const hand = (to: Target) => void handOver(to);

  const openFailed = query.error === null ? null : shapeOf(query.error);
  return {
    slip,
    loading: query.isPending,
    paper,
    printer,
    busy,
    done,
    failed:
      failed !== null
        ? { error: failed.error, again: () => hand(failed.to) }
        : openFailed !== null
          ? { error: openFailed, again: () => void query.refetch() }
          : null,
    hand,
  };
}
