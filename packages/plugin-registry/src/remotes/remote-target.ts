import { homedir } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import type { DriverTarget } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import type { ConfigValue, Section } from '../formats/config-file.ts';
import { isSecretKey } from '../repo/config-keys.ts';
import { type Repo, textOf } from '../repo/repo.ts';

/** The remote a command means: the one named, or `core.remote`. */
export function remoteName(repo: Repo, name?: string): string {
  const wanted = name?.toLowerCase() ?? textOf(repo.config.sections.get('core')?.get('remote'));
  if (wanted === undefined) throw registryFailures['remote-none']({ root: repo.root });
  if (!repo.config.remotes.has(wanted)) {
    throw registryFailures['remote-unknown']({ name: wanted, known: [...repo.config.remotes.keys()] });
  }
  return wanted;
}

/** Throws `registry.remote-unknown` for a remote given by hand, also where nothing has to be asked of it. */
export function requireRemote(repo: Repo, given: string | undefined): void {
  if (given !== undefined) remoteName(repo, given);
}

/**
 * The place of a remote: its folder, or `dvc://name/repository`, a store that takes url and credentials from DVC's config.
 *
 * So no credential is ever part of a place, and the config stays the one that DVC reads.
 */
export function remotePlace(repo: Repo, name?: string): string {
  const remote = remoteName(repo, name);
  const { url } = remoteTarget(repo, remote);
  return isAbsolute(url) ? url : `dvc://${encodeURIComponent(remote)}${encodeURI(repo.root)}`;
}

/** DVC's url and options of a remote as a store of ours; relative folders start at `.dvc`. */
export function remoteTarget(repo: Repo, name: string): DriverTarget {
  const section = repo.config.remotes.get(name) ?? new Map<string, ConfigValue>();
  const url = textOf(section.get('url'));
  if (url === undefined) throw registryFailures['remote-url']({ name, url: '', why: 'it has no url' });
  const [, scheme, rest = ''] = /^([a-z0-9+]+):\/\/(.*)$/.exec(url) ?? [];
  if (scheme === undefined) {
    const path = url.replace(/^~(?=\/|$)/, homedir());
    return { url: isAbsolute(path) ? path : resolve(repo.root, '.dvc', path) };
  }
  if (scheme === 'remote') return below(repo, name, rest);
  const kind = kinds[scheme];
  if (kind === undefined)
    throw registryFailures['remote-url']({ name, url, why: `${scheme}:// is no store of the runner` });
  return kind(section, rest);
}

/** The store of ours behind a URL as DVC writes it, with the credentials of this machine; undefined for other schemes. */
export function storeOfUrl(scheme: string, rest: string): string | undefined {
  return kinds[scheme]?.(new Map(), rest).url;
}

// `remote://other/path` lies under another remote and takes its options.
function below(repo: Repo, name: string, rest: string): DriverTarget {
  const [other = '', ...path] = rest.split('/');
  if (other === name || !repo.config.remotes.has(other)) {
    throw registryFailures['remote-unknown']({ name: other, known: [...repo.config.remotes.keys()] });
  }
  const target = remoteTarget(repo, other);
  return { ...target, url: [target.url.replace(/\/+$/, ''), ...path].join('/') };
}

type Kind = (section: Section, rest: string) => DriverTarget;

const kinds: { readonly [scheme: string]: Kind } = {
  s3: (section, rest) =>
    target(section, `s3://${rest}`, {
      endpointurl: 'endpoint',
      region: 'region',
      profile: 'profile',
      access_key_id: 'accessKeyId',
      secret_access_key: 'secretAccessKey',
      session_token: 'sessionToken',
      allow_anonymous_login: 'anonymous',
    }),
  gs: (section, rest) =>
    target(section, `gs://${rest}`, {
      projectname: 'projectId',
      credentialpath: 'keyFile',
      endpointurl: 'endpoint',
      allow_anonymous_login: 'anonymous',
    }),
  azure: (section, rest) =>
    target(section, `az://${rest}`, {
      connection_string: 'connectionString',
      account_name: 'accountName',
      account_key: 'accountKey',
      sas_token: 'sasToken',
      allow_anonymous_login: 'anonymous',
    }),
  webdav: (section, rest) => target(section, `webdav+http://${rest}`, web),
  webdavs: (section, rest) => target(section, `webdav+https://${rest}`, web),
  http: (section, rest) => target(section, `http://${rest}`, web),
  https: (section, rest) => target(section, `https://${rest}`, web),
  ssh: (section, rest) =>
    target(section, `sftp://${withUser(section, rest)}`, {
      password: 'password',
      keyfile: 'keyFile',
      passphrase: 'passphrase',
    }),
};

const web = { user: 'username', password: 'password', token: 'token' };

function target(section: Section, url: string, names: { readonly [dvc: string]: string }): DriverTarget {
  const options: { [name: string]: unknown } = {};
  const secrets: string[] = [];
  for (const [dvc, ours] of Object.entries(names)) {
    const text = textOf(section.get(dvc));
    if (text === undefined) continue;
    options[ours] = /^(?:true|false)$/i.test(text) ? text.toLowerCase() === 'true' : text;
    if (isSecretKey(dvc)) secrets.push(text);
  }
  return { url, options, secrets };
}

function withUser(section: Section, rest: string): string {
  const [host = '', ...path] = rest.split('/');
  const [user, port] = [textOf(section.get('user')), textOf(section.get('port'))];
  const named = user === undefined || host.includes('@') ? host : `${encodeURIComponent(user)}@${host}`;
  return [port === undefined || /:\d+$/.test(named) ? named : `${named}:${port}`, ...path].join('/');
}
