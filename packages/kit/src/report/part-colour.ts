/** How many colours the style has. */
export const colourCount = 6;

/** The colour class of a part by its place among the parts; after the sixth, colours come round again. */
export function partColour(parts: readonly string[], name: string): string {
  return `p${Math.max(0, parts.indexOf(name)) % colourCount}`;
}
