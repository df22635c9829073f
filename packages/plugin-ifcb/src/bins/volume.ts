import type { Adc } from './adc.ts';
import type { BinId } from './bin-id.ts';
import type { Header } from './header.ts';
import { adcTimes } from './volume-from-adc.ts';

/** How long an instrument looked at water, and how much water that was. NaN where it cannot be told. */
export interface Volume {
  readonly ml: number;
  /** Seconds in which it could see; run time less inhibit time. */
  readonly lookS: number;
  readonly runS: number;
  /** Seconds in which it was busy with an image; not told apart in v1 bins. */
  readonly inhibitS: number;
}

/** The volume of one bin by each way there is; a way the bin does not have is undefined. */
export interface Volumes {
  /** By the header's own times; not in v1 bins. */
  readonly header?: Volume;
  /** By the times of the rows. */
  readonly adc?: Volume;
  /** Header times, unless the rows contradict them by more than 2 %: run time and inhibit time each by itself. */
  readonly best?: Volume;
}

const mlPerMinute = 0.25;
/** Header and rows agree within this share. */
const tolerance = 0.02;

/** Computes the volume analysed by every way. The flow is 0.25 ml a minute. Sources: see {@link adcTimes}. */
export function volumesOf({
  id,
  header,
  adc,
}: {
  readonly id: BinId;
  readonly header: Header;
  readonly adc: Adc;
}): Volumes {
  if (id.style === 'v1') {
    const v1 = v1Volume(adc, id);
    return v1 === undefined ? {} : { adc: v1, best: v1 };
  }
  const told =
    header.runTimeS === undefined || header.inhibitTimeS === undefined
      ? undefined
      : { runS: header.runTimeS, inhibitS: header.inhibitTimeS };
  // One row tells of no rate: the header's word then.
  const rows = adc.rowCount === 1 ? told : adcTimes(adc);
  if (told === undefined && rows === undefined) return {};
  const best =
    told === undefined || rows === undefined
      ? (told ?? rows)!
      : { runS: agreed(told.runS, rows.runS), inhibitS: agreed(told.inhibitS, rows.inhibitS) };
  return {
    ...(told === undefined ? {} : { header: v2Volume(told) }),
    ...(rows === undefined ? {} : { adc: v2Volume(rows) }),
    best: v2Volume(best),
  };
}

function v2Volume({ runS, inhibitS }: { readonly runS: number; readonly inhibitS: number }): Volume {
  const lookS = runS - inhibitS;
  return { ml: (mlPerMinute * lookS) / 60, lookS, runS, inhibitS };
}

function agreed(header: number, rows: number): number {
  return Math.abs(header / rows - 1) <= tolerance || Number.isNaN(rows) ? header : rows;
}

const daySeconds = 86_400;
const shortProcessingFrom = Date.UTC(2015, 5, 1);

/**
 * v1: the time until the last frame, less what each image took. Undefined for an empty bin.
 *
 * Source: pyifcb's compute_ml_analyzed_s1; one more image's time is taken off than there are gaps, as there.
 */
function v1Volume(adc: Adc, { instrument, startMs }: BinId): Volume | undefined {
  const triggers = adc.column('trigger');
  const opened = adc.column('triggerOpenTime');
  const grabbed = adc.column('frameGrabTime');
  if (adc.rowCount === 0 || triggers === undefined || opened === undefined || grabbed === undefined) return undefined;
  const leastS = instrument === 5 && startMs >= shortProcessingFrom ? 0.05 : 0.073;
  // Times of bins that span midnight turn negative.
  const seconds = (value: number): number => (value < 0 ? value + daySeconds : value);
  const seen = new Set<number>();
  const firsts: number[] = [];
  for (const [row, trigger] of triggers.entries()) {
    if (!seen.has(trigger)) firsts.push(row);
    seen.add(trigger);
  }
  let busyS = leastS;
  for (let index = 1; index < firsts.length; index++)
    busyS += Math.max(leastS, seconds(opened[firsts[index]!]!) - seconds(grabbed[firsts[index - 1]!]!));
  const runS = seconds(grabbed[firsts.at(-1)!]!);
  const lookS = runS - busyS;
  return { ml: (lookS * mlPerMinute) / 60, lookS, runS, inhibitS: Number.NaN };
}
