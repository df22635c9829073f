type Texts = { readonly [name: string]: string | undefined };

/**
 * The URL of a key below a base, or of the base itself, with the base's query and more of it.
 *
 * Every character a URL gives a meaning to is escaped.
 */
export function keyUrl(base: URL, key: string | undefined, query: Texts = {}): URL {
  const plain = base.href.replace(/[?#].*$/, '');
  if (key === undefined) return urlOf(plain, query, base.search.slice(1));
  const path = key.split('/').map(encodeURIComponent).join('/');
  return urlOf(`${plain.replace(/\/$/, '')}/${path}`, query, base.search.slice(1));
}

/** The URL of a text without a query, with the parts of one that are not undefined; `own` is escaped already. */
export function urlOf(text: string, query: Texts, own = ''): URL {
  const pairs = own === '' ? [] : [own];
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  // Put together first: each change of a URL would read all of it anew.
  return new URL(pairs.length === 0 ? text : `${text}?${pairs.join('&')}`);
}
