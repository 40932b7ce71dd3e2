import type { MirrorState, MirrorStatus, Recovery } from '../../../app/ipc/mirror.ts';
import type { Tone } from '../../components/state-mark.tsx';
import type { Vocabulary } from '../../i18n/words.ts';

/** A copy on the station's own disk is none where that disk dies, however whole it is. */
export function mirrorLook({
  state,
  sameDisk,
}: Pick<MirrorStatus, 'state' | 'sameDisk'>): MirrorState | 'same' {
  return sameDisk && (state === 'ok' || state === 'behind') ? 'same' : state;
}

/** Amber where a person must see to the disk; nothing is lost yet in any of them. */
export const MIRROR_TONE = {
  looking: 'waiting',
  none: 'waiting',
  ok: 'safe',
  behind: 'running',
  lost: 'act',
  full: 'act',
  failing: 'act',
  same: 'act',
} as const satisfies Record<MirrorState | 'same', Tone>;

type Words = Pick<Vocabulary, 't' | 'f'>;

/** What it is, that nothing is lost, what to do. */
export function mirrorSentence(mirror: MirrorStatus, now: number, { t, f }: Words): string {
  return t(`mirror/${mirror.state}`, {
    many: f.number(mirror.behind),
    since: mirror.since === null ? t('common/empty') : f.moment(mirror.since, now),
  });
}

/** What happened to the database, what came back, what is asked of the center. */
export function recoverySentence(recovery: Recovery, now: number, { t, f }: Words): string {
  const parts = [
    t(`recovery/${recovery.why}`, { time: f.moment(recovery.at, now) }),
    t('recovery/restored', {
      many: f.number(recovery.fromFile + recovery.fromMirror),
      file: f.number(recovery.fromFile),
      mirror: f.number(recovery.fromMirror),
    }),
  ];
  if (recovery.rowless > 0) parts.push(t('recovery/rowless', { many: f.number(recovery.rowless) }));
  if (recovery.left > 0) parts.push(t('recovery/left', { many: f.number(recovery.left) }));
  parts.push(t('recovery/center'));
  return parts.join(' ');
}
