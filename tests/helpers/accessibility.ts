import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { CDPSession, Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeWindow {
  readonly axe: {
    run(options: object): Promise<{
      violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
    }>;
  };
}

const ALL_RULES = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};
/** Of those, the one that a change of colours alone can break. */
const RULES_OF_COLOUR = { type: 'rule', values: ['color-contrast'] };

/** What axe finds against WCAG 2.2 AA on the screen as it stands, one line each. */
export async function violations(page: Page): Promise<string[]> {
  return axeFinds(page, ALL_RULES);
}

/**
 * What axe finds on it in both colour schemes: of the dark one its colours alone, as nothing else can differ.
 * @param name of the screen, in each line
 * @param inDark while the dark one stands
 */
export async function violationsInBothSchemes(
  page: Page,
  name: string,
  inDark: () => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  const dark = await axeFinds(page, RULES_OF_COLOUR);
  await inDark();
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  const light = await violations(page);
  return [...dark.map((text) => `${name}, dark: ${text}`), ...light.map((text) => `${name}, light: ${text}`)];
}

async function axeFinds(page: Page, runOnly: typeof ALL_RULES): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  return page.evaluate(async (rules) => {
    const { axe } = window as unknown as AxeWindow;
    const found = await axe.run({ runOnly: rules, resultTypes: ['violations'] });
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
    );
  }, runOnly);
}

interface AxNode {
  readonly nodeId: string;
  readonly ignored: boolean;
  readonly role?: { readonly value?: string };
  readonly name?: { readonly value?: string };
  readonly properties?: readonly { readonly name: string; readonly value: { readonly value?: unknown } }[];
  readonly childIds?: readonly string[];
}

/** What a screen reader is told: the text of every live region in Chromium's own accessibility tree. */
export async function liveText(page: Page): Promise<string> {
  return withSession(page, async (session) => {
    const { nodes } = (await session.send('Accessibility.getFullAXTree')) as { nodes: AxNode[] };
    const byId = new Map(nodes.map((node) => [node.nodeId, node]));
    const textOf = (node: AxNode): string =>
      node.role?.value === 'StaticText'
        ? (node.name?.value ?? '')
        : (node.childIds ?? [])
            .map((id) => byId.get(id))
            .filter((child) => child !== undefined)
            .map(textOf)
            .join(' ');
    const isLive = (node: AxNode): boolean =>
      node.properties?.some(
        ({ name, value }) => name === 'live' && (value.value === 'polite' || value.value === 'assertive'),
      ) === true;
    return nodes.filter(isLive).map(textOf).join('\n').replaceAll('\u00a0', ' ');
  });
}

/** A finger on the screen: Chromium makes pointer events and a click of it, as of a real one. */
export async function tap(page: Page, x: number, y: number): Promise<void> {
  await stroke(page, [[x, y]]);
}

/** A finger or pen drawn over these points, CSS pixels. */
export async function stroke(page: Page, points: readonly (readonly [number, number])[]): Promise<void> {
  await withSession(page, async (session) => {
    const [first, ...others] = points;
    if (first === undefined) return;
    const at = ([x, y]: readonly [number, number]) => [{ x, y }];
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(first) });
    for (const point of others) {
      await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(point) });
    }
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  });
}

async function withSession<T>(page: Page, act: (session: CDPSession) => Promise<T>): Promise<T> {
  const session = await page.context().newCDPSession(page);
  try {
    return await act(session);
  } finally {
    await session.detach();
  }
}
