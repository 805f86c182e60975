/** The programs that the bench starts: where they are, what version they have, how they are had. */

export type Program = "bun" | "node" | "python3" | "nginx" | "wrk" | "h2load" | "openssl";

/** Debian's package of each. Bun is never missing: it runs the bench. */
const PACKAGES: Readonly<Record<Program, string>> = {
  bun: "bun",
  node: "nodejs",
  python3: "python3",
  nginx: "nginx-light",
  wrk: "wrk",
  h2load: "nghttp2-client",
  openssl: "openssl",
};

/** Those that do not know `--version`. */
const VERSION_OPTION: Partial<Record<Program, string>> = { nginx: "-v", wrk: "-v", openssl: "version" };

/** Where servers may be installed that are not on everybody's PATH. */
const SERVER_FOLDERS = "/usr/local/sbin:/usr/sbin";

/** Where a program is installed, or undefined when it is not. */
export function programPath(program: Program): string | undefined {
  if (program === "bun") return process.execPath;
  const path = process.env.PATH ?? "";
  const folders = program === "nginx" ? `${path}:${SERVER_FOLDERS}` : path;
  return Bun.which(program, { PATH: folders }) ?? undefined;
}

/** That a program is not installed, and how it would be. */
export function notInstalled(program: Program): string {
  return `${program} is not installed (apt-get install ${PACKAGES[program]})`;
}

/** The version that a program tells, on stdout or stderr, with whatever exit code. */
export function versionOf(program: Program): string {
  const path = programPath(program);
  if (path === undefined) return "unknown";
  const { stdout, stderr } = Bun.spawnSync([path, VERSION_OPTION[program] ?? "--version"]);
  return /\d+(?:\.\d+)+[^\s,;]*/.exec(`${stdout}\n${stderr}`)?.[0] ?? "unknown";
}
