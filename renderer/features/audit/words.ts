import type { TFunction } from 'i18next';
import { AUDIT_ACTS, type AuditAct } from '../../../app/desk/audit.ts';
import { placeSchema } from '../../../app/desk/carry-over.ts';
import { correctionSchema } from '../../../app/enrollment/enrollment.ts';
import { HOLD_REASONS } from '../../../app/enrollment/lifecycle.ts';
import { formatNik } from '../../../app/enrollment/nik.ts';
import type { AuditRow } from '../../../app/ipc/people.ts';
import type { Vocabulary } from '../../i18n/words.ts';
import { placeText } from '../desk/place-words.ts';
import { changeText, settingName } from '../settings/words.ts';

type Words = Pick<Vocabulary, 't' | 'f'>;

function isKnown(what: string): what is AuditAct {
  return (AUDIT_ACTS as readonly string[]).includes(what);
}

/** What was done, in plain words. One that a later version wrote has none here and says so. */
export function actWords(what: string, t: TFunction): string {
  return isKnown(what) ? t(`auditAct/${what}`) : t('audit/unknownAct', { what });
}

/** Whom or what it is about: a packet's number, a person's name, a NIK. */
export function aboutWords({ about, by }: AuditRow, { t, f }: Words): string | null {
  switch (about?.kind) {
    case undefined:
      return null;
    case 'packet':
      return t('audit/packet', { number: f.number(about.number) });
    case 'account':
      // What somebody did to the own account is told by who did it.
      return about.name === by ? null : about.name;
    case 'nik':
      return formatNik(about.nik);
    case 'setting':
      return settingName(about.key, { t });
  }
}

/** What else the entry says. Reasons that people typed stand as they are; what only a machine reads stays in the export. */
export function detailWords({ what, about, detail }: AuditRow, vocabulary: Vocabulary): string | null {
  const { t, f } = vocabulary;
  if (detail === null || !isKnown(what)) return detail;
  const [first = '', ...rest] = detail.split(' ');
  switch (what) {
    case 'session.logout':
      return t(detail === 'idle' ? 'audit/idle' : 'audit/byHand');
    case 'session.failed':
      return t('audit/inARow', { many: detail });
    case 'second.confirmed':
      return actWords(detail, t);
    case 'correction.confirmed': {
      const field = fieldOf(detail);
      return field === null ? null : t(`field/${field}`);
    }
    case 'summons.carried': {
      const [, date, session] = detail.split(' ');
      const place = placeSchema.safeParse({ date, session });
      return place.success ? placeText(place.data, { t, f }) : null;
    }
    case 'draft.begun':
    case 'draft.restored':
    case 'enrollment.recorded':
    case 'amendment.recorded':
      return formatNik(first);
    case 'draft.setAside':
      return t(first === 'unwanted' ? 'audit/setAside_unwanted' : 'audit/setAside_unreadable');
    case 'draft.dropped':
      return `${formatNik(first)} · ${rest.join(' ')}`;
    case 'ticket.waiting':
    case 'ticket.called':
    case 'ticket.serving':
    case 'ticket.done':
    case 'ticket.deferred':
    case 'ticket.absent':
    case 'ticket.carried':
    case 'ticket.withdrawn':
      return t('audit/ticket', { number: rest.join(' '), date: f.birthDate(first) });
    case 'packet.held': {
      // The supervisor's own words, where a person held it.
      if (first === 'person') return rest.join(' ');
      const reason = HOLD_REASONS.find((known) => known === first);
      return reason === undefined ? detail : t(`holdReason/${reason}`);
    }
    case 'day.closed': {
      // Its hash is for who reads the export.
      const [number = '', , ...reason] = rest;
      const sheet = t('audit/daySheet', { date: f.birthDate(first), number });
      return reason.length === 0 ? sheet : `${sheet} · ${reason.join(' ')}`;
    }
    case 'day.printed':
    case 'day.notPrinted':
      return t('audit/daySheet', { date: f.birthDate(first), number: rest[0] ?? '' });
    case 'setting.changed':
      return about?.kind === 'setting' ? changeText(about.key, detail, vocabulary) : null;
    case 'audit.verified':
      return detail.includes(':') ? t('audit/notWhole') : null;
    case 'takeover.begun':
    case 'task.closed':
    case 'task.abandoned':
    case 'packet.returned':
    case 'reconcile.gap':
      return detail;
    default:
      return null;
  }
}

function fieldOf(detail: string) {
  try {
    const parsed = correctionSchema.shape.field.safeParse((JSON.parse(detail) as { field?: unknown }).field);
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
