import type { BodyPart, ScanStep } from '../../../../app/enrollment/biometrics.ts';
import { useWords } from '../../../i18n/words.ts';
import type { PartState, ScanView } from './scan-view.ts';
import classes from './scan.module.css';

/** One finger of the right hand as it lies on the glass: foot, length and slant (degrees), in the drawing's units. */
const RIGHT = {
  thumb: { x: 24, y: 74, length: 34, turn: -52 },
  index: { x: 38, y: 52, length: 38, turn: -10 },
  middle: { x: 52, y: 48, length: 44, turn: -2 },
  ring: { x: 66, y: 51, length: 39, turn: 6 },
  little: { x: 79, y: 58, length: 29, turn: 16 },
} as const;
type Finger = keyof typeof RIGHT;
const FINGER_NAMES = Object.keys(RIGHT) as Finger[];

type States = ReadonlyMap<string, PartState>;

/** `verify.left.index` is the same finger as `finger.left.index`. */
function byFinger(view: ScanView): States {
  return new Map([...view.states].map(([part, state]) => [part.replace('verify.', 'finger.'), state]));
}

function Mark({ state, x, y }: { state: PartState; x: number; y: number }) {
  switch (state) {
    case 'excepted':
      return <path className={classes['strike']} d={`M${x - 8} ${y - 8}l16 16M${x + 8} ${y - 8}l-16 16`} />;
    case 'good':
      return <path className={classes['markGood']} d={`M${x - 4} ${y}l3 3l6 -7`} />;
    case 'low':
      return <path className={classes['markLow']} d={`M${x} ${y - 5}v6M${x} ${y + 4}v.1`} />;
    case 'missing':
      return null;
  }
}

function Hand({ side, states }: { side: 'left' | 'right'; states: States }) {
  const mirror = (x: number) => (side === 'right' ? x : 100 - x);
  return (
    <svg className={classes['hand']} viewBox="0 0 100 112">
      <rect
        className={classes['palm']}
        x={mirror(side === 'right' ? 29 : 85)}
        y="54"
        width="56"
        height="54"
        rx="20"
      />
      {FINGER_NAMES.map((name) => {
        const { x, y, length, turn } = RIGHT[name];
        const angle = side === 'right' ? turn : -turn;
        const foot = { x: mirror(x), y };
        const tip = length - 8;
        const radians = (angle * Math.PI) / 180;
        const state = states.get(`finger.${side}.${name}`);
        return (
          <g key={name}>
            <rect
              className={classes['finger']}
              data-state={state ?? 'none'}
              x={foot.x - 6.5}
              y={foot.y - length}
              width="13"
              height={length + 8}
              rx="6.5"
              transform={`rotate(${angle} ${foot.x} ${foot.y})`}
            />
            {state !== undefined && (
              <Mark state={state} x={foot.x + Math.sin(radians) * tip} y={foot.y - Math.cos(radians) * tip} />
            )}
          </g>
        );
      })}
    </svg>
  );
}

function Eye({ state }: { state: PartState | undefined }) {
  return (
    <svg className={classes['eye']} viewBox="0 0 100 60">
      <path className={classes['palm']} d="M4 30Q50 -14 96 30Q50 74 4 30Z" />
      <circle className={classes['finger']} data-state={state ?? 'none'} cx="50" cy="30" r="18" />
      {state !== undefined && <Mark state={state} x={50} y={30} />}
    </svg>
  );
}

/** Which fingers or eyes are asked for: tinted; done: ticked; excepted: struck through. */
export function Drawing({ step, view }: { step: ScanStep; view: ScanView }) {
  const { t } = useWords();
  const states = byFinger(view);
  const names = (wanted: (state: PartState) => boolean) =>
    view.parts
      .filter((part: BodyPart) => wanted(view.states.get(part) ?? 'missing'))
      .map((part) => t(`part/${part}`))
      .join(', ');
  const excepted = names((state) => state === 'excepted');
  const asked = t('scan/drawing', { parts: names((state) => state !== 'excepted') || t('common/empty') });
  const label = excepted === '' ? asked : `${asked} ${t('scan/drawingExcepted', { parts: excepted })}`;
  const sides = ['left', 'right'] as const;
  return (
    <figure className={classes['drawing']} aria-label={label}>
      {sides.map((side) => (
        <div key={side} className={classes['side']} aria-hidden>
          {step === 'irises' ? (
            <Eye state={states.get(`iris.${side}`)} />
          ) : (
            <Hand side={side} states={states} />
          )}
          <small>{t(`scan/side_${side}`)}</small>
        </div>
      ))}
    </figure>
  );
}
