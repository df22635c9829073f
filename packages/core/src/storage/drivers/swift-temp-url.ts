import { createHmac } from 'node:crypto';
import { StoreTrouble } from '../../model/driver.ts';
import type { SwiftInfo } from './swift-info.ts';
import type { SwiftObject } from './swift-object.ts';
import { encodedPath, type SwiftSession } from './swift-session.ts';

/** A URL that opens one object for a time, signed by the strongest digest the service takes. */
export async function tempUrl(
  session: SwiftSession,
  target: SwiftObject,
  options: { readonly expiresMs: number; readonly info: SwiftInfo },
): Promise<string> {
  const key = session.options.tempUrlKey ?? (await keyOf(session, target.container));
  const url = new URL((await session.account()).href);
  // The service signs the decoded path, and reads the encoded one.
  const path = decodeURIComponent(`${url.pathname.replace(/\/$/, '')}/${encodedPath(target)}`);
  const expires = Math.floor((Date.now() + options.expiresMs) / 1000);
  const algorithm = options.info.tempUrlDigests.includes('sha256') ? 'sha256' : 'sha1';
  const signature = createHmac(algorithm, key).update(`GET\n${expires}\n${path}`).digest('hex');
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${encodedPath(target)}`;
  url.search = `temp_url_sig=${signature}&temp_url_expires=${expires}`;
  return url.href;
}

/** The key owners may read: the container's before the account's. */
async function keyOf(session: SwiftSession, container: string): Promise<string> {
  for (const [target, level] of [
    [{ container }, 'container'],
    [{}, 'account'],
  ] as const) {
    const { headers } = await session.ask('HEAD', target, [200, 204]);
    const key = headers[`x-${level}-meta-temp-url-key`] ?? headers[`x-${level}-meta-temp-url-key-2`];
    if (key !== undefined && key !== '') return key;
  }
  const message = `${container} has no key for temporary URLs; set X-Account-Meta-Temp-URL-Key, or tempUrlKey here`;
  throw new StoreTrouble('broken', message);
}
