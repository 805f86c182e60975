/** An opened directory, and what is in it. */

import { closeSync, type Dirent, existsSync, fstatSync, readdirSync, statSync } from "node:fs";

const HAS_DESCRIPTOR_PATHS: boolean = process.platform === "linux" && existsSync("/proc/self/fd");

/** One name in a directory. */
export interface DirectoryEntry {
  readonly name: string;
  /** Whether it is a directory, or a link that leads to one. */
  readonly isDirectory: boolean;
  /** Whether it is a symbolic link. */
  readonly isLink: boolean;
}

/** What tells one state of a directory from every other: its change time moves with the names in it. */
export interface DirectoryState {
  readonly dev: number;
  readonly ino: number;
  readonly ctimeMs: number;
}

/** A directory that was found below a root. Whoever holds it closes it. */
export class OpenedDirectory {
  /** The path it was opened by. */
  readonly path: string;
  readonly #fd: number | undefined;
  #isClosed = false;

  constructor(fd: number | undefined, path: string) {
    this.#fd = fd;
    this.path = path;
  }

  /**
   * A path that leads to the opened directory itself, wherever it has been moved since. Where the system has
   * none it is the one that it was opened by, which may lead to another one by now.
   */
  get stablePath(): string {
    return this.#fd !== undefined && HAS_DESCRIPTOR_PATHS ? `/proc/self/fd/${this.#fd}` : this.path;
  }

  /** The file descriptor; undefined once it is closed, and where the directory may be entered but not read. */
  get fd(): number | undefined {
    return this.#isClosed ? undefined : this.#fd;
  }

  /** What is in it, in no order, without `.` and `..`; undefined when it cannot be read. */
  entries(): DirectoryEntry[] | undefined {
    if (this.#fd === undefined) return undefined;
    return readEntries(`/proc/self/fd/${this.#fd}`) ?? readEntries(this.path);
  }

  /** The state that it is in now; undefined where that cannot be told. */
  state(): DirectoryState | undefined {
    const { fd } = this;
    return fd === undefined ? undefined : fstatSync(fd);
  }

  /** Closes the descriptor. Closing again does nothing. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#fd !== undefined) closeSync(this.#fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Reads a directory by a path that leads to the opened one itself or, without `/proc`, by its name again. */
function readEntries(path: string): DirectoryEntry[] | undefined {
  let entries: Dirent[];
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch {
    return undefined;
  }
  return entries.map((entry) => ({
    name: entry.name,
    isDirectory: entry.isDirectory() || (entry.isSymbolicLink() && leadsToDirectory(`${path}/${entry.name}`)),
    isLink: entry.isSymbolicLink(),
  }));
}

function leadsToDirectory(link: string): boolean {
  try {
    return statSync(link, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
