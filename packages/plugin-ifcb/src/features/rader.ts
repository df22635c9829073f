import type { Stage } from './butterflies.ts';
import { complex, type Complex, exchanged } from './complex.ts';

/** An inverse transform of vectors side by side, as `Fft` is one. */
interface Transform {
  inverse(values: Complex, spare: Complex, vectors: number): Complex;
}

/** A stage of a large prime. */
export interface RaderStage extends Stage {
  /** A transform of length radix - 1. */
  readonly inner: Transform;
  /** Powers of a generator modulo the radix, and of its inverse. */
  readonly powers: Int32Array;
  readonly inversePowers: Int32Array;
  /** The transform of the roots of unity in the order of `inversePowers`, over its length. */
  readonly roots: Complex;
  /** Room for the convolution; grows with the widest vectors seen. */
  room: readonly [Complex, Complex];
}

/** Prepares a large prime; `inner` is a transform of one less than the radix. */
export function withPowers(stage: Stage, inner: Transform): RaderStage {
  const { radix } = stage;
  const count = radix - 1;
  const generator = generatorOf(radix);
  const powers = new Int32Array(count);
  for (let q = 0, power = 1; q < count; q++, power = (power * generator) % radix) powers[q] = power;
  const inversePowers = powers.map((_, q) => powers[(count - q) % count]!);
  const values = complex(count);
  for (const [q, power] of inversePowers.entries()) {
    values.re[q] = Math.cos((2 * Math.PI * power) / radix) / count;
    values.im[q] = Math.sin((2 * Math.PI * power) / radix) / count;
  }
  const roots = exchanged(inner.inverse(exchanged(values), complex(count), 1));
  return { ...stage, inner, powers, inversePowers, roots, room: [complex(0), complex(0)] };
}

/**
 * One stage of a prime radix as a circular convolution, which two transforms of one less than the prime do.
 *
 * Source: C. Rader, "Discrete Fourier transforms when the number of data samples is prime" (1968).
 */
export function rader(stage: RaderStage, from: Complex, to: Complex, stride: number): void {
  const { radix, rest, inner, powers, inversePowers, roots, turnRe, turnIm } = stage;
  const step = rest * stride;
  const count = radix - 1;
  if (stage.room[0].re.length < count * step) stage.room = [complex(count * step), complex(count * step)];
  const [gathered, spare] = stage.room;
  for (let q = 0; q < count; q++) {
    const at = powers[q]! * step;
    gathered.re.set(from.re.subarray(at, at + step), q * step);
    gathered.im.set(from.im.subarray(at, at + step), q * step);
  }
  const { re, im } = exchanged(inner.inverse(exchanged(gathered), exchanged(spare), step));
  for (let p = 0, v = 0; p < rest; p++) {
    for (let q = 0, at = p * radix * stride; q < stride; q++, at++, v++) {
      to.re[at] = from.re[v]! + re[v]!;
      to.im[at] = from.im[v]! + im[v]!;
    }
  }
  for (let k = 0, at = 0; k < count; k++) {
    const [c, s] = [roots.re[k]!, roots.im[k]!];
    for (let v = 0; v < step; v++, at++) {
      const value = re[at]!;
      re[at] = value * c - im[at]! * s;
      im[at] = value * s + im[at]! * c;
    }
  }
  // What is added at frequency 0 is added to every value.
  for (let v = 0; v < step; v++) {
    re[v]! += from.re[v]!;
    im[v]! += from.im[v]!;
  }
  const product = { re, im };
  const done = inner.inverse(product, re === gathered.re ? spare : gathered, step);
  for (let m = 0, v = 0; m < count; m++) {
    const j = inversePowers[m]!;
    for (let p = 0; p < rest; p++) {
      const c = turnRe[p * radix + j]!;
      const s = turnIm[p * radix + j]!;
      for (let q = 0, at = (p * radix + j) * stride; q < stride; q++, at++, v++) {
        to.re[at] = done.re[v]! * c - done.im[v]! * s;
        to.im[at] = done.re[v]! * s + done.im[v]! * c;
      }
    }
  }
}

function generatorOf(prime: number): number {
  for (let candidate = 2; ; candidate++) {
    let order = 1;
    for (let power = candidate; power !== 1; power = (power * candidate) % prime) order++;
    if (order === prime - 1) return candidate;
  }
}
