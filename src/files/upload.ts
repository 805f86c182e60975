/**
 * A file that is being uploaded. It grows in the folder that it is for, under a name that is not served, and
 * gets its own name when it is whole and on the disk: whoever opens that name finds a whole file, also after
 * a power cut.
 *
 * The folder was opened before, and everything happens relative to what was opened. Where the system cannot
 * name an opened folder, and at the end everywhere, its path must still lead to it.
 */

import {
  close,
  closeSync,
  constants,
  fdatasync,
  linkSync,
  openSync,
  renameSync,
  unlinkSync,
  write,
} from "node:fs";
import { promisify } from "node:util";
import type { Admission, UploadFolder } from "./upload-folder.ts";
import { UNFINISHED_PREFIX } from "./upload-names.ts";
import { codeOf, EXISTS, rejectionOf, type UploadRejection } from "./upload-rejection.ts";

/** What became of a file. */
export const Stored = { CREATED: 201, REPLACED: 204 } as const;

export type Stored = (typeof Stored)[keyof typeof Stored];

// Windows has neither.
const NOFOLLOW: number = constants.O_NOFOLLOW ?? 0;
const NONBLOCK: number = constants.O_NONBLOCK ?? 0;
/** A link at the name is not followed, not even by whoever guesses it. The mode is what umask leaves. */
const NEW_FLAGS: number = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NOFOLLOW;
const NEW_MODE = 0o666;
const OLD_FLAGS: number = constants.O_RDONLY | NOFOLLOW | NONBLOCK;

/** What a file system answers that has no hard links. */
const NO_LINKS: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/** A file can come and go at a name between two looks at it: not for ever. */
const MAX_ATTEMPTS = 8;

const writeTo = promisify(write);
const syncData = promisify(fdatasync);
const closeFile = promisify(close);

export class Upload {
  readonly #folder: UploadFolder;
  readonly #name: string;
  readonly #admit: Admission;
  readonly #fd: number;
  readonly #unfinishedPath: string;
  #size = 0;
  #isOver = false;

  private constructor(folder: UploadFolder, name: string, admit: Admission) {
    this.#folder = folder;
    this.#name = name;
    this.#admit = admit;
    this.#unfinishedPath = folder.pathOf(UNFINISHED_PREFIX + crypto.randomUUID());
    this.#fd = openSync(this.#unfinishedPath, NEW_FLAGS, NEW_MODE);
    noteUnfinished(this);
  }

  /**
   * Begins a file called `name` in `folder`, or says why not. It ends with `commit()` or `abandon()`; until
   * then the folder stays open.
   */
  static begin(folder: UploadFolder, name: string, admit: Admission): Upload | UploadRejection {
    const rejection = folder.check(name, admit);
    if (rejection !== undefined) return rejection;
    try {
      return new Upload(folder, name, admit);
    } catch (error) {
      return rejectionOf(error);
    }
  }

  /** The descriptor that it is written by. */
  get descriptor(): number {
    return this.#fd;
  }

  /** Bytes that it has so far. */
  get size(): number {
    return this.#size;
  }

  /**
   * Writes on. It settles when the system has taken the bytes, with what is in the way where it does not. Not
   * in the event loop: a slow disk holds up nobody else.
   */
  async write(bytes: Uint8Array): Promise<UploadRejection | undefined> {
    try {
      for (let at = 0; at < bytes.length;) {
        const { bytesWritten } = await writeTo(this.#fd, bytes, at, bytes.length - at, null);
        at += bytesWritten;
        this.#size += bytesWritten;
      }
      return undefined;
    } catch (error) {
      return rejectionOf(error);
    }
  }

  /** Gives the file, which is whole, its name. It is over then, whatever comes of it. */
  async commit(): Promise<Stored | UploadRejection> {
    try {
      await syncIfPossible(this.#fd);
      // Nothing else happens between the last look at the folder and the end.
      return this.#folder.checkPlace() ?? this.#giveName();
    } catch (error) {
      return rejectionOf(error);
    } finally {
      this.abandon();
    }
  }

  /** Ends it, and leaves nothing behind. Doing so again does nothing. */
  abandon(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.removeUnfinished();
    forgetUnfinished(this);
    // What is left to write may take its time.
    closeFile(this.#fd).catch(ignore);
  }

  /** Removes what there is of it, if it has not got its name. */
  removeUnfinished(): void {
    try {
      unlinkSync(this.#unfinishedPath);
    } catch {
      // It has its name, or somebody else has removed it, or the folder.
    }
  }

  #giveName(): Stored | UploadRejection {
    const path = this.#folder.pathOf(this.#name);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      let isTaken = false;
      const rejection = this.#folder.check(this.#name, (existing) => {
        isTaken = existing !== undefined;
        return this.#admit(existing);
      });
      if (rejection !== undefined) return rejection;
      if (isTaken) {
        replaceFile(this.#unfinishedPath, path);
        return Stored.REPLACED;
      }
      if (nameIfFree(this.#unfinishedPath, path)) return Stored.CREATED;
    }
    return EXISTS;
  }
}

/**
 * Gives the file at `from` the name of that at `to`. The old one is held open meanwhile: its blocks are freed
 * when it is closed, and not in the event loop, which that would stop for a third of a second for each
 * gibibyte.
 */
function replaceFile(from: string, to: string): void {
  const old = openOld(to);
  try {
    renameSync(from, to);
  } finally {
    if (old !== undefined) closeFile(old).catch(ignore);
  }
}

/** What may not be read is replaced all the same. */
function openOld(path: string): number | undefined {
  try {
    return openSync(path, OLD_FLAGS);
  } catch {
    return undefined;
  }
}

/**
 * Gives the file at `from` the name `to`, unless there is something of that name: `false` then. Of two that
 * want it at the same time one gets it. `link` is for tests of file systems that cannot.
 */
export function nameIfFree(from: string, to: string, link: typeof linkSync = linkSync): boolean {
  try {
    link(from, to);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    if (!NO_LINKS.has(codeOf(error))) throw error;
    return claimAndRename(from, to);
  }
  return true;
}

/** The name is taken by an empty file first, which is seen only by whoever looks between two calls. */
function claimAndRename(from: string, to: string): boolean {
  try {
    closeSync(openSync(to, NEW_FLAGS, NEW_MODE));
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
  try {
    renameSync(from, to);
  } catch (error) {
    unlinkSync(to);
    throw error;
  }
  return true;
}

async function syncIfPossible(fd: number): Promise<void> {
  try {
    await syncData(fd);
  } catch (error) {
    // Some file systems have nothing that could be synchronised.
    if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(codeOf(error))) throw error;
  }
}

const unfinished = new Set<Upload>();

/** A process that ends while files are being uploaded takes them with it, unless it is killed. */
function removeAllUnfinished(): void {
  for (const upload of unfinished) upload.removeUnfinished();
}

function noteUnfinished(upload: Upload): void {
  if (unfinished.size === 0) process.on("exit", removeAllUnfinished);
  unfinished.add(upload);
}

function forgetUnfinished(upload: Upload): void {
  unfinished.delete(upload);
  if (unfinished.size === 0) process.off("exit", removeAllUnfinished);
}

function ignore(): void {}
