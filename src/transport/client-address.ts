/** The host that came last: clients come again, and idle connections hold on to their hosts. */
let lastAddress = "";
let lastHost = "";

/** An IPv4 address that comes through a socket for both families as plain IPv4; nothing for a unix socket. */
export function plainHost(address = ""): string {
  if (address !== lastAddress) {
    lastAddress = address;
    const isMapped = address.startsWith("::ffff:") && address.includes(".");
    lastHost = isMapped ? address.slice("::ffff:".length) : address;
  }
  return lastHost;
}
