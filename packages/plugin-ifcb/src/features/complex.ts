/** Complex values in two arrays, as the transform reads and leaves them. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Room for `length` complex values, all zero. */
export function complex(length: number): Complex {
  return { re: new Float64Array(length), im: new Float64Array(length) };
}

/** Real and imaginary parts exchanged: an inverse transform between two exchanges is the forward one. */
export function exchanged({ re, im }: Complex): Complex {
  return { re: im, im: re };
}
