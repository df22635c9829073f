import { registryFailures } from '../failures.ts';
import type { DvcConfig } from '../formats/config-file.ts';
import { linkTypes } from '../objects/place-file.ts';

const common = ['url', 'jobs', 'checksum_jobs', 'verify', 'worktree', 'version_aware'];

/** What DVC 3 knows in each section; anything else makes it refuse the whole config. */
const sections: { readonly [section: string]: readonly string[] } = {
  core: [
    'remote',
    'autostage',
    'checksum_jobs',
    'check_update',
    'no_scm',
    'hardlink_lock',
    'interactive',
    'analytics',
    'site_cache_dir',
    'machine',
    'experiments',
  ],
  cache: [
    'dir',
    'type',
    'shared',
    'slow_link_warning',
    'verify',
    'protected',
    'local',
    's3',
    'gs',
    'hdfs',
    'ssh',
    'azure',
  ],
  state: ['dir', 'row_limit', 'row_cleanup_quota'],
  index: ['dir'],
  feature: ['machine', 'data_index_cache', 'push_exp_to_git'],
  plots: ['html_template', 'out_dir', 'auto_open'],
  exp: ['auto_push', 'git_remote'],
  parsing: ['bool', 'list'],
  hydra: ['enabled', 'config_dir', 'config_name', 'config_module', 'plugins_path'],
  studio: ['token', 'url', 'offline', 'repo_url'],
};

const auth = ['user', 'password', 'ask_password'];
const tls = ['ssl_verify', 'cert_path', 'key_path', 'timeout', 'connect_timeout', 'read_timeout'];
const remoteKeys: { readonly [scheme: string]: readonly string[] } = {
  s3: [
    'region',
    'profile',
    'credentialpath',
    'configpath',
    'endpointurl',
    'access_key_id',
    'secret_access_key',
    'session_token',
    'listobjects',
    'use_ssl',
    'ssl_verify',
    'allow_anonymous_login',
    'sse',
    'sse_kms_key_id',
    'sse_customer_algorithm',
    'sse_customer_key',
    'acl',
    'grant_read',
    'grant_read_acp',
    'grant_write_acp',
    'grant_full_control',
    'read_timeout',
    'connect_timeout',
    'cache_regions',
  ],
  gs: ['projectname', 'credentialpath', 'endpointurl', 'allow_anonymous_login'],
  azure: [
    'connection_string',
    'account_name',
    'account_key',
    'sas_token',
    'tenant_id',
    'client_id',
    'client_secret',
    'allow_anonymous_login',
    'exclude_environment_credential',
    'exclude_visual_studio_code_credential',
    'exclude_shared_token_cache_credential',
    'exclude_managed_identity_credential',
    'timeout',
    'read_timeout',
    'connection_timeout',
  ],
  webdav: [...auth, ...tls, 'token', 'bearer_token_command', 'custom_auth_header'],
  ssh: [
    ...auth,
    'port',
    'keyfile',
    'passphrase',
    'ask_passphrase',
    'gss_auth',
    'allow_agent',
    'max_sessions',
    'timeout',
    'host',
  ],
  http: [...auth, ...tls, 'auth', 'custom_auth_header', 'method'],
  local: ['type', 'slow_link_warning'],
};

const schemeNames: { readonly [scheme: string]: string } = {
  s3: 's3',
  gs: 'gs',
  azure: 'azure',
  webdav: 'webdav',
  webdavs: 'webdav',
  ssh: 'ssh',
  http: 'http',
  https: 'http',
};

/** Throws `registry.key-unknown` for the first key DVC would refuse; services DVC knows and we do not pass. */
export function checkConfigKeys(config: DvcConfig, file: string): void {
  for (const [name, keys] of config.sections) {
    const known = sections[name];
    if (known === undefined) {
      throw registryFailures['key-unknown']({ file, key: `[${name}]`, known: Object.keys(sections) });
    }
    checkKeys([...keys.keys()], known, file);
  }
  // A word that is none would leave another kind of link than was meant; DVC refuses it too.
  const types = config.sections.get('cache')?.get('type') ?? [];
  const strange = (typeof types === 'string' ? types.split(',') : types).find((each) => !isLinkType(each.trim()));
  if (strange !== undefined)
    throw registryFailures['key-unknown']({ file, key: `type = ${strange}`, known: linkTypes });
  for (const keys of config.remotes.values()) {
    const url = keys.get('url');
    // `config.local` holds passwords without a url; then any remote's key may stand.
    if (typeof url !== 'string') {
      checkKeys([...keys.keys()], [...common, ...Object.values(remoteKeys).flat()], file);
      continue;
    }
    const scheme = /^([a-z0-9+]+):\/\//.exec(url)?.[1];
    const kind = scheme === undefined ? 'local' : schemeNames[scheme];
    if (kind !== undefined) checkKeys([...keys.keys()], [...common, ...(remoteKeys[kind] ?? [])], file);
  }
}

function isLinkType(name: string): boolean {
  return linkTypes.some((type) => type === name);
}

function checkKeys(keys: readonly string[], known: readonly string[], file: string): void {
  const unknown = keys.find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw registryFailures['key-unknown']({ file, key: unknown, known: [...new Set(known)].sort() });
}

const secretKeys = new Set([
  'secret_access_key',
  'session_token',
  'sse_customer_key',
  'connection_string',
  'account_key',
  'sas_token',
  'client_secret',
  'password',
  'token',
  'passphrase',
  'custom_auth_header',
]);

/** Whether the value of a remote's key is nobody's business: it is masked, and never an argument of a command. */
export function isSecretKey(key: string): boolean {
  return secretKeys.has(key);
}

const counts = new Set(['jobs', 'checksum_jobs', 'port', 'max_sessions', 'timeout', 'connection_timeout']);
const seconds = new Set(['read_timeout', 'connect_timeout']);
const switches = new Set([
  'verify',
  'worktree',
  'version_aware',
  'use_ssl',
  'listobjects',
  'allow_anonymous_login',
  'ask_password',
  'ask_passphrase',
  'gss_auth',
  'allow_agent',
]);

/** Throws `registry.key-unknown` for a remote's value that is no number or switch where DVC reads one. */
export function checkRemoteValue(key: string, value: string, file: string): void {
  const wanted = counts.has(key)
    ? ([/^\d+$/, 'a whole number'] as const)
    : seconds.has(key)
      ? ([/^\d+(?:\.\d+)?$/, 'a number of seconds'] as const)
      : switches.has(key) || key.startsWith('exclude_')
        ? ([/^(?:true|false)$/i, 'true or false'] as const)
        : undefined;
  if (wanted === undefined || (wanted[0].test(value) && !(key.endsWith('jobs') && Number(value) === 0))) return;
  throw registryFailures['key-unknown']({ file, key: `${key} = ${value}`, known: [wanted[1]] });
}
