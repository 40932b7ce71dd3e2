/** The same sentence is not said again sooner, however often it comes and goes. */
export const SAY_AGAIN_MS = 2_000;

/** Says what changed and holds back what was said just now; call it with whatever is true at the moment. */
export function makeSpeaker(say: (text: string) => void, now: () => number): (text: string) => void {
  const said = new Map<string, number>();
  let last = '';
  return (text) => {
    const at = now();
    if (text === last || at - (said.get(text) ?? Number.NEGATIVE_INFINITY) < SAY_AGAIN_MS) return;
    said.set(text, at);
    last = text;
    say(text);
  };
}
