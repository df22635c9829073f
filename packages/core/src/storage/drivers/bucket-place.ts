/** Where in a service a place lies: the bucket or container of its URL, and the keys below it. */
export interface BucketPlace {
  readonly bucket: string;
  /** Ends with a slash, or is empty for the whole bucket. */
  readonly prefix: string;
}

/** Takes `gs://bucket/some/prefix` apart; escapes in the path are undone, because keys are text. */
export function bucketPlace(url: URL): BucketPlace {
  const path = unescaped(url.pathname).replace(/^\/+|\/+$/g, '');
  return { bucket: unescaped(url.host), prefix: path === '' ? '' : `${path}/` };
}

/** Which service an `endpoint` is, whatever its path; undefined for none. */
export function originOf(endpoint: unknown): string | undefined {
  const url = typeof endpoint === 'string' ? URL.parse(endpoint) : null;
  return url === null ? undefined : url.origin;
}

/** A path with its escapes undone. The URL parser escapes `ä` and leaves a lone `%` as it is: then it is as it was written. */
export function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
