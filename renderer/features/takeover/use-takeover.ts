import { useEffect, useState } from 'react';
import type { TakeoverState } from '../../../app/ipc/takeover.ts';
import { answer, station } from '../../station.ts';

/** Whoever comes back to the screen finds what runs, and what came of it. Null until main has said. */
export function useTakeover(): TakeoverState | null {
  const [state, setState] = useState<TakeoverState | null>(null);
  useEffect(() => {
    let isTold = false;
    const off = station.events.on('takeover.changed', (next) => {
      isTold = true;
      setState(next);
    });
    void answer(station.takeover.state(undefined)).then((result) => {
      if (result.ok && !isTold) setState(result.value);
    });
    return off;
  }, []);
  return state;
}
