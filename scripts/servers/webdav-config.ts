// What Apache and nginx are told; each serves `<root>/data` on one loopback port to one user.

export interface DavPlace {
  readonly root: string;
  readonly port: number;
  readonly isRoot: boolean;
}

const apacheModules = [
  'mpm_event',
  'authn_core',
  'authn_file',
  'authz_core',
  'authz_user',
  'auth_basic',
  'auth_digest',
];
const davModules = ['dir', 'mime', 'dav', 'dav_fs', 'dav_lock'];

export function apacheConfig({ root, port, isRoot }: DavPlace, login: 'basic' | 'digest'): string {
  const modules = [...apacheModules, ...davModules];
  return [
    `ServerRoot ${root}`,
    'ServerName localhost',
    `Listen 127.0.0.1:${port}`,
    `PidFile ${root}/run/httpd.pid`,
    `DefaultRuntimeDir ${root}/run`,
    `Mutex file:${root}/run`,
    'ErrorLog /dev/stderr',
    'LogLevel warn',
    // Apache does not serve as root.
    ...(isRoot ? ['User www-data', 'Group www-data'] : []),
    ...modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
    'TypesConfig /dev/null',
    `DAVLockDB ${root}/run/DAVLock`,
    'LimitRequestBody 0',
    `DocumentRoot ${root}/data`,
    // `Depth: infinity` stays forbidden, as it is by default: that is what users meet.
    `<Directory ${root}/data>`,
    'Dav On',
    'AuthName dav',
    ...(login === 'digest'
      ? ['AuthType Digest', 'AuthDigestProvider file', `AuthUserFile ${root}/htdigest`]
      : ['AuthType Basic', `AuthUserFile ${root}/htpasswd`]),
    'Require valid-user',
    '</Directory>',
    '',
  ].join('\n');
}

export function nginxConfig({ root, port, isRoot }: DavPlace): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${root}/run/${name};`,
  );
  return `
load_module /usr/lib/nginx/modules/ngx_http_dav_ext_module.so;
${isRoot ? 'user www-data;' : ''}
daemon off;
pid ${root}/run/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  ${temporary.join('\n  ')}
  dav_ext_lock_zone zone=locks:10m;
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 0;
    root ${root}/data;
    location / {
      dav_methods PUT DELETE MKCOL COPY MOVE;
      dav_ext_methods PROPFIND OPTIONS LOCK UNLOCK;
      dav_ext_lock zone=locks;
      create_full_put_path off;
      auth_basic dav;
      auth_basic_user_file ${root}/htpasswd;
    }
  }
}
`;
}
