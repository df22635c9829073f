import type { Pair, Sliding } from './network.ts';

/**
 * Works out a window's padding and what comes out, as TensorFlow does.
 *
 * `same`: ceil(side / stride) outputs, an odd pixel of padding at the end; `valid`: no padding. Source: TensorFlow,
 * `tf.nn`, "Notes on padding".
 */
export function slidingOver(
  sides: Pair,
  size: Pair,
  strides: Pair,
  padding: 'same' | 'valid',
): Sliding & { readonly gives: Pair } {
  const axes = [0, 1] as const;
  const pairOf = (give: (axis: 0 | 1) => number): Pair => [give(axes[0]), give(axes[1])];
  const gives = pairOf((axis) =>
    padding === 'same'
      ? Math.ceil(sides[axis] / strides[axis])
      : Math.max(0, Math.floor((sides[axis] - size[axis]) / strides[axis]) + 1),
  );
  const total = pairOf((axis) =>
    padding === 'same' ? Math.max(0, (gives[axis] - 1) * strides[axis] + size[axis] - sides[axis]) : 0,
  );
  return {
    size,
    strides,
    gives,
    before: pairOf((axis) => Math.floor(total[axis] / 2)),
    after: pairOf((axis) => Math.ceil(total[axis] / 2)),
  };
}
