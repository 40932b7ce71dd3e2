/** Every goal that the bench measures. Names are those of `--only` and of out/bench.json. */
export interface Goal {
  readonly name: string;
  readonly says: string;
  readonly better: 'less' | 'more';
  readonly goal: number;
  readonly stretch: number | null;
  /** The figure is itself in milliseconds where a ratio would say nothing. */
  readonly unit?: 'ms';
}

export const GOALS: readonly Goal[] = [
  { name: 'commit-p50', says: 'commit p50 ÷ raw append + fsync', better: 'less', goal: 4, stretch: 2.5 },
  { name: 'commit-p99', says: 'commit p99 ÷ raw p99', better: 'less', goal: 3, stretch: 1.5 },
  { name: 'record-p50', says: 'record p50 ÷ raw append + fsync', better: 'less', goal: 7, stretch: 4 },
  { name: 'commit-pouchdb', says: 'PouchDB put p50 ÷ commit p50', better: 'more', goal: 6, stretch: 10 },
  { name: 'goodput-256k', says: 'goodput ÷ 256 kbit/s, 600 ms', better: 'more', goal: 0.95, stretch: 0.97 },
  { name: 'goodput-2m', says: 'goodput ÷ 2 Mbit/s, 100 ms', better: 'more', goal: 0.95, stretch: 0.97 },
  { name: 'wire-bytes', says: 'bytes on the wire ÷ sealed', better: 'less', goal: 1.02, stretch: 1.005 },
  {
    name: 'flapping',
    says: 'goodput ÷ 256 kbit/s, 12 s up, 2 down',
    better: 'more',
    goal: 0.5,
    stretch: 0.7,
  },
  { name: 'loopback-pouchdb', says: 'enrollments/s ÷ PouchDB’s', better: 'more', goal: 2, stretch: 4 },
  {
    name: 'nik-48k',
    says: 'NIK p99, 48,000 residents',
    better: 'less',
    goal: 0.25,
    stretch: null,
    unit: 'ms',
  },
  { name: 'nik-1m', says: 'NIK p99, 1,000,000', better: 'less', goal: 0.5, stretch: null, unit: 'ms' },
  { name: 'name-48k', says: 'name prefix p99, 48,000', better: 'less', goal: 1, stretch: null, unit: 'ms' },
  { name: 'name-1m', says: 'name prefix p99, 1,000,000', better: 'less', goal: 3, stretch: null, unit: 'ms' },
  {
    name: 'screen-data',
    says: 'slowest screen’s data p95, 1,000,000',
    better: 'less',
    goal: 100,
    stretch: null,
    unit: 'ms',
  },
  { name: 'cold-start', says: 'start to login ÷ blank window', better: 'less', goal: 1.5, stretch: 1.25 },
  { name: 'memory', says: 'memory, 10,000 queued ÷ blank window', better: 'less', goal: 1.6, stretch: 1.3 },
  { name: 'herd-attempts', says: 'attempts a success', better: 'less', goal: 1.2, stretch: null },
  { name: 'herd-drain', says: 'drain ÷ ideal', better: 'less', goal: 1.15, stretch: null },
  { name: 'herd-peak', says: 'busiest second ÷ capacity', better: 'less', goal: 2, stretch: null },
];

/** What one area found: figures with a goal by name, and beside them whatever explains them. */
export interface Found {
  readonly ratios: Readonly<Record<string, number>>;
  readonly beside: readonly (readonly [says: string, figure: string])[];
}

export interface Area {
  readonly name: string;
  readonly measures: readonly string[];
  readonly run: () => Promise<Found>;
}

export function isMet({ better }: Goal, ratio: number, bound: number): boolean {
  return better === 'less' ? ratio <= bound : ratio >= bound;
}
