/**
 * Why the server cannot listen, in one line for the person who started it. `undefined` for an error of any other
 * kind, which is a defect and not something they asked for.
 */
export function listenFailure(error: unknown, host: string, port: number): string | undefined {
  const reason = reasonOf(error, port);
  return reason && `cannot listen on ${host || "all addresses"} port ${port}: ${reason}`;
}

function reasonOf(error: unknown, port: number): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") return "the port is taken (0 picks a free one)";
  if (code === "EADDRNOTAVAIL") return "this machine does not have that address";
  if (code === "EACCES") return port < 1024 ? "ports below 1024 need privileges" : "permission denied";
  if (code === "EAFNOSUPPORT") return "this machine does not speak that kind of address";
  // Bun gives no code for a name that nothing is known of.
  if (code === "ENOTFOUND" || isBareListenError(error)) return "the address is not known";
  return typeof code === "string" && /^E[A-Z]+$/.test(code) ? code : undefined;
}

function isBareListenError(error: Error): boolean {
  return !("code" in error && error.code) && error.message.startsWith("Failed to listen");
}
