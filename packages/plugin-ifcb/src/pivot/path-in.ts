/**
 * Where an image lies in the container, by what a table of predictions says and the prefix there: `a.png` is `ml/a.png`,
 * and what has the prefix already keeps it, as the names in tables of the old chain do.
 *
 * Undefined when the table says nothing, or names a path of some machine that has no such prefix in it.
 */
export function pathIn(image: string, prefix: string): string | undefined {
  const path = image.replace(/^(?:\.\/)+/, '');
  if (path === '') return undefined;
  const isOfMachine = /^(?:\/|[A-Za-z]+:)/.test(path);
  if (!isOfMachine) return path.startsWith(prefix) ? path : `${prefix}${path}`;
  const at = prefix === '' ? -1 : path.lastIndexOf(`/${prefix}`);
  return at < 0 ? undefined : path.slice(at + 1);
}
