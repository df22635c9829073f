import { fail } from '@dataset-runner/core/plugin';

/** What of a task's context opens a place. */
type OpenPlace = (place: string) => Promise<{ readonly place: string }>;

/**
 * Throws `usage.invalid` when what a task writes would lie in a place that it lists whole: its next run would take its
 * own output for input.
 *
 * Places are compared as `store(place).place` writes them, so two spellings of one are one; links are not followed.
 */
export async function refuseOwnInput(
  store: OpenPlace,
  { output, input }: { readonly output: string; readonly input: string },
): Promise<void> {
  const [inner, outer] = [(await store(output)).place, (await store(input)).place];
  if (!liesIn(inner, outer)) return;
  throw fail('usage.invalid', {
    message: `${inner} lies in ${outer}: the next run would take its own output for input`,
    hint: `Write to a place outside of ${outer}.`,
  });
}

function liesIn(inner: string, outer: string): boolean {
  if (inner === outer) return true;
  // The project itself; the places in it begin with `./`.
  if (outer === '.') return inner.startsWith('./');
  return inner.startsWith(/[:/]$/.test(outer) ? outer : `${outer}/`);
}
