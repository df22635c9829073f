import { classifyFailures } from './failures.ts';

/** The least score of each class, in the order of the classes. Throws `ifcb.class-unknown` for a name that is none. */
export function thresholdsOf(
  classes: readonly string[],
  { everywhere, byClass }: { readonly everywhere: number; readonly byClass: { readonly [name: string]: number } },
): number[] {
  for (const name of Object.keys(byClass))
    if (!classes.includes(name)) throw classifyFailures['class-unknown']({ name, classes });
  return classes.map((name) => byClass[name] ?? everywhere);
}
