import { classifyFailures } from './failures.ts';

/**
 * The least score of each class, in the order of the classes.
 *
 * Throws `ifcb.class-twice` for classes of one name, and `ifcb.class-unknown` for a name that is none.
 */
export function thresholdsOf(
  classes: readonly string[],
  { everywhere, byClass }: { readonly everywhere: number; readonly byClass: { readonly [name: string]: number } },
): number[] {
  for (const [at, name] of classes.entries()) {
    const first = classes.indexOf(name);
    if (first < at) throw classifyFailures['class-twice']({ name, places: [first, at] });
  }
  for (const name of Object.keys(byClass))
    if (!classes.includes(name)) throw classifyFailures['class-unknown']({ name, classes });
  return classes.map((name) => byClass[name] ?? everywhere);
}
