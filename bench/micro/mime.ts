/** `bun bench/micro/mime.ts`: what it costs to guess a file's media type from its name. */
import { guessMediaType } from "../../src/files/mime.ts";
import { SimpleHTTPRequestHandler } from "../../src/handler/simple.ts";
import { FILE_NAMES, type FileNameSample, HOSTILE_FILE_NAMES } from "../corpus.ts";
import { type Case, caseOf, runSuite, type Suite } from "./suite.ts";

const { extensions_map } = SimpleHTTPRequestHandler;

function guessCase([name, fileNames]: [name: string, fileNames: readonly FileNameSample[]]): Case {
  return caseOf(
    name,
    (path: string) => guessMediaType(path, extensions_map),
    fileNames.map(([fileName, type]) => [`/srv/www/downloads/${fileName}`, type]),
  );
}

export const MIME: Suite = {
  "everyday names": Object.entries(FILE_NAMES).map(guessCase),
  "hostile names": Object.entries(HOSTILE_FILE_NAMES).map(guessCase),
};

if (import.meta.main) await runSuite(MIME);
