import type { Page } from 'playwright-core';
import { STEPS, type Step } from '../app/enrollment/biometrics.ts';
import { en } from '../renderer/i18n/en.ts';
import { id } from '../renderer/i18n/id.ts';

/**
 * Works through an enrollment with keys alone, as a practised operator does, in whatever language the window speaks: it
 * reads the rail's marks and where the focus is, never a word.
 */
export interface KeyboardHooks {
  /** Told when a step has come up and is ready, before its first key. */
  readonly onStep?: (step: Step) => Promise<void>;
  /** Told before each key that does a screen's primary action. */
  readonly onKey?: () => Promise<void>;
}

/** Looked at by a clock: at each picture, as Playwright would, it makes the window draw sixty of them a second. */
const QUIETLY = { polling: 20 };

/** As a scanner types: sixteen digits and Enter, wherever the focus is. */
export async function scanNik(page: Page, nik: string): Promise<void> {
  await page.keyboard.type(nik);
  await page.keyboard.press('Enter');
  await page.locator('nav [aria-current="step"]').waitFor();
}

/** From the step that is current to the heading of the recorded screen. */
export async function recordByKeyboard(page: Page, hooks: KeyboardHooks = {}): Promise<void> {
  for (let turn = 0; turn < STEPS.length; turn += 1) {
    const step = await stepNow(page);
    if (step === null) throw new Error('the desk left the enrollment before it was recorded');
    await untilReady(page);
    await hooks.onStep?.(step);
    await finish(page, step, hooks);
    if (step === 'review') return;
  }
  throw new Error('more steps than the desk has');
}

/** Keys until the rail marks another step, or until the recorded screen. */
async function finish(page: Page, step: Step, hooks: KeyboardHooks): Promise<void> {
  if (step === 'signature' && !(await isDone(page))) await exceptSignature(page);
  for (let presses = 0; presses < 12; presses += 1) {
    await untilReady(page);
    if ((await stepNow(page)) !== step) return;
    await answerQuestion(page);
    await hooks.onKey?.();
    await page.keyboard.press('Enter');
    await settled(page, step);
  }
  throw new Error(`${step} does not end`);
}

/** A list that wants a choice gets its first, a line of text a sentence. */
async function answerQuestion(page: Page): Promise<void> {
  const focus = await page.evaluate(() => document.activeElement?.tagName);
  if (focus === 'SELECT') await page.keyboard.press('ArrowDown');
  if (focus === 'INPUT') await page.keyboard.type('Kamera uji tanpa wajah');
}

/** Whoever has no pen is excepted: the button that opens it, then its first reason. */
async function exceptSignature(page: Page): Promise<void> {
  await tabTo(page, [id.exception.open, en.exception.open]);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement instanceof HTMLSelectElement, null, QUIETLY);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.closest('form') === null, null, QUIETLY);
}

/** Tab, once it is there and as often as a person would, until the focus is on a button that says one of these. */
export async function tabTo(page: Page, labels: readonly string[]): Promise<void> {
  // A person sees that a screen has come up; sixty presses of a script are over before.
  await page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll('button, a, summary, [tabindex]')].some((one) =>
        wanted.includes((one.textContent ?? '').trim()),
      ),
    labels,
    QUIETLY,
  );
  for (let presses = 0; presses < 60; presses += 1) {
    const label = await page.evaluate(() => document.activeElement?.textContent ?? '');
    if (labels.includes(label.trim())) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${labels.join(' / ')}`);
}

/** The step that the rail marks as current; null where no enrollment is open. */
export async function stepNow(page: Page): Promise<Step | null> {
  const now = await page.evaluate(
    () => document.querySelector<HTMLElement>('nav [aria-current="step"]')?.dataset['step'],
  );
  return STEPS.find((step) => step === now) ?? null;
}

function isDone(page: Page): Promise<boolean> {
  return page.locator('nav [aria-current="step"][data-tone="safe"]').isVisible();
}

/** Until the focus is on something that Enter acts on: a ready primary action, or a question's own field. */
async function untilReady(page: Page): Promise<void> {
  await page.waitForFunction(
    () => {
      const focus = document.activeElement;
      if (focus instanceof HTMLSelectElement || focus instanceof HTMLInputElement) return true;
      return focus instanceof HTMLButtonElement && !focus.disabled && focus.dataset['busy'] === undefined;
    },
    null,
    QUIETLY,
  );
}

/** Until the key has had its effect: another step, another screen, a question, or an action that has ended. */
async function settled(page: Page, step: Step): Promise<void> {
  await page.waitForFunction(
    (before) => {
      const now = document.querySelector<HTMLElement>('nav [aria-current="step"]')?.dataset['step'];
      if (now !== before) return true;
      const focus = document.activeElement;
      return !(focus instanceof HTMLButtonElement) || focus.dataset['busy'] === undefined;
    },
    step,
    QUIETLY,
  );
}
