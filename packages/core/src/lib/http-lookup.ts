import { lookup as resolveName, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isPrivateAddress, type AllowedHosts } from './address.ts';
import { HttpTrouble } from './http-trouble.ts';

/**
 * The name resolution of one connection: only addresses that passed the policy reach `connect`.
 *
 * Checking the name first and connecting later would let a second DNS answer differ from the first.
 */
export function checkedLookup(allowed: AllowedHosts, port: number): LookupFunction {
  return (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const reachable = addresses.filter(({ address }) => mayConnect(allowed, hostname, address, port));
      const [first] = reachable;
      if (first === undefined) callback(refused(hostname, addresses[0]), []);
      else if (options.all === true) callback(null, reachable);
      else callback(null, first.address, first.family);
    });
  };
}

/** Throws for a URL whose host is itself a refused address: those are never looked up. */
export function checkLiteralAddress(allowed: AllowedHosts, url: URL, port: number): void {
  const host = bareHost(url);
  if (isIP(host) !== 0 && !mayConnect(allowed, host, host, port)) throw refused(host);
}

/** The host of a URL, an IPv6 address without its brackets. */
function bareHost({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

function mayConnect(allowed: AllowedHosts, host: string, address: string, port: number): boolean {
  return !isPrivateAddress(address) || allowed.has(host, port) || allowed.has(address, port);
}

function refused(host: string, found?: LookupAddress): HttpTrouble {
  const where = found === undefined ? '' : ` (resolves to ${found.address})`;
  return new HttpTrouble('address', `${host}${where} is a private address`, { host });
}
