/** From targets to files: no target leads out of the root, and a redirect stays on the server. */

import { DocumentRoot } from "../../../src/files/document-root.ts";
import { OpenedFile } from "../../../src/files/opened-file.ts";
import {
  asksForDotfile,
  decodeSegment,
  directoryLocation,
  displayPath,
  endsInSlash,
  isMalformed,
  translatePath,
} from "../../../src/files/path.ts";
import { isWithinResolved } from "../../../src/files/real-path.ts";
import { linkTo, Tree } from "../../support/tree.ts";
import { targetText } from "../pieces.ts";
import type { Random } from "../random.ts";
import { type Fault, fromLatin1, type FuzzCase, latin1, type Target, wrong } from "../target.ts";

const SEGMENTS = [
  ..."a.txt dir b.txt out outdir .. . ... .... %2e%2e %2e. .%2e %252e%252e ..%2f ..%5c ..\\ ..; .env".split(
    " ",
  ),
  ..."%00 a.txt%00 %2f %5c %c0%ae%c0%ae %e0%80%ae %u002e %uff0e %ed%a0%80 %ff %c3%a9 é secret.txt root root-old".split(
    " ",
  ),
  ..."C: c:\\ CON %3a ~ %7e etc passwd proc self # ? %23 %3f % %a %zz".split(" "),
  "",
];

/** A tree with a root to serve and a secret beside it, of a size that nothing in the root has. */
const SECRET_BYTES = 4321;

/** Made by the first case. */
let served: { readonly tree: Tree; readonly root: DocumentRoot } | undefined;

export const pathTarget: Target = {
  name: "path",
  generate: (random) => fromLatin1(random.oneIn(4) ? targetText(random) : pathText(random)),
  check: checkPath,
  cleanUp() {
    served?.tree[Symbol.dispose]();
    served = undefined;
  },
};

function pathText(random: Random): string {
  const start = random.pick(["/", "/", "/", "//", "", "http://a/", "/\\", "\\"]);
  return start + random.some(6, () => random.pick(SEGMENTS) + random.pick(["/", "/", "", "//", "%2F"]));
}

function servedRoot(): DocumentRoot {
  if (served === undefined) {
    const tree = new Tree({
      "secret.txt": "s".repeat(SECRET_BYTES),
      "root-old/secret.txt": "s".repeat(SECRET_BYTES),
      "root/a.txt": "a",
      "root/dir/b.txt": "b",
      "root/out": linkTo("../secret.txt"),
      "root/outdir": linkTo(".."),
    });
    served = { tree, root: new DocumentRoot(tree.path("root"), { followSymlinks: false }) };
  }
  return served.root;
}

function checkPath({ bytes }: FuzzCase): Fault | undefined {
  const target = latin1(bytes);
  const root = servedRoot();
  const path = translatePath(target, root.directory, false);
  asksForDotfile(target);
  endsInSlash(target);
  const isInside = isWithinResolved(root.directory, path) && !/\/\.\.?(?:\/|$)/.test(path);
  if (!isInside && !isMalformed(path)) return wrong(`out of the root: ${JSON.stringify(path)}`);
  return checkOpened(root, path) ?? checkWindows(target) ?? checkShown(target) ?? checkDecoded(target);
}

function checkOpened(root: DocumentRoot, path: string): Fault | undefined {
  const opened = root.open(path);
  if (typeof opened === "number") return undefined;
  try {
    const isSecret = opened instanceof OpenedFile && opened.size === SECRET_BYTES;
    return isSecret ? wrong(`the secret was opened as ${JSON.stringify(path)}`) : undefined;
  } finally {
    opened.close();
  }
}

/** On Windows a backslash separates, and a colon leads to another drive or stream. */
function checkWindows(target: string): Fault | undefined {
  const path = translatePath(target, "R", true);
  return /[\\:]/.test(path) ? wrong(`on Windows: ${JSON.stringify(path)}`) : undefined;
}

function checkShown(target: string): Fault | undefined {
  if (!displayPath(target).isWellFormed()) return wrong("what is shown is not well-formed");
  const location = directoryLocation(target);
  if (!/^\/(?![/\\])[!-~]*$/.test(location) || location.includes("\\")) {
    return wrong(`Location: ${JSON.stringify(location)}`);
  }
  const there = new URL(location, "http://origin.test/x/y");
  return there.origin === "http://origin.test" ? undefined : wrong(`it leads to ${there.href}`);
}

/** Whole UTF-8 is decoded as the web does it, but for the slash. */
function checkDecoded(target: string): Fault | undefined {
  const segment = target.replace(/\//g, "");
  const decoded = decodeSegment(segment);
  if (decoded.includes("/")) return wrong("decoding has made a separator");
  let expected: string;
  try {
    expected = decodeURIComponent(segment);
  } catch {
    return undefined;
  }
  const read = decoded.replaceAll("\udc2f", "/");
  return read === expected
    ? undefined
    : wrong(`decoded ${JSON.stringify(read)}, not ${JSON.stringify(expected)}`);
}
