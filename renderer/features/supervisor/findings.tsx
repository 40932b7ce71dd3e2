import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { isReceived } from '../../../app/enrollment/lifecycle.ts';
import type { PacketId } from '../../../app/ids.ts';
import type { Response } from '../../../app/ipc/contract.ts';
import type { Finding } from '../../../app/sync/finding.ts';
import { ScrollRegion } from '../../components/aria.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { StateMark, type Tone } from '../../components/state-mark.tsx';
import { useNow } from '../../clock.ts';
import { useWords } from '../../i18n/words.ts';
import { ask, shapeOf, station } from '../../station.ts';
import { useStatus } from '../../status.ts';
import classes from './supervisor.module.css';

/** What it amounts to now: what was sent again may have arrived, what was found may be over. */
function standing({ kind, packet, settledAt }: Finding): 'over' | 'arrived' | 'open' {
  if (kind === 'resent' && packet !== null && isReceived(packet.state)) return 'arrived';
  return settledAt === null ? 'open' : 'over';
}

function Line({ finding, onInspect }: { finding: Finding; onInspect: (packetId: PacketId) => void }) {
  const { t, f } = useWords();
  const now = useNow();
  const { kind, from, to, packet, packetId } = finding;
  const stands = standing(finding);
  const tone: Tone = stands === 'open' ? (kind === 'resent' ? 'running' : 'act') : 'safe';
  const numbers = from === to ? String(from) : t('finding/range', { from: String(from), to: String(to) });
  return (
    <li>
      <div>
        <StateMark tone={tone}>
          <span className={classes['wrap']}>
            {t('finding/of', { numbers })}
            {packet !== null && ` · ${packet.nama === '' ? t('outbox/erased') : packet.nama}`}
          </span>
        </StateMark>
        <p>
          {t(`finding/${kind}`)} {t(stands === 'open' ? `finding/do_${kind}` : `finding/${stands}`)}
        </p>
        <small>
          {t('finding/at', { time: f.moment(finding.foundAt, now) })}
          {packet === null && packetId !== null && ` · ${packetId}`}
        </small>
      </div>
      {packet !== null && packetId !== null && (
        <Button
          variant="default"
          aria-label={t('doctor/openOf', { nama: packet.nama })}
          onClick={() => onInspect(packetId)}
        >
          {t('doctor/open')}
        </Button>
      )}
    </li>
  );
}

function NotRead({ children }: { children: string }) {
  return (
    <p className={classes['cause']}>
      <StateMark tone="act">
        <span className={classes['wrap']}>{children}</span>
      </StateMark>
    </p>
  );
}

export function useFindings() {
  // Reconcile ends with whatever it sets going: packets wait again, or are held.
  const moved = useStatus((status) =>
    status === null ? '' : `${status.outbox.waiting} ${status.outbox.held} ${status.sync === null}`,
  );
  return useQuery({
    queryKey: ['findings', moved],
    queryFn: () => ask(station.sync.findings(undefined)),
    placeholderData: (before) => before,
  });
}

/** How many things of it a person must see to; what is sent again by itself is none. */
export function openFindings({
  findings,
  rejectedLines,
  unreadableFacts,
}: Response<'sync.findings'>): number {
  const open = findings.filter((finding) => finding.kind !== 'resent' && standing(finding) === 'open');
  return open.length + Math.sign(rejectedLines) + Math.sign(unreadableFacts);
}

/** What the daily comparison with the center found, and what to do about it. */
export function Findings({ onInspect }: { onInspect: (packetId: PacketId) => void }) {
  const { t, f } = useWords();
  const query = useFindings();
  const { data } = query;
  return (
    <section aria-labelledby="findings-title" className={classes['card']}>
      <h2 id="findings-title" tabIndex={-1}>
        {t('finding/title')}
      </h2>
      {query.isError && <ErrorNotice error={shapeOf(query.error)} onRetry={() => void query.refetch()} />}
      {data !== undefined && (
        <p className={classes['cause']}>
          {data.reconciledOn === null
            ? t('finding/never')
            : t(data.findings.length === 0 ? 'finding/agrees' : 'finding/last', {
                date: f.date(`${data.reconciledOn}T12:00:00`),
              })}
        </p>
      )}
      {data !== undefined && data.rejectedLines > 0 && (
        <NotRead>{t('finding/rejected', { count: data.rejectedLines })}</NotRead>
      )}
      {data !== undefined && data.unreadableFacts > 0 && (
        <NotRead>{t('finding/unreadable', { count: data.unreadableFacts })}</NotRead>
      )}
      {data !== undefined && data.findings.length > 0 && (
        <ScrollRegion className={classes['findings']} aria-label={t('finding/list')}>
          <ul>
            {data.findings.map((finding) => (
              <Line
                key={`${finding.kind} ${finding.from} ${finding.packetId ?? ''}`}
                finding={finding}
                onInspect={onInspect}
              />
            ))}
          </ul>
        </ScrollRegion>
      )}
    </section>
  );
}
