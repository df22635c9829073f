/** The record's own member, never one inherited: names come from users, and `constructor` is a name too. */
export function own<T>(record: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
