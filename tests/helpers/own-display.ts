import { afterAll } from 'vitest';
import { ensureDisplay } from '../../scripts/display.ts';

// A screen for each file, large enough for every window: two stations at once on one would take the focus from each other.
const display = await ensureDisplay('2048x1152x24');
afterAll(display.stop);
