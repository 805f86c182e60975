/**
 * `bun run bench:micro [NAME ...]`: what the functions of the hot modules cost, one after the other. Each file runs in a
 * process of its own: what the compiler makes of a function depends on all that the process has put it through.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Refusal, refusing, runCommand } from "../throughput/command.ts";

/** The files that can be run, without their `.ts`. */
export const BENCHES: readonly string[] = [
  "head-parser",
  "header-lookup",
  "chunked",
  "response-head",
  "http-date",
  "path",
  "mime",
];

const USAGE = `Usage: bun run bench:micro [NAME ...]

  NAME          measure these only: ${BENCHES.join(", ")}
  -h, --help    print this`;

/** Runs benches until one fails. Exit code 1 says that one did, most likely by a wrong result. */
async function main(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = refusing(() =>
    parseArgs({
      args,
      options: { help: { type: "boolean", short: "h", default: false } },
      allowPositionals: true,
    }),
  );
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  for (const name of selectBenches(positionals)) {
    console.log(`\n== ${name} ==\n`);
    const path = join(import.meta.dirname, `${name}.ts`);
    await using child = Bun.spawn([process.execPath, path], {
      stdio: ["ignore", "inherit", "inherit"],
      signal,
    });
    const code = await child.exited;
    signal.throwIfAborted();
    if (code !== 0) return 1;
  }
  return 0;
}

function selectBenches(names: readonly string[]): readonly string[] {
  const unknown = names.find((name) => !BENCHES.includes(name));
  if (unknown !== undefined)
    throw new Refusal(`No such bench: "${unknown}"; there are ${BENCHES.join(", ")}`);
  return names.length === 0 ? BENCHES : names;
}

if (import.meta.main) await runCommand(main);
