/** Directory trees for tests: made in the system's temporary directory, gone when they go out of scope. */

import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A symbolic link to `target`, which is relative to the link's own directory unless it is absolute. */
export interface Link {
  readonly linkTo: string;
}

/** A named pipe that nobody writes to: whoever opens it the usual way waits forever. */
export interface Fifo {
  readonly isFifo: true;
}

/** What lies at each path of a tree; `null` at a path that ends in a slash is an empty directory. */
export interface TreeContents {
  readonly [path: string]: string | Uint8Array | Link | Fifo | null;
}

export function linkTo(target: string): Link {
  return { linkTo: target };
}

export function fifo(): Fifo {
  return { isFifo: true };
}

/** A temporary directory with what a test needs in it. */
export class Tree implements Disposable {
  /** Its real path. */
  readonly root: string;

  constructor(contents: TreeContents = {}) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), "basehttp-test-")));
    this.add(contents);
  }

  /** Adds to the tree, or puts new content in the place of old. */
  add(contents: TreeContents): void {
    for (const [path, content] of Object.entries(contents)) this.#addOne(this.path(path), content);
  }

  /** The path of `name` in this tree. */
  path(name: string): string {
    return `${this.root}/${name}`;
  }

  /** Dates a file back (or forward), in seconds since 1970. */
  setModified(name: string, seconds: number): void {
    utimesSync(this.path(name), seconds, seconds);
  }

  remove(name: string): void {
    rmSync(this.path(name), { recursive: true });
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #addOne(path: string, content: TreeContents[string] | undefined): void {
    mkdirSync(path.endsWith("/") ? path : dirname(path), { recursive: true });
    if (content === null || content === undefined) return;
    if (typeof content === "string" || content instanceof Uint8Array) writeFileSync(path, content);
    else if ("linkTo" in content) symlinkSync(content.linkTo, path);
    else makeFifo(path);
  }
}

function makeFifo(path: string): void {
  const { exitCode, stderr } = Bun.spawnSync(["mkfifo", path]);
  if (exitCode !== 0) throw new Error(`Cannot make a FIFO: ${stderr.toString()}`);
}
