/** What is wrong with the name of a plugin, as in `must be ...`; undefined for one that it may have. */
export function nameProblem(name: unknown): string | undefined {
  // Ids and flags are built from it, so it must be one word.
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(name)) return 'must be lower-case letters, digits and -';
  // The lines of `runner store cp`, `mv` and `sync` have this name in the state: a plugin's would be taken for them.
  if (name === 'store') return "must not be store, which is the runner's own";
  return undefined;
}
