// Configuration of a whole Swift on one machine: one proxy, one server of each kind, one folder as the only disk.

export interface SwiftPlace {
  readonly root: string;
  /** The proxy's; the servers behind it and memcached have the four after it in `ports`. */
  readonly ports: {
    readonly proxy: number;
    readonly object: number;
    readonly container: number;
    readonly account: number;
    readonly memcached: number;
  };
  readonly user: string;
  /** Where Keystone serves; without it the proxy keeps its own users. */
  readonly keystoneUrl: string | undefined;
  /** Seconds a token of the proxy's own users lives. */
  readonly tokenLifeSeconds: number;
  /** 5 GiB is the real limit; lower ones are for tests. */
  readonly maxObjectBytes: number;
}

export function swiftConf(place: SwiftPlace): string {
  return `[swift-hash]
swift_hash_path_suffix = runner
swift_hash_path_prefix = runner
[storage-policy:0]
name = Policy-0
default = yes
[swift-constraints]
max_file_size = ${place.maxObjectBytes}
`;
}

export function storageConf(place: SwiftPlace, kind: 'object' | 'container' | 'account'): string {
  return `[DEFAULT]
devices = ${place.root}/dev
mount_check = false
bind_ip = 127.0.0.1
bind_port = ${place.ports[kind]}
workers = 1
user = ${place.user}
swift_dir = ${place.root}/etc
recon_cache_path = ${place.root}/cache
log_level = WARNING
fallocate_reserve = 0
[pipeline:main]
pipeline = healthcheck ${kind}-server
[app:${kind}-server]
use = egg:swift#${kind}
# Fewer fsyncs for each upload; a PUT still syncs its file.
mb_per_sync = 512
[filter:healthcheck]
use = egg:swift#healthcheck
[object-updater]
[object-expirer]
`;
}

/** With S3 before the proxy's own users; Keystone's users come over Swift's own protocol only. */
export function proxyConf(place: SwiftPlace): string {
  const auth = place.keystoneUrl === undefined ? 's3api tempauth' : 'authtoken keystoneauth';
  const before = 'catch_errors gatekeeper healthcheck proxy-logging cache listing_formats bulk tempurl';
  const behind = 'copy container-quotas account-quotas slo dlo versioned_writes symlink proxy-logging proxy-server';
  return `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${place.ports.proxy}
workers = 1
user = ${place.user}
swift_dir = ${place.root}/etc
log_level = INFO
log_name = proxy
expose_info = true
[pipeline:main]
pipeline = ${before} ${auth} ${behind}
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
# A busy machine is no broken disk: half a second and ten misses would shut the only one out for a minute.
conn_timeout = 10
node_timeout = 60
error_suppression_limit = 1000000
[filter:tempauth]
use = egg:swift#tempauth
token_life = ${place.tokenLifeSeconds}
storage_url_scheme = default
user_test_tester = testing .admin
user_test_reader = reading
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
s3_acl = false
max_upload_part_num = 10000
max_multi_delete_objects = 1000
multi_delete_concurrency = 4
allow_no_owner = true
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${place.ports.memcached}
[filter:slo]
use = egg:swift#slo
# As many as the S3 side has parts.
max_manifest_segments = 10000
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true
${place.keystoneUrl === undefined ? '' : keystoneFilters(place.keystoneUrl)}${plainFilters}`;
}

function keystoneFilters(url: string): string {
  return `[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
www_authenticate_uri = ${url}
auth_url = ${url}
auth_type = password
username = admin
password = adminpass
project_name = admin
user_domain_id = default
project_domain_id = default
delay_auth_decision = true
[filter:keystoneauth]
use = egg:swift#keystoneauth
operator_roles = admin, member
project_reader_roles = reader
`;
}

const plainFilters = [
  ['catch_errors', 'catch_errors'],
  ['gatekeeper', 'gatekeeper'],
  ['healthcheck', 'healthcheck'],
  ['proxy-logging', 'proxy_logging'],
  ['listing_formats', 'listing_formats'],
  ['bulk', 'bulk'],
  ['tempurl', 'tempurl'],
  ['copy', 'copy'],
  ['container-quotas', 'container_quotas'],
  ['account-quotas', 'account_quotas'],
  ['dlo', 'dlo'],
  ['symlink', 'symlink'],
]
  .map(([name, egg]) => `[filter:${name}]\nuse = egg:swift#${egg}\n`)
  .join('');
