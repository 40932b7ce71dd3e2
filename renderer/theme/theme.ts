import {
  createTheme,
  type CSSVariablesResolver,
  type MantineColorSchemeManager,
  type MantineColorsTuple,
} from '@mantine/core';

/** Deep enough at shade 8 for white text at AAA, light enough at shade 4 for dark ground. */
const ink: MantineColorsTuple = [
  '#eef4fb',
  '#dbe7f4',
  '#b5cee8',
  '#8cb3dc',
  '#6a9dd2',
  '#548fcc',
  '#3a76b5',
  '#28609a',
  '#1b4e83',
  '#123c69',
];

export const theme = createTheme({
  colors: { ink },
  primaryColor: 'ink',
  // Mantine's own shade 6 fails AA on white.
  primaryShade: { light: 8, dark: 6 },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  headings: { fontFamily: "'Inter Variable', system-ui, sans-serif", fontWeight: '650' },
  defaultRadius: 'md',
  respectReducedMotion: true,
  focusRing: 'always',
  cursorType: 'pointer',
});

/** Mantine's own red fails AA on these grounds, its borders the 3:1 of WCAG 1.4.11. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-error': '#b3181b',
    '--mantine-color-default-border': '#7c8896',
  },
  dark: {
    '--mantine-color-error': '#ff9a94',
    '--mantine-color-default': '#1f2730',
    '--mantine-color-default-hover': '#28323d',
    '--mantine-color-default-border': '#7d8b9a',
  },
});

export type Appearance = 'auto' | 'light' | 'dark';

/**
 * Mantine would keep the choice in localStorage, where this window keeps nothing at all.
 * @param keep hands it to main, which keeps it for the next start
 * @returns `learn`: what the station says it is, where the first picture was drawn before it could
 */
export function stationColorScheme(
  initial: Appearance,
  keep: (next: Appearance) => void,
): MantineColorSchemeManager & { learn: (is: Appearance) => void } {
  let value = initial;
  let show: (next: Appearance) => void = () => undefined;
  return {
    get: () => value,
    set: (next) => {
      if (next !== value) keep(next);
      value = next;
    },
    learn: (is) => {
      if (is === value) return;
      value = is;
      show(is);
    },
    subscribe: (onUpdate) => {
      show = onUpdate;
    },
    unsubscribe: () => {
      show = () => undefined;
    },
    clear: () => {
      value = 'auto';
    },
  };
}

/** Main writes a nonce into index.html for every answer; Mantine's style elements carry it. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
}
