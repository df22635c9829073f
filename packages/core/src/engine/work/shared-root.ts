/** One store that holds two places, and where each lies in it. */
export interface SharedRoot {
  /** A place that can be opened. */
  readonly root: string;
  /** Key prefixes inside it, '' or ending with a slash. */
  readonly from: string;
  readonly to: string;
}

// Their names are schemes of our own: `work:a` is no place in a store called work.
const notNamed = /^(work|memory|file):/i;

/**
 * The store that two places have in common, so that the service itself can copy between them; undefined when
 * there is none that can be told by their names (two entries under `stores:` may still be one service).
 */
export function sharedRoot(from: string, to: string): SharedRoot | undefined {
  if (from === to) return { root: from, from: '', to: '' };
  const [a, b] = [named(from), named(to)];
  return a === undefined || a.root !== b?.root ? undefined : { root: a.root, from: a.prefix, to: b.prefix };
}

function named(place: string): { readonly root: string; readonly prefix: string } | undefined {
  const match = /^([a-z][\w.-]+:)(?!\/\/)(.*)$/is.exec(place);
  const [, root = '', path = ''] = match ?? [];
  if (root === '' || notNamed.test(root)) return undefined;
  return { root, prefix: path === '' ? '' : `${path}/` };
}
