// Kovesi's filters with the settings of IFCB features v4.
export const scaleCount = 4;
export const orientationCount = 6;
const shortestWave = 2;
const waveRatio = 2.5;
const spread = 0.55;
const cutoff = 0.45;
const sharpness = 15;

/** The filters of phase congruency for images of one size, in the frequency plane with frequency 0 first. */
export interface FilterBank {
  readonly width: number;
  readonly height: number;
  /** Per scale, what a frequency's distance from 0 lets through, at [ky * width + kx]. */
  readonly radial: readonly Float64Array[];
  /** Per orientation, what its direction lets through. */
  readonly angular: readonly Float64Array[];
  /** Per orientation, the columns kx that have any value but 0: from, up to and without. */
  readonly columns: readonly (readonly [number, number])[];
}

/**
 * Makes the filters for a size: log-Gabor over a Butterworth low-pass, and raised cosines 60 degrees to either side.
 *
 * Source: P. Kovesi, phasecong3 and lowpassfilter (radius 0.45, order 15).
 */
export function makeFilterBank(width: number, height: number): FilterBank {
  const fx = frequencies(width);
  const fy = frequencies(height);
  const size = width * height;
  const radial = Array.from({ length: scaleCount }, () => new Float64Array(size));
  const angular = Array.from({ length: orientationCount }, () => new Float64Array(size));
  /** One over a frequency's distance from 0. */
  const inverse = new Float64Array(size);
  const finest = Math.log(1 / shortestWave);
  const octave = Math.log(waveRatio);
  const width2 = 2 * Math.log(spread) ** 2;
  const fall = radial.map((_, scale) => Math.exp(-((scale * octave) ** 2) / width2));
  // Only a quarter of the plane is computed: distances are those of the mirrored frequencies.
  for (let ky = 0; ky <= height >> 1; ky++) {
    for (let kx = 0; kx <= width >> 1; kx++) {
      if (kx === 0 && ky === 0) continue;
      const square = fx[kx]! ** 2 + fy[ky]! ** 2;
      const beyond = Math.log(square) / 2 - finest;
      // exp(-(beyond + scale * octave)^2 / width2), its square multiplied out: two exponentials serve all scales.
      let value = lowPass(square) * Math.exp(-(beyond * beyond) / width2);
      const factor = Math.exp((-2 * beyond * octave) / width2);
      const mirrors = mirrored(kx, ky, width, height);
      for (const at of mirrors) inverse[at] = 1 / Math.sqrt(square);
      for (let scale = 0; scale < scaleCount; scale++, value *= factor) {
        const through = value * fall[scale]!;
        for (const at of mirrors) radial[scale]![at] = through;
      }
    }
  }
  const columns = angular.map((filter, orientation) => fillAngular(filter, { fx, fy, inverse, orientation }));
  return { width, height, radial, angular, columns };
}

/** What the low-pass lets through at a squared frequency. */
function lowPass(square: number): number {
  const ratio = square / (cutoff * cutoff);
  let power = 1;
  for (let step = 0; step < sharpness; step++) power *= ratio;
  return 1 / (1 + power);
}

function mirrored(kx: number, ky: number, width: number, height: number): readonly number[] {
  const otherX = (width - kx) % width;
  const otherY = (height - ky) % height;
  return [ky * width + kx, ky * width + otherX, otherY * width + kx, otherY * width + otherX];
}

/** Frequencies in the order of a transform, from -0.5 to 0.5; an odd length counts to both ends. */
function frequencies(length: number): Float64Array {
  const below = Math.ceil(length / 2);
  const whole = length % 2 === 1 ? Math.max(1, length - 1) : length;
  return Float64Array.from({ length }, (_, k) => (k < below ? k : k - length) / whole);
}

interface Plane {
  readonly fx: Float64Array;
  readonly fy: Float64Array;
  readonly inverse: Float64Array;
  readonly orientation: number;
}

// With a = the angle to the orientation, 3a passes pi at 60 degrees, and cos 3a = 4 cos^3 a - 3 cos a needs no arc at all.
function fillAngular(
  filter: Float64Array,
  { fx, fy, inverse, orientation }: Plane,
): readonly [number, number] {
  const angle = (orientation * Math.PI) / orientationCount;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  let [from, to] = [fx.length, 0];
  for (let ky = 0, at = 0; ky < fy.length; ky++) {
    // Rows count downwards, angles upwards.
    const up = fy[ky]! * sin;
    for (let kx = 0; kx < fx.length; kx++, at++) {
      // Frequency 0 has no direction: every radial filter is 0 there, and this one stays so.
      const near = (fx[kx]! * cos - up) * inverse[at]!;
      if (near <= 0.5) continue;
      filter[at] = (4 * near * near * near - 3 * near + 1) / 2;
      if (kx < from) from = kx;
      if (kx >= to) to = kx + 1;
    }
  }
  return from < to ? [from, to] : [0, 0];
}
