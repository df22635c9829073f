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
  const logCentres = radial.map((_, scale) => Math.log(1 / (shortestWave * waveRatio ** scale)));
  const width2 = 2 * Math.log(spread) ** 2;
  // Only a quarter of the plane is computed: distances are those of the mirrored frequencies.
  for (let ky = 0; ky <= height >> 1; ky++) {
    for (let kx = 0; kx <= width >> 1; kx++) {
      if (kx === 0 && ky === 0) continue;
      const radius = Math.hypot(fx[kx]!, fy[ky]!);
      const lowPass = 1 / (1 + (radius / cutoff) ** (2 * sharpness));
      const logRadius = Math.log(radius);
      const mirrors = mirrored(kx, ky, width, height);
      for (let scale = 0; scale < scaleCount; scale++) {
        const value = Math.exp(-((logRadius - logCentres[scale]!) ** 2) / width2) * lowPass;
        for (const at of mirrors) radial[scale]![at] = value;
      }
    }
  }
  const columns = angular.map((filter, orientation) => fillAngular(filter, { fx, fy, orientation }));
  return { width, height, radial, angular, columns };
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
  readonly orientation: number;
}

// With a = the angle to the orientation, 3a passes pi at 60 degrees, and cos 3a = 4 cos^3 a - 3 cos a needs no arc at all.
function fillAngular(filter: Float64Array, { fx, fy, orientation }: Plane): readonly [number, number] {
  const angle = (orientation * Math.PI) / orientationCount;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  let [from, to] = [fx.length, 0];
  for (let ky = 0; ky < fy.length; ky++) {
    for (let kx = 0; kx < fx.length; kx++) {
      const [x, y] = [fx[kx]!, fy[ky]!];
      const radius = Math.hypot(x, y);
      // At frequency 0 every radial filter is 0.
      if (radius === 0) continue;
      // Rows count downwards, angles upwards.
      const near = (x * cos - y * sin) / radius;
      if (near <= 0.5) continue;
      filter[ky * fx.length + kx] = (4 * near ** 3 - 3 * near + 1) / 2;
      if (kx < from) from = kx;
      if (kx >= to) to = kx + 1;
    }
  }
  return from < to ? [from, to] : [0, 0];
}
