/** The diameter of the sphere that has this volume, in the same length unit; `2 (3V / 4 pi)^(1/3)`. */
export function sphereDiameter(volume: number): number {
  return 2 * Math.cbrt((3 * volume) / (4 * Math.PI));
}
