// Kovesi's filters with the settings of IFCB features v4.
export const scaleCount = 4;
export const orientationCount = 6;
const shortestWave = 2;
const waveRatio = 2.5;
const spread = 0.55;
const cutoff = 0.45;
const sharpness = 15;

/** A range of columns or rows: up to and without `to`. */
interface Span {
  /** True when the columns of the plane are its rows: the orientation lies along the columns. */
  readonly isTurned: boolean;
  readonly from: number;
  readonly to: number;
}

/**
 * The filters of phase congruency for images of one size, in the frequency plane with frequency 0 first: log-Gabor over a
 * Butterworth low-pass, and raised cosines 60 degrees to either side of an orientation.
 *
 * Source: P. Kovesi, phasecong3 and lowpassfilter (radius 0.45, order 15).
 */
export class FilterBank {
  width = 0;
  height = 0;
  /** Per scale, what a frequency's distance from 0 lets through, at [ky * width + kx]; as long as the largest size. */
  radial: readonly Float64Array[] = [];
  /** Per orientation, what its direction lets through. */
  angular: readonly Float64Array[] = [];
  /** Per orientation, the columns kx, or the rows ky, that have any value but 0: half of them. */
  spans: readonly Span[] = [];
  /** One over a frequency's distance from 0. */
  #inverse = new Float64Array(0);

  /** Makes the filters for a size, unless they are there from the image before. */
  fit(width: number, height: number): void {
    if (width === this.width && height === this.height) return;
    const size = width * height;
    if (size > this.#inverse.length) {
      this.radial = Array.from({ length: scaleCount }, () => new Float64Array(size));
      this.angular = Array.from({ length: orientationCount }, () => new Float64Array(size));
      this.#inverse = new Float64Array(size);
    }
    [this.width, this.height] = [width, height];
    const plane = { fx: frequencies(width), fy: frequencies(height), inverse: this.#inverse };
    fillRadial(this.radial, plane);
    this.spans = this.angular.map((filter, orientation) => fillAngular(filter, plane, orientation));
  }
}

/** Distances are those of the mirrored frequencies, so that only a quarter of the plane is computed. */
function fillRadial(radial: readonly Float64Array[], { fx, fy, inverse }: Plane): void {
  const finest = Math.log(1 / shortestWave);
  const octave = Math.log(waveRatio);
  const width2 = 2 * Math.log(spread) ** 2;
  const fall = radial.map((_, scale) => Math.exp(-((scale * octave) ** 2) / width2));
  inverse[0] = 0;
  for (const filter of radial) filter[0] = 0;
  const [width, height] = [fx.length, fy.length];
  for (let ky = 0; ky <= height >> 1; ky++) {
    const row = ky * width;
    const otherRow = ((height - ky) % height) * width;
    for (let kx = ky === 0 ? 1 : 0; kx <= width >> 1; kx++) {
      const square = fx[kx]! * fx[kx]! + fy[ky]! * fy[ky]!;
      const beyond = Math.log(square) / 2 - finest;
      // exp(-(beyond + scale * octave)^2 / width2), its square multiplied out: two exponentials serve all scales.
      let value = lowPass(square) * Math.exp(-(beyond * beyond) / width2);
      const factor = Math.exp((-2 * beyond * octave) / width2);
      const other = (width - kx) % width;
      const near = 1 / Math.sqrt(square);
      inverse[row + kx] = near;
      inverse[row + other] = near;
      inverse[otherRow + kx] = near;
      inverse[otherRow + other] = near;
      for (let scale = 0; scale < scaleCount; scale++, value *= factor) {
        const through = value * fall[scale]!;
        const filter = radial[scale]!;
        filter[row + kx] = through;
        filter[row + other] = through;
        filter[otherRow + kx] = through;
        filter[otherRow + other] = through;
      }
    }
  }
}

/** What the low-pass lets through at a squared frequency. */
function lowPass(square: number): number {
  const ratio = square / (cutoff * cutoff);
  let power = 1;
  for (let step = 0; step < sharpness; step++) power *= ratio;
  return 1 / (1 + power);
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
}

// With a = the angle to the orientation, 3a passes pi at 60 degrees, and cos 3a = 4 cos^3 a - 3 cos a needs no arc at all.
function fillAngular(filter: Float64Array, { fx, fy, inverse }: Plane, orientation: number): Span {
  const angle = (orientation * Math.PI) / orientationCount;
  // Rows count downwards, angles upwards.
  const [cos, sin] = [Math.cos(angle), -Math.sin(angle)];
  const isTurned = Math.abs(sin) > Math.abs(cos);
  let [from, to] = [isTurned ? fy.length : fx.length, 0];
  for (let ky = 0, at = 0; ky < fy.length; ky++) {
    const alongY = fy[ky]! * sin;
    for (let kx = 0; kx < fx.length; kx++, at++) {
      // Frequency 0 has no direction: every radial filter is 0 there.
      const near = (fx[kx]! * cos + alongY) * inverse[at]!;
      if (near <= 0.5) filter[at] = 0;
      else {
        filter[at] = (4 * near * near * near - 3 * near + 1) / 2;
        const place = isTurned ? ky : kx;
        if (place < from) from = place;
        if (place >= to) to = place + 1;
      }
    }
  }
  return { isTurned, from: Math.min(from, to), to };
}
