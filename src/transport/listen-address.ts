/** An address to listen on, and why that cannot be done, in words. */

/** `[host, port]`, or the path of a unix socket. */
export type ListenAddress = readonly [host: string, port: number] | string;

/** An address that cannot be listened on. The message says why, and what to do where that is known. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  /** The system's name for the reason (`EADDRINUSE`); `ENOTFOUND` for a host that nothing is known of. */
  readonly code: string;

  constructor(address: ListenAddress, code: string, cause: unknown) {
    super(`Cannot listen on ${describeAddress(address)}: ${reasonFor(code, address)}`, { cause });
    this.code = code;
  }
}

/** The system's name for why listening failed. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  // Bun gives no code for a name that nothing is known of.
  return typeof code === "string" && code !== "" ? code : "ENOTFOUND";
}

function describeAddress(address: ListenAddress): string {
  if (typeof address === "string") return address;
  const [host, port] = address;
  return `${host || "all addresses"} port ${port}`;
}

function reasonFor(code: string, address: ListenAddress): string {
  switch (code) {
    case "EADDRINUSE":
      return "address already in use (port 0 picks a free one)";
    case "EADDRNOTAVAIL":
      return "this machine does not have that address";
    case "EACCES":
      return typeof address !== "string" && address[1] < 1024
        ? "ports below 1024 need privileges"
        : "permission denied";
    case "EAFNOSUPPORT":
      return "this machine does not speak that kind of address";
    case "ERR_OUT_OF_RANGE":
      return "a port is a number from 0 to 65535";
    case "EMFILE":
      return "no more files and sockets may be opened (ulimit -n)";
    case "ENOTSUP":
      return "its certificate cannot be renewed on this system; start the server anew";
    case "ENOTFOUND":
      return "the address is not known";
    default:
      return code;
  }
}
