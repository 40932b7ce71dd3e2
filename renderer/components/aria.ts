import { createElement, type ComponentProps } from 'react';

/**
 * Patterns that HTML has no tag for. Combobox with a listbox: WAI-ARIA Authoring Practices, "Editable combobox with
 * list autocomplete"; the keys are the input's, so an option needs none of its own.
 */
export const COMBOBOX = { role: 'combobox', 'aria-autocomplete': 'list' } as const;

export function Listbox(props: ComponentProps<'ul'>) {
  return createElement('ul', { role: 'listbox', ...props });
}

export function ListOption(props: ComponentProps<'li'>) {
  return createElement('li', { role: 'option', ...props });
}

/** A part that scrolls by itself must be reachable by keyboard (WCAG 2.1.1); Chromium does so by itself only from 130. */
export function ScrollRegion(props: ComponentProps<'section'>) {
  return createElement('section', { tabIndex: 0, ...props });
}
