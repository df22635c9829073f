// Every real server as one place: an entry under `stores:` for ours, a remote for rclone.
import { mkdirSync } from 'node:fs';
import { prepareAzurite, startAzurite } from './azurite.ts';
import { prepareCeph, startCeph } from './ceph.ts';
import { prepareFakeGcs, startFakeGcs } from './fake-gcs.ts';
import { makeBucket } from './s3-bucket.ts';
import { findSshd, prepareSshd, startSshd } from './sshd.ts';
import { prepareSwift, startSwift } from './swift.ts';
import { prepareWebdav, startWebdav } from './webdav.ts';

/** A server that runs. */
export interface ServedPlace {
  /** The entry under `stores:`, in the words of `runner.yaml`; its secrets are `env:PLACE_SECRET`. */
  readonly entry: { readonly [option: string]: string | boolean };
  /** What PLACE_SECRET is; of a server on this machine, so it opens nothing else. */
  readonly secret: string;
  /** Options of an rclone remote, and the bucket to put before every path. */
  readonly rclone: { readonly options: { readonly [option: string]: string }; readonly bucket: string };
  /** Where requests go, when nothing in them depends on the port; `entry` and `options` hold this very text. */
  readonly url?: string;
  /** Where files lie on this machine, when the server keeps plain files. */
  readonly folder?: string;
  stop(): Promise<void>;
}

export interface PlaceKind {
  readonly name: string;
  /** Installs the server where it may; returns why it cannot run here, or undefined. */
  prepare(): Promise<string | undefined>;
  start(): Promise<ServedPlace>;
  /** True where thousands of small files take minutes: the server's own doing, or rclone's there. */
  readonly slow?: true;
}

const bucket = 'plankton';

async function apache(): Promise<ServedPlace> {
  const server = await startWebdav('apache-basic');
  const { url, username, password, root } = server;
  return {
    entry: { url: `webdav+${url}`, username, password: 'env:PLACE_SECRET', auth: 'basic' },
    secret: password,
    rclone: { options: { type: 'webdav', vendor: 'other', url, user: username, pass: password }, bucket: '' },
    url,
    folder: `${root}/data`,
    stop: () => server.stop(),
  };
}

async function ceph(): Promise<ServedPlace> {
  const server = await startCeph();
  const { url, accessKeyId, secretAccessKey } = server;
  await makeBucket(server, bucket);
  const keys = { access_key_id: accessKeyId, secret_access_key: secretAccessKey };
  return {
    entry: {
      url: `s3://${bucket}`,
      endpoint: url,
      accessKeyId,
      secretAccessKey: 'env:PLACE_SECRET',
      conditionalPut: true,
    },
    secret: secretAccessKey,
    rclone: { options: { type: 's3', provider: 'Ceph', endpoint: url, ...keys }, bucket },
    url,
    stop: () => server.stop(),
  };
}

async function swift(): Promise<ServedPlace> {
  const server = await startSwift();
  const { url, username, password } = server;
  const authUrl = `${url}/auth/v1.0`;
  return {
    entry: { url: `swift://${bucket}`, authUrl, username, password: 'env:PLACE_SECRET', createContainer: true },
    secret: password,
    rclone: { options: { type: 'swift', user: username, key: password, auth: authUrl }, bucket },
    stop: () => server.stop(),
  };
}

async function azurite(): Promise<ServedPlace> {
  const server = await startAzurite();
  const { endpoint, accountName, accountKey } = server;
  return {
    entry: { url: `az://${bucket}`, endpoint, accountName, accountKey: 'env:PLACE_SECRET', createContainer: true },
    secret: accountKey,
    rclone: { options: { type: 'azureblob', account: accountName, key: accountKey, endpoint }, bucket },
    stop: () => server.stop(),
  };
}

async function gcs(): Promise<ServedPlace> {
  const server = await startFakeGcs();
  const { endpoint } = server;
  const options = { type: 'gcs', anonymous: 'true', endpoint: `${endpoint}/storage/v1/`, project_number: 'lab' };
  return {
    entry: { url: `gs://${bucket}`, endpoint, createBucket: true, projectId: 'lab' },
    secret: 'none',
    rclone: { options, bucket },
    stop: () => server.stop(),
  };
}

async function sshd(): Promise<ServedPlace> {
  const server = await startSshd(findSshd()!);
  const { port, user, key, knownHosts, dir } = server;
  const folder = `${dir}/data`;
  mkdirSync(folder);
  // Without a shell it does not start a program for the checksum of each file, which takes it 70 ms.
  const options = { type: 'sftp', host: '127.0.0.1', port: String(port), user, key_file: key, shell_type: 'none' };
  return {
    entry: { url: `sftp://${user}@127.0.0.1:${port}${folder}`, key, knownHosts },
    secret: 'none',
    rclone: { options: { ...options, known_hosts_file: knownHosts }, bucket: folder },
    stop: async () => server[Symbol.asyncDispose](),
  };
}

/** The servers that stores are tried and measured on. */
export const placeKinds: readonly PlaceKind[] = [
  { name: 'Apache (WebDAV)', prepare: () => prepareWebdav('apache-basic'), start: apache },
  { name: 'Ceph (S3)', prepare: prepareCeph, start: ceph },
  { name: 'Swift', prepare: prepareSwift, start: swift },
  { name: 'Azurite', prepare: prepareAzurite, start: azurite, slow: true },
  { name: 'fake-gcs-server', prepare: prepareFakeGcs, start: gcs, slow: true },
  { name: 'sshd (SFTP)', prepare: prepareSshd, start: sshd },
];

/** A store's entry as a line of `runner.yaml`. */
export function entryLine(name: string, { entry }: ServedPlace): string {
  return `  ${name}: ${JSON.stringify(entry)}\n`;
}
