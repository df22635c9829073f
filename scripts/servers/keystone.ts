// OpenStack Keystone v3 on loopback for tests: one project, a member, a reader, and Swift's address in its catalog.
// `node scripts/servers/keystone.ts` starts it with a Swift that believes it, until Ctrl-C.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePackages } from './packages.ts';
import { freePort, startProcess } from './process.ts';
import { prepareSwift, startSwift, type SwiftServer } from './swift.ts';

export interface KeystoneServer {
  /** As in `http://127.0.0.1:1234/v3`. */
  readonly authUrl: string;
  /** The same users, whose tokens live for `shortTokenSeconds` only; without that the same as `authUrl`. */
  readonly shortAuthUrl: string;
  readonly region: string;
  readonly project: string;
  /** May read and write. */
  readonly member: { readonly username: string; readonly password: string };
  /** May only read. */
  readonly reader: { readonly username: string; readonly password: string };
  /** Makes an application credential of the member. */
  applicationCredential(): Promise<{ readonly id: string; readonly secret: string }>;
  stop(): Promise<void>;
}

const admin = { username: 'admin', password: 'adminpass' };
const member = { username: 'alice', password: 'alicepass' };
const reader = { username: 'bob', password: 'bobpass' };
const region = 'RegionOne';
const project = 'demo';

/** Installs Keystone and Swift where it may; returns why they cannot run here, or undefined. */
export async function prepareKeystone(): Promise<string | undefined> {
  const keystone = await ensurePackages([
    { path: '/usr/bin/keystone-manage', package: 'keystone' },
    { path: '/usr/lib/python3/dist-packages/keystonemiddleware', package: 'python3-keystonemiddleware' },
    { path: '/usr/bin/uwsgi', package: 'uwsgi-core' },
    { path: '/usr/lib/uwsgi/plugins/python3_plugin.so', package: 'uwsgi-plugin-python3' },
  ]);
  return keystone ?? prepareSwift();
}

/**
 * Starts Keystone and a Swift behind it.
 *
 * For short tokens there is a second Keystone over the same tables: Swift's own tokens have to live long, or it logs in
 * again with every request.
 */
export async function startKeystone(
  settings: { readonly shortTokenSeconds?: number } = {},
): Promise<KeystoneServer & { readonly swift: SwiftServer }> {
  const root = mkdtempSync(join(tmpdir(), 'runner-keystone-'));
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(stops.map((end) => end()));
    rmSync(root, { recursive: true, force: true });
  };
  try {
    const port = await freePort();
    const swiftPort = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const starting = startSwift({ keystoneUrl: url, port: swiftPort });
    // Awaited below; until then its failure must not end the process.
    starting.catch(() => undefined);
    stops.push(async () => (await starting.catch(() => undefined))?.stop());
    await prepareDatabase(root, url);
    stops.push(await startUwsgi(root, port));
    let shortUrl = url;
    if (settings.shortTokenSeconds !== undefined) {
      const folder = join(root, 'short');
      mkdirSync(join(folder, 'uwsgi'), { recursive: true });
      writeConfig(folder, root, settings.shortTokenSeconds);
      const shortPort = await freePort();
      shortUrl = `http://127.0.0.1:${shortPort}`;
      stops.push(await startUwsgi(folder, shortPort));
    }
    await fillCatalog(`${url}/v3`, swiftPort);
    const swift = await starting;
    await untilTrusted(`${url}/v3`, swift.url);
    const applicationCredential = () => makeCredential(`${url}/v3`);
    const urls = { authUrl: `${url}/v3`, shortAuthUrl: `${shortUrl}/v3` };
    return { ...urls, region, project, member, reader, applicationCredential, swift, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function writeConfig(folder: string, root: string, tokenLifeSeconds: number): void {
  writeFileSync(
    join(folder, 'keystone.conf'),
    `[DEFAULT]
use_stderr = true
log_dir =
[database]
connection = sqlite:///${root}/keystone.db?timeout=30
[token]
provider = fernet
expiration = ${tokenLifeSeconds}
[identity]
# The least bcrypt takes: the passwords are no secret, and Swift logs in for each token that ends soon.
password_hash_rounds = 4
[fernet_tokens]
key_repository = ${root}/fernet
[credential]
key_repository = ${root}/credential
[cache]
# In its own memory: it looks up who may do what for every token, and SQLite is slow at that.
enabled = true
backend = dogpile.cache.memory
`,
  );
}

async function prepareDatabase(root: string, url: string): Promise<void> {
  for (const folder of ['fernet', 'credential', 'uwsgi']) mkdirSync(join(root, folder), { mode: 0o700 });
  const config = join(root, 'keystone.conf');
  writeConfig(root, root, 3600);
  const user = userInfo().username;
  const { stdout: group } = await promisify(execFile)('id', ['-gn']);
  const manage = (...args: readonly string[]) =>
    promisify(execFile)('keystone-manage', ['--config-file', config, ...args]);
  const owner = ['--keystone-user', user, '--keystone-group', group.trim()];
  await Promise.all([manage('db_sync'), manage('fernet_setup', ...owner), manage('credential_setup', ...owner)]);
  // Keystone writes while it reads in one request: without the log such writes find the database locked.
  const database = new DatabaseSync(join(root, 'keystone.db'));
  database.exec('PRAGMA journal_mode = WAL');
  database.close();
  const urls = ['public', 'internal', 'admin'].flatMap((kind) => [`--bootstrap-${kind}-url`, `${url}/v3`]);
  await manage('bootstrap', '--bootstrap-password', admin.password, '--bootstrap-region-id', region, ...urls);
}

/** One Keystone; `root` has its configuration. */
function startUwsgi(root: string, port: number): Promise<() => Promise<void>> {
  const server = ['--http-socket', `127.0.0.1:${port}`, '--plugin', 'python3', '--buffer-size', '65535'];
  const program = ['--wsgi-file', '/usr/bin/keystone-wsgi-public', '--lazy-apps', '--need-app', '--die-on-term'];
  // One thread: SQLite takes one writer. It ends each connection without a word, and Swift would use one again.
  const size = ['--master', '--processes', '1', '--threads', '1', '--add-header', 'Connection: close'];
  const config = ['--env', `OS_KEYSTONE_CONFIG_DIR=${root}`, '--env', 'OS_KEYSTONE_CONFIG_FILES=keystone.conf'];
  const isReady = async (): Promise<boolean> => {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/v3`, { signal: AbortSignal.timeout(5000) });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  };
  const args = [...server, ...program, ...size, ...config];
  return startProcess({ program: 'uwsgi', args, root: join(root, 'uwsgi'), isReady });
}

/** Keystone's own protocol, as far as it is needed to fill it. */
class Api {
  readonly #url: string;
  readonly token: string;
  readonly userId: string;
  readonly projectId: string;

  constructor(url: string, token: string, ids: { readonly user: string; readonly project: string }) {
    this.#url = url;
    this.token = token;
    this.userId = ids.user;
    this.projectId = ids.project;
  }

  static async login(url: string, who = admin, projectName = 'admin'): Promise<Api> {
    const domain = { id: 'default' };
    const identity = {
      methods: ['password'],
      password: { user: { name: who.username, domain, password: who.password } },
    };
    const body = JSON.stringify({ auth: { identity, scope: { project: { name: projectName, domain } } } });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/auth/tokens`, { method: 'POST', headers, body });
    if (response.status !== 201) throw new Error(`Keystone answered the login with ${response.status}`);
    const { token } = (await response.json()) as {
      readonly token: { readonly [of in 'user' | 'project']: { id: string } };
    };
    const ids = { user: token.user.id, project: token.project.id };
    return new Api(url, response.headers.get('x-subject-token') ?? '', ids);
  }

  /** Makes a thing and returns it; its id is what the next thing refers to. */
  async make(kind: string, thing: object): Promise<{ readonly id: string; readonly secret?: string }> {
    const made = (await this.#ask('POST', kind, thing)) as { readonly [name: string]: { readonly id: string } };
    const [first] = Object.values(made);
    if (first === undefined) throw new Error(`Keystone made no ${kind}`);
    return first;
  }

  async roleId(name: string): Promise<string> {
    const { roles } = (await this.#ask('GET', `roles?name=${name}`)) as { readonly roles: readonly { id: string }[] };
    return roles[0]?.id ?? '';
  }

  async put(path: string): Promise<void> {
    await this.#ask('PUT', path);
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.#url}/${path}`, {
      method,
      headers: { 'x-auth-token': this.token, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Keystone answered ${method} ${path} with ${response.status}: ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }
}

async function fillCatalog(authUrl: string, swiftPort: number): Promise<void> {
  // A login for each: tokens may live for seconds only.
  const make = async (kind: string, thing: object) => (await Api.login(authUrl)).make(kind, thing);
  const service = await make('services', { service: { type: 'object-store', name: 'swift' } });
  const url = `http://127.0.0.1:${swiftPort}/v1/AUTH_$(project_id)s`;
  const endpoint = { service_id: service.id, interface: 'public', region_id: region, url };
  await make('endpoints', { endpoint });
  const made = await make('projects', { project: { name: project, domain_id: 'default' } });
  for (const [who, role] of [
    [member, 'member'],
    [reader, 'reader'],
  ] as const) {
    const user = { name: who.username, domain_id: 'default', password: who.password };
    const { id } = await make('users', { user });
    const roleId = await (await Api.login(authUrl)).roleId(role);
    await (await Api.login(authUrl)).put(`projects/${made.id}/users/${id}/roles/${roleId}`);
  }
}

/** Swift refuses good tokens until it has logged in to Keystone itself, which it first tries when it must. */
async function untilTrusted(authUrl: string, swiftUrl: string): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    const { token, projectId } = await Api.login(authUrl, member, project);
    const headers = { 'x-auth-token': token };
    // With a key of the account, temporary URLs can be signed.
    const key = { 'x-account-meta-temp-url-key': 'signing' };
    const response = await fetch(`${swiftUrl}/v1/AUTH_${projectId}`, {
      method: 'POST',
      headers: { ...headers, ...key },
    });
    await response.body?.cancel();
    if (response.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error('Swift does not take the tokens of Keystone');
}

async function makeCredential(authUrl: string): Promise<{ readonly id: string; readonly secret: string }> {
  const api = await Api.login(authUrl, member, project);
  const credential = { name: `runner-${Date.now()}` };
  const made = await api.make(`users/${api.userId}/application_credentials`, { application_credential: credential });
  return { id: made.id, secret: made.secret ?? '' };
}

if (import.meta.main) {
  const why = await prepareKeystone();
  if (why !== undefined) throw new Error(why);
  const server = await startKeystone();
  const { username, password } = server.member;
  process.stdout.write(
    `Keystone on ${server.authUrl}, project ${server.project}, user ${username}, password ${password}; Ctrl-C ends it\n`,
  );
  process.once('SIGINT', () => void server.stop());
}
