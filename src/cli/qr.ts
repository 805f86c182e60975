/** The server's address as a QR code, for a telephone on the same network. */

import type { NetworkInterfaceInfo } from "node:os";
import { type Scheme, urlOf } from "../server/url.ts";
import { isLoopback } from "./addresses.ts";

/** Black on white whatever the theme's colours are: these two of the 256 are the same everywhere. */
const BLACK_ON_WHITE = "\x1b[38;5;16;48;5;231m";
const RESET = "\x1b[0m";

/** Modules around a code: without them it is not found on a dark screen. */
const BORDER = 2;

/** Two rows of modules as a line of half blocks: which of upper and lower is dark. */
const BLOCKS = { none: " ", upper: "\u2580", lower: "\u2584", both: "\u2588" } as const;

/** A code as lines of text; of `modules`, the dark ones are true. */
export function drawCode(modules: readonly (readonly boolean[])[]): string {
  const lines: string[] = [];
  for (let row = 0; row < modules.length; row += 2) {
    const upper = modules[row] ?? [];
    const lower = modules[row + 1];
    const blocks = upper.map((isDark, column) => blockOf(isDark, lower?.[column] === true));
    lines.push(`${BLACK_ON_WHITE}${blocks.join("")}${RESET}\n`);
  }
  return lines.join("");
}

function blockOf(isUpperDark: boolean, isLowerDark: boolean): string {
  if (isUpperDark) return isLowerDark ? BLOCKS.both : BLOCKS.upper;
  return isLowerDark ? BLOCKS.lower : BLOCKS.none;
}

/** `text` as a QR code. Rejects where the package that makes it is not installed. */
export async function qrCode(text: string): Promise<string> {
  const { encode } = await import("uqr");
  return drawCode(encode(text, { border: BORDER }).data);
}

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/**
 * Where another device on the network reaches a server that is bound to `host`; undefined where none can: the server
 * listens for this machine alone, or the machine is on no network.
 */
export function networkUrl(
  host: string,
  port: number,
  interfaces: Interfaces,
  scheme: Scheme = "http",
): string | undefined {
  if (isLoopback(host)) return undefined;
  if (host !== "" && host !== "::" && host !== "0.0.0.0") return urlOf(scheme, host, port);
  const outside = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal, address }) => family === "IPv4" && !internal && !isLinkLocal(address))
    .map(({ address }) => address);
  // Addresses of a home's or an office's network first: a container's bridge has one of 172.16.0.0/12.
  const best = outside.find((address) => /^(?:192\.168|10)\./.test(address)) ?? outside[0];
  return best === undefined ? undefined : urlOf(scheme, best, port);
}

/** An address that a machine gives itself where nobody else does (RFC 3927). */
function isLinkLocal(address: string): boolean {
  return address.startsWith("169.254.");
}
