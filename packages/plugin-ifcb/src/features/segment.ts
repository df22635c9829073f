import { darkPixels } from './dark-pixels.ts';
import { areaOf, emptyMask, fillHoles, type Mask, partsOf } from './mask.ts';
import { closeGaps, erode, hysteresis, trimBorder } from './morphology.ts';
import type { PhaseCongruency } from './phase-congruency.ts';
import { thin } from './thin.ts';

const edgeHigh = 0.3;
const edgeLow = 0.09;
/** Pixels; anything smaller is no blob. */
const minArea = 41;

/** A gray image, 8 bits, row by row. */
export interface Gray {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The pixels that belong to a particle: strong edges, closed and filled, and what is dark. Features v4, step by step. */
export function segment({ pixels, width, height }: Gray, edges: PhaseCongruency): Mask {
  const strength = edges.moments(pixels, width, height);
  const outline = hysteresis(strength, { width, height, low: edgeLow, high: edgeHigh });
  trimBorder(outline);
  const drawn = thin(closeGaps(outline), 3);
  const dark = darkPixels(pixels, width, height);
  for (let at = 0; at < dark.data.length; at++) dark.data[at]! |= drawn.data[at]!;
  const filled = fillHoles(dark);
  // The outline lies around the particle; without it nothing small may be left, and then it stays.
  const slim = withoutSpecks(erode(filled));
  return areaOf(slim) > 0 ? slim : withoutSpecks(filled);
}

function withoutSpecks(mask: Mask): Mask {
  const kept = emptyMask(mask.width, mask.height);
  for (const { pixels } of partsOf(mask, { minArea })) for (const at of pixels) kept.data[at] = 1;
  return kept;
}
