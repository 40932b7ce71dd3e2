// Whatever can reach a person has words in both languages, and no text stands outside the i18n files.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import i18next from 'i18next';
import { parseSync } from 'rolldown/utils';
import { beforeAll, describe, expect, test } from 'vitest';
import { AUDIT_ACTS, AUDIT_GROUPS } from '../../app/desk/audit.ts';
import { NEED_PLACES, NEEDS } from '../../app/desk/needs.ts';
import { REVIEW_MODES, RISKS } from '../../app/desk/review.ts';
import { TICKET_STATES, SESSIONS } from '../../app/desk/ticket.ts';
import {
  BIODATA_ERRORS,
  BIODATA_WARNINGS,
  biodataSchema,
  CODES,
  PEKERJAAN_MAX,
} from '../../app/enrollment/biodata.ts';
import { EXCEPTION_REASONS, PART_NAMES, STEPS } from '../../app/enrollment/biometrics.ts';
import { HOLD_REASONS, PACKET_STATES } from '../../app/enrollment/lifecycle.ts';
import { ADVICE } from '../../app/enrollment/photo.ts';
import { ERROR_WORDS } from '../../app/error-words.ts';
import { ERROR_CODES, errorShape } from '../../app/errors.ts';
import { courierProgressSchema } from '../../app/ipc/courier.ts';
import { syncProgressSchema, syncSummarySchema } from '../../app/ipc/status.ts';
import { OUTBOX_FILTERS, PACKET_ACTS } from '../../app/ipc/outbox.ts';
import { NEXT_STEPS, PROBLEM_KINDS, STANDS } from '../../app/sync/diagnosis.ts';
import { FINDING_KINDS } from '../../app/sync/finding.ts';
import { COURIER_PROBLEMS } from '../../app/sync/courier.ts';
import { LINK_CAUSES, LINK_STATES } from '../../app/sync/link.ts';
import { OUTCOME_REASONS } from '../../app/sync/protocol.ts';
import { en } from '../../renderer/i18n/en.ts';
import { id } from '../../renderer/i18n/id.ts';
import { PEKERJAAN } from '../../renderer/i18n/pekerjaan.ts';
import { choices } from '../../renderer/i18n/biodata-words.ts';
import { errorSentence } from '../../renderer/i18n/words.ts';

/** desk/find → text; lists count by index. */
function leaves(value: unknown, at = ''): Map<string, string> {
  if (typeof value === 'string') return new Map([[at, value]]);
  const entries = Object.entries(value as Record<string, unknown>);
  return new Map(entries.flatMap(([key, child]) => [...leaves(child, at === '' ? key : `${at}/${key}`)]));
}
const byText = (a: string, b: string) => a.localeCompare(b);
const holes = (text: string) =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)]
    .map((found) => found[1] ?? '')
    .sort(byText)
    .join(' ');

describe('the two languages', () => {
  const idWords = leaves(id);
  const enWords = leaves(en);

  test('have the same keys', () => {
    expect([...enWords.keys()].sort(byText)).toEqual([...idWords.keys()].sort(byText));
  });
  test('leave nothing empty', () => {
    expect([...idWords, ...enWords].filter(([, text]) => text.trim() === '')).toEqual([]);
  });
  test('fill the same holes', () => {
    expect([...idWords].filter(([key, text]) => holes(text) !== holes(enWords.get(key) ?? ''))).toEqual([]);
  });
  test('have words for every occupation of the register', () => {
    expect(PEKERJAAN).toHaveLength(PEKERJAAN_MAX);
    expect(PEKERJAAN.filter((entry) => entry.id === '' || entry.en === '')).toEqual([]);
  });
  test.each(Object.entries(CODES))('name every code of %s', (field, codes) => {
    for (const language of ['id', 'en'] as const) {
      expect(choices(field as keyof typeof CODES, language)).toHaveLength(codes.length);
    }
  });
});

describe('one of a thing', () => {
  test('is no plural in English, and Indonesian has its words for it', async () => {
    const english = i18next.createInstance();
    await english.init({
      lng: 'en',
      resources: { en: { translation: en }, id: { translation: id } },
      keySeparator: '/',
      nsSeparator: false,
    });
    const said = (count: number, lng: string) =>
      english.t('outbox/total', { count, many: String(count), lng } as never);
    expect([said(1, 'en'), said(2, 'en')]).toEqual(['1 packet', '2 packets']);
    expect([said(1, 'id'), said(2, 'id')]).toEqual(['1 paket', '2 paket']);
  });
});

describe('every code has words', () => {
  beforeAll(async () => {
    await i18next.init({
      lng: 'id',
      resources: { id: { translation: id }, en: { translation: en } },
      keySeparator: '/',
      nsSeparator: false,
    });
  });
  const lists: Record<string, readonly string[]> = {
    biodataError: BIODATA_ERRORS,
    biodataWarning: BIODATA_WARNINGS,
    holdReason: HOLD_REASONS,
    packetState: PACKET_STATES,
    'help/state_': PACKET_STATES,
    cause: LINK_CAUSES,
    problem: PROBLEM_KINDS,
    status: LINK_STATES,
    supervisor: LINK_STATES,
    'supervisor/phase_': syncProgressSchema.shape.phase.options,
    'courier/phase_': courierProgressSchema.shape.phase.options,
    courierProblem: COURIER_PROBLEMS,
    'checkup/all_': ['ok', 'look', 'broken'],
    'supervisor/ended_': syncSummarySchema.shape.ended.options,
    'doctor/stand_': STANDS,
    'doctor/next_': NEXT_STEPS,
    'doctor/act_': PACKET_ACTS,
    'needs/is_': NEEDS,
    'needs/go_': NEED_PLACES,
    outbox: OUTBOX_FILTERS,
    'outbox/empty_': OUTBOX_FILTERS,
    'reviews/risk': RISKS,
    'reviews/about': RISKS,
    'settings/review_': REVIEW_MODES,
    'settings/reviewAbout_': REVIEW_MODES,
    finding: FINDING_KINDS,
    'finding/do_': FINDING_KINDS,
    step: STEPS,
    stepLong: STEPS,
    part: PART_NAMES,
    exceptionReason: EXCEPTION_REASONS,
    'photo/advice': ADVICE,
    outcomeReason: OUTCOME_REASONS,
    ticketState: TICKET_STATES,
    desk: SESSIONS,
    auditAct: AUDIT_ACTS,
    'audit/group_': AUDIT_GROUPS,
    field: Object.keys(biodataSchema.shape),
  };
  test.each(Object.entries(lists))('%s', (prefix, codes) => {
    const key = (code: string) => (prefix.endsWith('_') ? prefix + code : `${prefix}/${code}`);
    expect(codes.map(key).filter((name) => !i18next.exists(name, { count: 2 }))).toEqual([]);
  });
  test.each(ERROR_CODES)('error %s', (code) => {
    expect(Object.values(ERROR_WORDS[code]).filter((text) => text.trim().length < 10)).toEqual([]);
  });
});

describe('an error sentence', () => {
  test('writes moments as people do', () => {
    const at = new Date(2011, 10, 14, 12, 0).toISOString();
    expect(errorSentence(errorShape('resident.recordedHere', { at }), 'id')).toContain(
      'pada Senin, 14 November 2011, 12.00.',
    );
  });
  test('leaves no hole where a value is missing', () => {
    expect(errorSentence(errorShape('login.locked'), 'en')).not.toContain('{{');
  });
});

// --- no text outside the i18n files ---

const root = path.resolve(import.meta.dirname, '../../renderer');
const SPOKEN = new Set([
  'aria-label',
  'title',
  'placeholder',
  'label',
  'alt',
  'description',
  'error',
  'aria-valuetext',
]);
const LETTERS = /\p{L}{2,}/u;

interface Node {
  readonly type?: string;
  readonly value?: string | Node | null;
  readonly name?: { readonly name?: string };
  readonly expression?: Node;
  readonly quasis?: readonly { readonly value: { readonly raw: string } }[];
}

/** Text between tags, and literals in attributes that a person sees or hears. */
function texts(file: string, source: string): string[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const found: string[] = [];
  const literal = (node: Node | undefined): string => {
    if (typeof node?.value === 'string') return node.value;
    return node?.type === 'TemplateLiteral'
      ? (node.quasis ?? []).map((quasi) => quasi.value.raw).join('')
      : '';
  };
  const visit = (child: unknown): void => {
    if (typeof child !== 'object' || child === null) return;
    const node = child as Node;
    if (node.type === 'JSXText' && LETTERS.test(literal(node))) found.push(literal(node).trim());
    if (node.type === 'JSXAttribute' && typeof node.value === 'object' && node.value !== null) {
      attribute.add(node.value);
      const text = literal(node.value.expression ?? node.value);
      const name = node.name?.name ?? '';
      if (SPOKEN.has(name) && LETTERS.test(text)) found.push(`${name}=${text}`);
    }
    if (
      node.type === 'JSXExpressionContainer' &&
      !attribute.has(node) &&
      LETTERS.test(literal(node.expression))
    ) {
      found.push(literal(node.expression));
    }
    for (const next of Object.values(child)) visit(next);
  };
  const attribute = new Set<object>();
  visit(program);
  return found;
}

test('no screen holds text of its own', () => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.tsx'),
  );
  expect(files.length).toBeGreaterThan(20);
  const all = files.flatMap((name) =>
    texts(name, readFileSync(path.join(root, name), 'utf8')).map((text) => `${name}: ${text}`),
  );
  expect(all).toEqual([]);
});

test.each([
  '<p>Simpan</p>',
  '<p>{"Simpan"}</p>',
  '<input aria-label="Nama" />',
  '<input placeholder={"Nama"} />',
  '<input label={`Nama`} />',
])('the scan finds %s', (source) => {
  expect(texts('x.tsx', source)).toHaveLength(1);
});
test.each(['<p>{t("a/b")} · {x}</p>', '<p className="row">—</p>', '<input aria-label={t("x/y")} />'])(
  'the scan lets %s through',
  (source) => {
    expect(texts('x.tsx', source)).toEqual([]);
  },
);
