/** A member of something parsed from JSON; undefined when there is none, or no record around it. */
export function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as { readonly [name: string]: unknown })[name];
}

/** A text member under the first of these names that has one, or ''. */
export function textAt(value: unknown, ...names: readonly string[]): string {
  return names.map((name) => member(value, name)).find((found) => typeof found === 'string') ?? '';
}

/** The members of a JSON list; none for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
