/**
 * What stands between the brackets of a host (RFC 3986 3.2.2): an IPv6 address, or an address of a version that is
 * yet to come. It is rare, so it is read as text.
 */

const H16 = /^[0-9A-Fa-f]{1,4}$/;
const DEC_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const IPV4_ADDRESS = new RegExp(`^${DEC_OCTET}(?:\\.${DEC_OCTET}){3}$`);
const IPV_FUTURE = /^[Vv][0-9A-Fa-f]+\.[-._~!$&'()*+,;=:0-9A-Za-z]+$/;

const GROUPS = 8;

/** `IP-literal = "[" ( IPv6address / IPvFuture ) "]"`, without the brackets. */
export function isIPLiteral(text: string): boolean {
  return isIPv6Address(text) || IPV_FUTURE.test(text);
}

/** Eight groups, or fewer of them around one `::`, which stands for at least one. */
function isIPv6Address(text: string): boolean {
  const [before = "", after, ...more] = text.split("::");
  if (after === undefined) return countGroups(before, true) === GROUPS;
  return more.length === 0 && countGroups(before, false) + countGroups(after, true) < GROUPS;
}

/** How many groups of 16 bits `text` has, NaN where it is none; an IPv4 address may be the last two of them all. */
function countGroups(text: string, isAtEnd: boolean): number {
  if (text === "") return 0;
  const groups = text.split(":");
  const isMixed = isAtEnd && IPV4_ADDRESS.test(groups.at(-1)!);
  if (isMixed) groups.pop();
  return groups.every((group) => H16.test(group)) ? groups.length + (isMixed ? 2 : 0) : Number.NaN;
}
