/** Which of DVC's two layouts an object lies in: 3.x under `files/md5/`, 2.x at the top. */
export type Layout = 'files/md5' | 'legacy';

/** The key of an object below a cache or remote: `files/md5/ab/cdef...` or, of DVC 2, `ab/cdef...`. */
export function objectKey(oid: string, layout: Layout = 'files/md5'): string {
  const key = `${oid.slice(0, 2)}/${oid.slice(2)}`;
  return layout === 'legacy' ? key : `${layout}/${key}`;
}

/** The object a key names, undefined for foreign files such as `runs/...` or half an upload. */
export function oidOfKey(key: string): { readonly oid: string; readonly layout: Layout } | undefined {
  const match = /^(files\/md5\/)?([0-9a-f]{2})\/([0-9a-f]{30}(?:\.dir)?)$/.exec(key);
  if (match === null) return undefined;
  return { oid: `${match[2]}${match[3]}`, layout: match[1] === undefined ? 'legacy' : 'files/md5' };
}

export function isTreeOid(oid: string): boolean {
  return oid.endsWith('.dir');
}
