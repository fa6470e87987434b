const GROUPS = 8;

/** An address without the zone that says which interface it is of: `fe80::1%eth0` is `fe80::1`. */
export function withoutZone(address: string): string {
  return address.replace(/%.*$/s, '');
}

/** The 16 bytes of an IPv6 address without a zone. */
export function toBytes(address: string): readonly number[] {
  // The URL parser brings every spelling into one: hexadecimal groups, at most one gap.
  const [front = '', back = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [before, after] = [toGroups(front), toGroups(back)];
  const gap = new Array<number>(GROUPS - before.length - after.length).fill(0);
  return [...before, ...gap, ...after].flatMap((group) => [group >> 8, group & 0xff]);
}

/** Four bytes as an IPv4 address. */
export function toIpv4(bytes: readonly number[]): string {
  return bytes.join('.');
}

function toGroups(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
