import type { Socket } from 'node:net';
import type { Agent, Dispatcher, buildConnector } from 'undici';
import { AllowedHosts } from './address.ts';
import { checkedLookup, checkLiteralAddress } from './http-lookup.ts';

// 4 s: below the 5 s after which common servers (Node, Apache) close an idle connection.
const keepMs = 4_000;
// Silence is ended by who asked; a connection that nobody waits for any more is given up after this.
const connectMs = 60_000;

/** The bytes a socket had read when it failed: none means that no answer ever came over it. */
export interface SocketFailure {
  readonly bytesRead?: number;
}

/** Kept connections under the policy on hosts, made for the first request: most commands send none. */
export class HttpAgent {
  readonly #hosts: CheckedHosts;
  #agent: Promise<Agent> | undefined;

  constructor(allowHosts: readonly string[]) {
    this.#hosts = new CheckedHosts(new AllowedHosts(allowHosts));
  }

  /** What requests to this URL are given to; throws {@link HttpTrouble} for a host that is a refused address. */
  async dispatcherFor(url: URL): Promise<Dispatcher> {
    this.#hosts.check(url);
    return (this.#agent ??= makeAgent(this.#hosts));
  }

  close(): void {
    void this.#agent?.then((agent) => agent.destroy()).catch(() => undefined);
  }
}

async function makeAgent(hosts: CheckedHosts): Promise<Agent> {
  // Not the whole library: with its fetch, caches and web sockets it takes more than twice as long to load.
  const [{ default: AgentOfUndici }, { default: connectorWith }] = await Promise.all([
    import('undici/lib/dispatcher/agent.js'),
    import('undici/lib/core/connect.js'),
  ]);
  const connectors = new Map<string, buildConnector.connector>();
  const connectorFor = (port: string): buildConnector.connector => {
    let connector = connectors.get(port);
    if (connector === undefined) {
      connector = connectorWith({ allowH2: false, timeout: connectMs, lookup: hosts.lookup(Number(port)) });
      connectors.set(port, connector);
    }
    return connector;
  };
  return new AgentOfUndici({
    allowH2: false,
    keepAliveTimeout: keepMs,
    keepAliveMaxTimeout: keepMs,
    // Who asks keeps the time: a slow reader is no silent service, and parts of a long upload are progress.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options, callback) => {
      const port = options.port === '' ? (options.protocol === 'https:' ? '443' : '80') : options.port;
      connectorFor(port)(options, (...result) => {
        if (result[0] === null) tellBytesRead(result[1]);
        callback(...result);
      });
    },
  });
}

function tellBytesRead(socket: Socket): void {
  socket.on('error', (error) => Object.assign(error, { bytesRead: socket.bytesRead } satisfies SocketFailure));
}

// Hosts that redirects lead to have no end; those of one project's stores are a handful.
const mostHosts = 256;

/** The policy on hosts, asked once for each: a set of small files lies on one. */
class CheckedHosts {
  readonly #allowed: AllowedHosts;
  readonly #checked = new Set<string>();

  constructor(allowed: AllowedHosts) {
    this.#allowed = allowed;
  }

  /** Throws for a host that is a refused address; a name's addresses are checked at every connection. */
  check(url: URL): void {
    const id = `${url.protocol}${url.host}`;
    if (this.#checked.has(id)) return;
    checkLiteralAddress(this.#allowed, url, portOf(url));
    if (this.#checked.size === mostHosts) this.#checked.clear();
    this.#checked.add(id);
  }

  lookup(port: number): ReturnType<typeof checkedLookup> {
    return checkedLookup(this.#allowed, port);
  }
}

function portOf({ protocol, port }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
