import type { Json } from '../lib/canonical-json.ts';
import { parseReference } from '../lib/reference.ts';
import type { Path } from './path-text.ts';
import type { StoreEntry } from './project.ts';

// Options whose value opens a door. User and account names, regions and endpoints are no secrets.
const secretOption =
  /^(?:pass(?:word|wd|phrase|code)?|pwd|token|secret|credentials?|sas|connection[-_]?string|(?:access|account|api|private|secret|shared)[-_]?key|.*(?:password|passphrase|secret|token|secret[-_]?access[-_]?key))$/i;

/** Whether an option of a store holds a secret, by its name. */
function isSecretOption(name: string): boolean {
  return secretOption.test(name);
}

/** Whether a URL carries a password beside its user. */
function hasPassword(url: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#]*:[^\s/?#]+@/i.test(url);
}

/** Whether a URL carries credentials: userinfo with a password, or a signature among its parameters. */
function hasCredentials(url: string): boolean {
  if (hasPassword(url)) return true;
  return /[?&](?:sig|x-amz-signature|x-amz-security-token|x-goog-signature|access_token|signature)=[^&]/i.test(url);
}

/**
 * The path of the first secret written into the config instead of referred to; undefined when there is none.
 *
 * A secret in a file ends up in version control, so it is refused even where it would work.
 */
export function findInlineSecret(
  secrets: { readonly [name: string]: string },
  stores: { readonly [name: string]: StoreEntry },
): Path | undefined {
  for (const [name, value] of Object.entries(secrets)) {
    if (parseReference(value) === undefined) return ['secrets', name];
  }
  for (const [name, store] of Object.entries(stores)) {
    if (hasCredentials(store.url)) return ['stores', name, 'url'];
    for (const [option, value] of Object.entries(store.options)) {
      if (typeof value === 'string' && isSecretOption(option) && parseReference(value) === undefined) {
        return ['stores', name, option];
      }
    }
  }
  return undefined;
}

/**
 * The paths of the URLs in data that hold a password: as items they would end up in rows.
 *
 * Signatures pass, for a list of signed URLs is of use and ends by itself.
 */
export function findPasswords(data: Json, path: Path): readonly Path[] {
  if (typeof data === 'string') return hasPassword(data) ? [path] : [];
  if (typeof data !== 'object' || data === null) return [];
  if (Array.isArray(data)) return data.flatMap((item: Json, i) => findPasswords(item, [...path, i]));
  return Object.entries(data).flatMap(([name, member]) => findPasswords(member as Json, [...path, name]));
}
