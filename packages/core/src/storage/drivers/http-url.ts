/** The URL of a key below a base; every character a URL gives a meaning to is escaped. */
export function keyUrl(base: URL, key: string): URL {
  const url = new URL(base.href);
  const path = key.split('/').map((segment) => encodeURIComponent(segment));
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${path.join('/')}`;
  return url;
}
