/**
 * Where an action takes away what held the focus (a button that goes with its row, or greys while it works), the focus
 * goes to the screen's next action and never to nothing: Enter and Tab go on from a place that can be seen.
 */
export function keepFocus(): void {
  let held: Element | null = null;
  let waits = false;
  const mend = () => {
    waits = false;
    if (document.activeElement !== document.body || held === null) return;
    // Whoever clicked beside the controls wants it so.
    if (held.isConnected && !held.matches(':disabled')) return;
    landing()?.focus();
  };
  window.addEventListener('focusin', ({ target }) => {
    held = target instanceof Element ? target : null;
  });
  new MutationObserver(() => {
    if (waits || document.activeElement !== document.body) return;
    waits = true;
    // After the effects of whoever knows better where it goes.
    setTimeout(mend, 0);
  }).observe(document.body, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['disabled'],
  });
}

/** The primary action that can be done, else the heading of what stands there. */
function landing(): HTMLElement | null {
  const dialog = document.querySelector('dialog[open]');
  const within = dialog ?? document.querySelector('main') ?? document.body;
  return (
    within.querySelector<HTMLElement>('[data-landing]:not(:disabled)') ??
    within.querySelector<HTMLElement>(':is(h1, h2)[tabindex="-1"]')
  );
}
