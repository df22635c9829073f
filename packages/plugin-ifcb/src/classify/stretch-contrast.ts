/**
 * What each value becomes when pixels are stretched so that the darkest becomes 0 and the brightest 255; undefined where
 * they are so already. Pixels of one value all become 0.
 *
 * `withBlack`: the pixels are part of an image that also has black ones. OpenCV's `normalize(image, None, 0, 255,
 * NORM_MINMAX)` bit by bit: scale and shift are rounded to 32-bit floats, the product is not, and halves go to the even
 * neighbour (modules/core/src/norm.cpp and convert_scale.simd.hpp).
 */
export function contrastTable(
  pixels: Uint8Array,
  { withBlack }: { readonly withBlack: boolean },
): Uint8Array | undefined {
  let darkest = withBlack ? 0 : 255;
  let brightest = 0;
  for (let at = 0; at < pixels.length; at++) {
    const value = pixels[at]!;
    if (value < darkest) darkest = value;
    if (value > brightest) brightest = value;
  }
  if (darkest === 0 && brightest === 255) return undefined;
  const name = 256 * darkest + brightest;
  const table = tables.get(name) ?? stretchTable(darkest, brightest);
  tables.set(name, table);
  return table;
}

/** Tables made so far, by range: 8 MB if ever every range comes up. */
const tables = new Map<number, Uint8Array>();

/** What each of the 256 values becomes. */
export function stretchTable(darkest: number, brightest: number): Uint8Array {
  const scale = brightest > darkest ? 255 * (1 / (brightest - darkest)) : 0;
  const [scale32, shift32] = [Math.fround(scale), Math.fround(-darkest * scale)];
  return Uint8Array.from({ length: 256 }, (_, value) => {
    const exact = Math.fround(value * scale32 + shift32);
    const rounded = Math.round(exact);
    const even = rounded - exact === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
    return Math.min(255, Math.max(0, even));
  });
}
