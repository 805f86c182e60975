/**
 * The directory that files are served from: opens paths below it, and refuses what must not be served.
 *
 * Only regular files and directories are opened, and, unless links may be followed anywhere, only those that
 * lie inside the root once every link on the way has been followed; and nothing that lies in a directory which
 * is withheld. That is checked on what was opened, not on its name. It is not checked again for a path that
 * leads to the same file in the same state as when it was: what is served then is, byte for byte, what was found
 * inside the root, and asking the system where a descriptor lies costs as much as opening, reading and closing a
 * small file.
 */

import { closeSync, constants, fstatSync, openSync, type Stats } from "node:fs";
import { isSettled, statOf } from "./file-state.ts";
import { heldContents, type Holder, MAX_HELD_FILE_BYTES } from "./held-contents.ts";
import { OpenedDirectory } from "./opened-directory.ts";
import { OpenedFile, VersionMemo } from "./opened-file.ts";
import { PathWatch } from "./path-watch.ts";
import { isMalformed } from "./path.ts";
import { isWithin, isWithinResolved, pathOfSameFile, realPath, realPathOfOpened } from "./real-path.ts";

/** Why a path was not opened: the status to answer with. The system's own words are kept from the peer. */
export const Refusal = {
  /** The path holds what no path may hold. */
  BAD_NAME: 400,
  /** Not there, not readable, or not to be served; which of them is nobody's business. */
  NOT_FOUND: 404,
  /** No file descriptors are left. */
  EXHAUSTED: 503,
} as const;

export type Refusal = (typeof Refusal)[keyof typeof Refusal];

/** What was opened. */
export type Opened = OpenedFile | OpenedDirectory;

export interface DocumentRootOptions {
  /** Whether links may lead out of the root. */
  readonly followSymlinks: boolean;
  /** Directories, by their paths, of which nothing is opened, whichever way leads there. */
  readonly withheld?: readonly string[];
  /** Bytes up to which a file is held in memory when it is asked for again. Default: `MAX_HELD_FILE_BYTES`. */
  readonly maxHeldFileBytes?: number;
}

/**
 * What tells one state of a file from every other: the change time moves with content, mode and name. Size and time of
 * modification are for file systems that have no change time of their own (FAT), where it can be set back.
 */
export type FileStamp = Pick<Stats, "dev" | "ino" | "size" | "mtimeMs" | "ctimeMs">;

interface HeldState extends Holder, FileStamp {
  readonly memo: VersionMemo;
  /** What the system says of it while its contents are held, and how to ask whether that is still so. */
  stats: Stats | null;
  watch: PathWatch | null;
}

/** O_NONBLOCK: a FIFO must not hold up the loop. O_NOCTTY: a terminal must not become the server's. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Paths remembered as checked. Past this all are forgotten: each costs one more check. */
const MAX_CHECKED_PATHS = 4096;

/** A directory that is served, and the policy about what in it is. */
export class DocumentRoot {
  /** The directory as it was given. */
  readonly directory: string;
  /** Whether links may lead out of it. */
  readonly followsSymlinks: boolean;
  readonly maxHeldFileBytes: number;
  readonly #withheld: readonly string[];
  readonly #checked = new Map<string, HeldState>();

  constructor(directory: string, options: DocumentRootOptions) {
    this.directory = directory;
    this.followsSymlinks = options.followSymlinks;
    this.maxHeldFileBytes = options.maxHeldFileBytes ?? MAX_HELD_FILE_BYTES;
    this.#withheld = options.withheld ?? [];
  }

  /** Whether these are the directories that it withholds. */
  withholds(directories: readonly string[]): boolean {
    return (
      this.#withheld.length === directories.length &&
      this.#withheld.every((directory, index) => directory === directories[index])
    );
  }

  /**
   * Opens the regular file or directory at `path`, which its caller closes, or says why not. A path that is
   * not below the root even by name can only be its caller's own choice: it is opened wherever it leads.
   */
  open(path: string): Opened | Refusal {
    const known = this.#checked.get(path);
    const held = known === undefined || known.contents === null ? undefined : heldFile(known, path);
    if (held !== undefined) return held;
    const refusal = known === undefined ? refusalByName(path) : undefined;
    if (refusal !== undefined) return refusal;
    let fd: number;
    try {
      fd = openSync(path, OPEN_FLAGS);
    } catch (error) {
      this.#forget(path);
      return this.#openUnreadableDirectory(path, error) ?? refusalFor(error);
    }
    let opened: Opened | undefined;
    try {
      opened = this.#admit(fd, path);
    } finally {
      if (opened === undefined) closeSync(fd);
    }
    return opened ?? Refusal.NOT_FOUND;
  }

  /** Opens the regular file at `path`, which its caller closes; undefined where there is none to be served. */
  openFile(path: string): OpenedFile | undefined {
    const opened = this.open(path);
    if (opened instanceof OpenedFile) return opened;
    if (typeof opened !== "number") opened.close();
    return undefined;
  }

  /** How many paths are known to lie inside. */
  get rememberedPaths(): number {
    return this.#checked.size;
  }

  /** Whether `path` is a regular file now, links followed, served or not (SIM-8). */
  isFile(path: string): boolean {
    return statOf(path)?.isFile() === true;
  }

  /** Whether a link at `path` leads to what is not served. A link that leads nowhere does not. */
  isLinkOut(path: string): boolean {
    const target = realPath(path);
    return target !== undefined && !this.#allows(path, target);
  }

  #admit(fd: number, path: string): Opened | undefined {
    const stats = fstatSync(fd);
    const isFile = stats.isFile();
    if (!isFile && !stats.isDirectory()) return undefined;
    const known = this.#checked.get(path);
    const isKnown = known !== undefined && isSameState(known, stats);
    if (!isKnown) {
      this.#forget(path);
      if (!this.#allows(path, realPathOfOpened(fd, path, stats))) return undefined;
      this.#remember(path, stats);
    }
    if (!isFile) return new OpenedDirectory(fd, path);
    const file = new OpenedFile(fd, stats, isKnown ? known.memo : null);
    // Not at once: most files of most sites are asked for once in a long time.
    return isKnown && stats.size <= this.maxHeldFileBytes ? hold(file, known, path, stats) : file;
  }

  /** A directory that may be entered but not read still has its index page. */
  #openUnreadableDirectory(path: string, error: unknown): OpenedDirectory | undefined {
    if (codeOf(error) !== "EACCES") return undefined;
    const stats = statOf(path);
    if (stats?.isDirectory() !== true) return undefined;
    return this.#allows(path, pathOfSameFile(path, stats)) ? new OpenedDirectory(undefined, path) : undefined;
  }

  /** Whether what `path` was opened as may be served from `realPathOfIt`. */
  #allows(path: string, realPathOfIt: string | undefined): boolean {
    if (this.#isWithheld(path, realPathOfIt)) return false;
    if (this.followsSymlinks || !isWithinResolved(this.directory, path)) return true;
    const root = realPath(this.directory || ".");
    return root !== undefined && realPathOfIt !== undefined && isWithin(root, realPathOfIt);
  }

  /** Whether `path` leads into what is withheld. That it is a directory may be told of one itself, by its own name. */
  #isWithheld(path: string, realPathOfIt: string | undefined): boolean {
    return this.#withheld.some((directory) => {
      if (path === directory) return false;
      const real = realPath(directory);
      return real !== undefined && (realPathOfIt === undefined || isWithin(real, realPathOfIt));
    });
  }

  #remember(path: string, stats: Stats): void {
    if (!isSettled(stats.ctimeMs, Date.now())) return;
    if (this.#checked.size >= MAX_CHECKED_PATHS) {
      for (const state of this.#checked.values()) heldContents.drop(state);
      this.#checked.clear();
    }
    const { dev, ino, size, mtimeMs, ctimeMs } = stats;
    const memo = new VersionMemo();
    this.#checked.set(path, {
      dev,
      ino,
      size,
      mtimeMs,
      ctimeMs,
      memo,
      stats: null,
      watch: null,
      contents: null,
    });
  }

  #forget(path: string): void {
    const known = this.#checked.get(path);
    if (known === undefined) return;
    heldContents.drop(known);
    this.#checked.delete(path);
  }
}

/** Roots in use: a server has few, but a handler may choose its directory anew for each request. */
const roots = new Map<string, DocumentRoot>();
const MAX_ROOTS = 256;

/** The root at `directory`, the same one each time, so that what it remembers outlives a connection. */
export function documentRoot(directory: string, options: DocumentRootOptions): DocumentRoot {
  const { followSymlinks, maxHeldFileBytes = MAX_HELD_FILE_BYTES, withheld = [] } = options;
  const key = [followSymlinks ? "all" : "own", maxHeldFileBytes, directory, ...withheld].join("\0");
  let root = roots.get(key);
  if (root === undefined) {
    if (roots.size >= MAX_ROOTS) roots.clear();
    root = new DocumentRoot(directory, options);
    roots.set(key, root);
  }
  return root;
}

/** The file in the state that is held in memory, if it is in that state now. */
function heldFile(known: HeldState, path: string): OpenedFile | undefined {
  const { watch } = known;
  const isSame = watch === null ? isStillSame(known, statOf(path)) : watch.isUnchanged();
  return isSame ? new OpenedFile(-1, known.stats!, known.memo, known.contents) : undefined;
}

/** Reads a small file into memory, where it stays; the file as it is where it has been cut short meanwhile. */
function hold(file: OpenedFile, state: HeldState, path: string, stats: Stats): OpenedFile {
  const contents = file.read();
  if (contents.length < file.size || !file.isIntact()) return new OpenedFile(file.fd, stats);
  file.close();
  heldContents.hold(state, contents);
  state.stats = stats;
  state.watch = watchState(state, path);
  return new OpenedFile(-1, stats, state.memo, contents);
}

/** Watches `path` in the state that is known; null where that cannot be done, or it is in another by now. */
function watchState(known: HeldState, path: string): PathWatch | null {
  const watch = PathWatch.begin(path);
  return isStillSame(known, statOf(path)) && watch?.isUnchanged() === true ? watch : null;
}

function isStillSame(known: HeldState, now: Stats | undefined): boolean {
  return now !== undefined && isSameState(known, now);
}

/** Whether a file is in the same state as it was. */
export function isSameState(known: FileStamp, now: FileStamp): boolean {
  return (
    known.ino === now.ino &&
    known.dev === now.dev &&
    known.ctimeMs === now.ctimeMs &&
    known.size === now.size &&
    known.mtimeMs === now.mtimeMs
  );
}

/**
 * Why `path` need not even be opened. Names that cannot exist are kept from the system, which would take a
 * lone surrogate for U+FFFD; devices and FIFOs are, because opening one can be felt at its other end.
 */
function refusalByName(path: string): Refusal | undefined {
  if (isMalformed(path)) return Refusal.BAD_NAME;
  if (!path.isWellFormed()) return Refusal.NOT_FOUND;
  const stats = statOf(path);
  return stats?.isFile() || stats?.isDirectory() ? undefined : Refusal.NOT_FOUND;
}

function refusalFor(error: unknown): Refusal {
  const code = codeOf(error);
  return code === "EMFILE" || code === "ENFILE" ? Refusal.EXHAUSTED : Refusal.NOT_FOUND;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
