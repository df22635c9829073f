import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * Which network addresses a data source may not point at, unless the project names them.
 *
 * A URL found in a data file must not reach this machine, its local network or a cloud's metadata service.
 */

// IANA's special-purpose registries: everything that is not globally reachable. 169.254/16 holds the
// metadata services of all large clouds.
const privateRanges: readonly [network: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 127],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001:db8::', 32],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

const blocked = new BlockList();
for (const [network, prefix] of privateRanges) {
  blocked.addSubnet(network, prefix, isIPv4(network) ? 'ipv4' : 'ipv6');
}

/** True for loopback, private, link-local, metadata, multicast and reserved addresses; also when hidden in IPv6. */
export function isPrivateAddress(address: string): boolean {
  if (isIPv4(address)) return blocked.check(address, 'ipv4');
  // A scope (`fe80::1%eth0`) makes an address link-local by itself.
  if (!isIPv6(address) || address.includes('%')) return true;
  if (blocked.check(address, 'ipv6')) return true;
  const hidden = embeddedIpv4(address);
  return hidden !== undefined && blocked.check(hidden, 'ipv4');
}

/** The IPv4 address inside a mapped, compatible, NAT64 or 6to4 address; these would walk around the IPv4 rules. */
function embeddedIpv4(address: string): string | undefined {
  const groups = ipv6Groups(address);
  const upper = groups.slice(0, 5).every((group) => group === 0);
  if (upper && (groups[5] === 0xffff || groups[5] === 0)) return dotted(groups[6], groups[7]);
  if (groups[0] === 0x64 && groups[1] === 0xff9b) return dotted(groups[6], groups[7]);
  if (groups[0] === 0x2002) return dotted(groups[1], groups[2]);
  return undefined;
}

function dotted(high = 0, low = 0): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

// The URL parser writes IPv6 in its one canonical form, dotted tails included.
function ipv6Groups(address: string): number[] {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array<string>(gap).fill('0'), ...right].map((group) => Number.parseInt(group, 16));
}

/** Answers whether a host (or an address it resolved to) is named in the project's `allowHosts`. */
export class AllowedHosts {
  readonly #hosts: ReadonlySet<string>;

  /** Entries are `host`, `host:port`, an address, or `[ipv6]:port`. */
  constructor(entries: readonly string[]) {
    this.#hosts = new Set(entries.map((entry) => canonicalHost(entry)));
  }

  has(host: string, port: number): boolean {
    const name = canonicalHost(host);
    const withPort = name.includes(':') ? `[${name}]:${port}` : `${name}:${port}`;
    return this.#hosts.has(name) || this.#hosts.has(withPort);
  }
}

// `[::1]` and `::1` are one host, `Example.ORG.` is `example.org`.
function canonicalHost(text: string): string {
  const lower = text.toLowerCase().replace(/\.$/, '');
  return /^\[[^\]]*\]$/.test(lower) ? lower.slice(1, -1) : lower;
}
