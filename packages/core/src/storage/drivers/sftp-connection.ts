import { connect, isIP, type Socket } from 'node:net';
import type { Client, ConnectConfig, ServerHostKeyAlgorithm, SFTPWrapper } from 'ssh2';
import { AllowedHosts } from '../../lib/address.ts';
import { checkedLookup, checkLiteralAddress } from '../../lib/http-lookup.ts';
import { joinWrites } from '../../lib/join-writes.ts';
import { StoreTrouble } from '../../model/driver.ts';
import { importSdk } from './import-sdk.ts';
import { SftpChannel } from './sftp-channel.ts';
import { keyAlgorithms, refusalOf } from './sftp-host-key.ts';
import { giveKeyObjects } from './sftp-keys.ts';
import type { SftpOptions } from './sftp-options.ts';

// Each has a server process of its own; servers allow ten on one connection.
const mostChannels = 4;

/** One SSH connection with a few SFTP channels, made when it is needed and again after it was lost. */
export class SftpConnection {
  readonly #options: SftpOptions;
  readonly #allowHosts: readonly string[];
  #live: Promise<Live> | undefined;
  #turn = 0;

  constructor(options: SftpOptions, allowHosts: readonly string[]) {
    this.#options = options;
    this.#allowHosts = allowHosts;
  }

  /** One of the channels, in turns. Throws trouble `denied` for a wrong key, of ours or of the host. */
  async channel(): Promise<SftpChannel> {
    const live = await this.#connected();
    const turn = this.#turn++ % mostChannels;
    const held = live.channels[turn];
    if (held !== undefined && !(await held).isLost) return held;
    const made = openChannel(live.client);
    live.channels[turn] = made;
    made.catch(() => {
      if (live.channels[turn] === made) live.channels[turn] = undefined;
    });
    return made;
  }

  async close(): Promise<void> {
    const live = await this.#live?.catch(() => undefined);
    this.#live = undefined;
    live?.client.end();
    live?.socket.destroySoon();
  }

  #connected(): Promise<Live> {
    if (this.#live !== undefined) return this.#live;
    const made = this.#connect();
    this.#live = made;
    const forget = (): void => {
      if (this.#live === made) this.#live = undefined;
    };
    made.then(({ client }) => client.once('close', forget), forget);
    return made;
  }

  async #connect(): Promise<Live> {
    const ssh2 = await importSdk({ name: 'ssh2', version: '^1.17.0' }, () => import('ssh2'));
    const socket = this.#socket();
    const client = new ssh2.default.Client();
    giveKeyObjects(client);
    // Said by us: the library's own word for it is "verification failed".
    let refused: string | undefined;
    const config = this.#config(socket, (key) => {
      refused = refusalOf(key, this.#options.hostKey);
      return refused === undefined;
    });
    try {
      await new Promise<void>((resolve, reject) => {
        client.once('ready', resolve);
        // For good: a connection may fail again later, and then nobody else listens.
        client.on('error', reject);
        client.once('close', () => reject(new StoreTrouble('unavailable', `${this.#name} closed the connection`)));
        client.connect(config);
      });
    } catch (error) {
      client.end();
      socket.destroy();
      throw refused === undefined ? asTrouble(error, this.#name) : denied(this.#name, refused);
    }
    const channels: Live['channels'] = [];
    client.once('close', () => {
      for (const channel of channels)
        channel?.then(
          (open) => open.lose(),
          () => undefined,
        );
    });
    return { client, socket, channels };
  }

  get #name(): string {
    return `sftp://${this.#options.host}:${this.#options.port}`;
  }

  /** A socket of our own: without TCP_NODELAY every small request waits 40 ms, and addresses are checked as for HTTP. */
  #socket(): Socket {
    const { host, port } = this.#options;
    const allowed = new AllowedHosts(this.#allowHosts);
    checkLiteralAddress(allowed, new URL(`ssh://${isIP(host) === 6 ? `[${host}]` : host}`), port);
    const socket = connect({ host, port, lookup: checkedLookup(allowed, port) });
    socket.setNoDelay(true);
    joinWrites(socket);
    return socket;
  }

  #config(socket: Socket, isKnown: (key: Buffer) => boolean): ConnectConfig {
    const { username, password, privateKey, passphrase, agent, hostKey, idleTimeoutMs } = this.#options;
    const serverHostKey = keyAlgorithms(hostKey);
    return {
      sock: socket,
      username,
      ...(password === undefined ? {} : { password, tryKeyboard: false }),
      ...(privateKey === undefined ? {} : { privateKey }),
      ...(passphrase === undefined ? {} : { passphrase }),
      ...(agent === undefined ? {} : { agent }),
      ...(serverHostKey === undefined
        ? {}
        : { algorithms: { serverHostKey: serverHostKey as ServerHostKeyAlgorithm[] } }),
      hostVerifier: isKnown,
      readyTimeout: idleTimeoutMs,
      // A peer that vanished is noticed without a byte of ours under way.
      keepaliveInterval: Math.max(1000, Math.floor(idleTimeoutMs / 4)),
      keepaliveCountMax: 3,
    };
  }
}

interface Live {
  readonly client: Client;
  readonly socket: Socket;
  readonly channels: (Promise<SftpChannel> | undefined)[];
}

async function openChannel(client: Client): Promise<SftpChannel> {
  const sftp = await new Promise<SFTPWrapper>((resolve, reject) => {
    client.sftp((error, opened) => (error === undefined ? resolve(opened) : reject(error)));
  }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreTrouble('unavailable', `no SFTP channel was opened: ${why}`);
  });
  return new SftpChannel(sftp);
}

function denied(name: string, reason: string): StoreTrouble {
  return new StoreTrouble('denied', `${name}: ${reason}`, { reason });
}

/** What connecting failed with; system errors and refused addresses stay as they are. */
function asTrouble(error: unknown, name: string): unknown {
  if (!(error instanceof Error) || error instanceof StoreTrouble) return error;
  const { level, code } = error as { readonly level?: unknown; readonly code?: unknown };
  if (level === 'client-authentication') return denied(name, 'no key or password was accepted');
  if (level === 'client-timeout') return new StoreTrouble('unavailable', `${name} did not answer in time`);
  if (level === 'agent') return denied(name, `the SSH agent cannot be used: ${error.message}`);
  if (/privateKey|passphrase/i.test(error.message)) return denied(name, error.message);
  if (level === 'client-socket' || typeof code === 'string') return error;
  return new StoreTrouble('unavailable', `${name}: ${error.message}`);
}
