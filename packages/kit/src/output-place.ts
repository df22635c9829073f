import { fail } from '@dataset-runner/core/plugin';

/** What of a task's context opens a place. */
type OpenPlace = (place: string) => Promise<{
  readonly place: string;
  liesIn(place: string): Promise<boolean>;
}>;

/**
 * Throws `usage.invalid` when what a task writes would lie in a place that it lists whole: its next run would take its
 * own output for input.
 *
 * Places are compared by where they lie: links are followed, and names of stores looked up.
 */
export async function refuseOwnInput(
  store: OpenPlace,
  { output, input }: { readonly output: string; readonly input: string },
): Promise<void> {
  const [inner, outer] = [await store(output), (await store(input)).place];
  if (!(await inner.liesIn(outer))) return;
  throw fail('usage.invalid', {
    message: `${inner.place} lies in ${outer}: the next run would take its own output for input`,
    hint: `Write to a place outside of ${outer}.`,
  });
}
