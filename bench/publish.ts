/**
 * `bun run bench:publish RESULT.json`: writes what the project shows of a result that `bun run bench --json` wrote: the
 * tables, the charts, and a section of the `README.md`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PAGE_PATH, publication } from "./publish/publication.ts";
import { Refusal, refusing, runCommand } from "./throughput/command.ts";
import { ROOT } from "./throughput/repository.ts";

const SYNOPSIS = "Usage: bun run bench:publish RESULT.json";

const USAGE = `${SYNOPSIS}

Writes what the project shows of a result that bun run bench --json RESULT.json wrote: the result itself, tables, charts,
and a section of the README.md

  -h, --help         print this
`;

/** Why a file cannot be read, by the code of the error. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
};

async function publish(args: string[]): Promise<number> {
  const { values, positionals } = refusing(() =>
    parseArgs({
      args,
      allowPositionals: true,
      options: { help: { type: "boolean", short: "h", default: false } },
    }),
  );
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const [source, ...more] = positionals;
  if (source === undefined || more.length > 0) throw new Refusal(SYNOPSIS);
  const json = textOf(source);
  const page = readFileSync(join(ROOT, PAGE_PATH), "utf8");
  for (const [path, content] of publication(json, source, page)) {
    await Bun.write(join(ROOT, path), content);
    console.log(path);
  }
  return 0;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    throw new Refusal(`Cannot read "${path}": ${REASONS[code] ?? code}`);
  }
}

await runCommand(publish);
