import type { Adc } from './adc.ts';

/** Run time and inhibit time of a bin, seconds. */
export interface Times {
  readonly runS: number;
  readonly inhibitS: number;
}

/** Between two rows the inhibit time grows by this at the most; more, or less than nothing, is a bad row. */
const growthS = [-0.1, 5] as const;
/** A run time further ahead of the clock than this was carried over from an earlier bin. */
const carriedOverS = 10;
/** The last row's run time is doubted when it is further than this from what the clock says. */
const doubtS = 0.2;
const rowsForClock = 50;

/**
 * The times of a v2 bin from its rows; undefined where they hold none (no rows, all inhibit times 0, no such columns).
 *
 * Source: H. Sosik, IFCB_volume_analyzed_fromADC (2022), with its second estimate of the run time.
 */
export function adcTimes(adc: Adc): Times | undefined {
  const run = adc.column('runTime');
  const inhibit = adc.column('inhibitTime');
  const clock = adc.column('adcTime');
  if (run === undefined || inhibit === undefined || clock === undefined) return undefined;
  if (inhibit.every((value) => value === 0 || Number.isNaN(value))) return undefined;
  const good = goodRows(inhibit);
  const usual = usualGrowth(good.map((row) => inhibit[row]!));
  const isCarried = run.length > 1 && run[1]! - clock[1]! > carriedOverS;
  const runOffset = isCarried ? run[1]! - clock[1]! : 0;
  const inhibitOffset = isCarried ? inhibit[1]! + 2 * usual : 0;
  const bad = inhibit.length - good.length;
  const inhibitS = (bad === 0 ? inhibit.at(-1)! : inhibit[good.at(-1)!]! + bad * usual) - inhibitOffset;
  const byRow = run.at(-1)! - runOffset;
  const ahead = [...run.subarray(0, rowsForClock)].map((value, row) => value - clock[row]!);
  const byClock = clock.at(-1)! + middle(ahead) - runOffset;
  return { runS: Math.abs(byRow - byClock) > doubtS ? byClock : byRow, inhibitS };
}

function goodRows(inhibit: Float64Array): number[] {
  return [...inhibit.keys()].filter((row) => {
    if (row === 0) return true;
    const growth = inhibit[row]! - inhibit[row - 1]!;
    return inhibit[row]! > 0 && growth > growthS[0] && growth < growthS[1];
  });
}

/** The growth seen most often, to a tenth of a millisecond; of equally frequent ones the smallest. NaN for one row. */
function usualGrowth(times: readonly number[]): number {
  const counts = new Map<number, number>();
  for (let index = 1; index < times.length; index++) {
    const growth = Math.round((times[index]! - times[index - 1]!) * 1e4) / 1e4;
    counts.set(growth, (counts.get(growth) ?? 0) + 1);
  }
  const [usual = Number.NaN] = [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)! || a - b);
  return usual;
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
