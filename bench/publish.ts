/**
 * `bun run bench:publish RESULT.json`: writes what the project shows of a result that `bun run bench --json` wrote: the
 * tables, the charts, and a section of the `README.md`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PAGE_PATH, publication } from "./publish/publication.ts";
import { Refusal, refusing, runCommand } from "./throughput/command.ts";

const ROOT = join(import.meta.dirname, "..");

async function publish(args: string[]): Promise<number> {
  const [source, ...more] = args;
  if (source === undefined || source.startsWith("-") || more.length > 0) {
    throw new Refusal("Usage: bun run bench:publish RESULT.json");
  }
  const json = refusing(() => readFileSync(source, "utf8"));
  const page = readFileSync(join(ROOT, PAGE_PATH), "utf8");
  for (const [path, content] of publication(json, source, page)) {
    await Bun.write(join(ROOT, path), content);
    console.log(path);
  }
  return 0;
}

await runCommand(publish);
