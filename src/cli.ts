#!/usr/bin/env bun
/** The `basehttp` command: Python's `python -m http.server`, with its options, messages and exit statuses. */

import packageJson from "../package.json" with { type: "json" };
import { complain, say } from "./cli/console.ts";
import { helpPage } from "./cli/help.ts";
import { type Invocation, parseCommandLine } from "./cli/parse.ts";
import { EXIT_OK, EXIT_USAGE, serve } from "./cli/serve.ts";

async function run(invocation: Invocation): Promise<number> {
  switch (invocation.kind) {
    case "serve":
      return serve(invocation.settings, invocation.sourceOf);
    case "help":
      say(helpPage());
      return EXIT_OK;
    case "version":
      say(`basehttp ${packageJson.version}\n`);
      return EXIT_OK;
    case "usage-error":
      complain(`${invocation.message} (see basehttp --help)`);
      return EXIT_USAGE;
  }
}

process.exit(await run(parseCommandLine(process.argv.slice(2), process.env)));
