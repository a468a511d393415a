import { lookup as systemLookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv6 } from 'node:net';

/** Addresses that are not of the public internet: special-purpose registries of IANA (RFC 6890 and its updates). */
const special = new BlockList();
for (const [net, bits] of [
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
] as const)
  special.addSubnet(net, bits, 'ipv4');
// Everything outside global unicast (2000::/3), and in it what embeds an IPv4 address or is for documentation.
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  special.addSubnet(net, bits, 'ipv6');

/** Is it an address of the public internet? */
export function isPublicAddress(address: string): boolean {
  if (!isIPv6(address)) return isIP(address) === 4 && !special.check(address, 'ipv4');
  return globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** All addresses of a host name; rejects when it has none. Injected by tests. */
export type Lookup = (host: string) => Promise<readonly Address[]>;

export const dnsLookup: Lookup = async (host) => {
  const found = await systemLookup(host, { all: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};

export class AddressRefused extends Error {}

/**
 * The address to connect to. It is resolved once, and what was checked is what is connected to.
 * Throws `AddressRefused` where the vendor may not name such an address, and what `lookup` throws.
 */
export async function resolveAddress(host: string, internal: boolean, lookup: Lookup): Promise<Address> {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  const family = isIP(bare);
  const all: readonly Address[] = family === 0 ? await lookup(bare) : [{ address: bare, family: family === 6 ? 6 : 4 }];
  // One bad address among good ones is a trap, not a choice.
  if (!internal && all.some(({ address }) => !isPublicAddress(address)))
    throw new AddressRefused(`${host} is not an address of the public internet`);
  const [first] = all;
  if (first === undefined) throw new Error(`${host} has no address`);
  return first;
}
