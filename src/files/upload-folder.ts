/**
 * The folder that files are uploaded into, held open so that it stays the same one whatever becomes of its
 * path.
 */

import { accessSync, constants, lstatSync, type Stats, statSync } from "node:fs";
import { type DocumentRoot, Refusal } from "./document-root.ts";
import { OpenedDirectory } from "./opened-directory.ts";
import {
  BAD_NAME,
  FOLDER_MOVED,
  IN_THE_WAY,
  NO_DESCRIPTORS,
  NO_FOLDER,
  NOT_WRITABLE,
  rejectionOf,
  type UploadRejection,
} from "./upload-rejection.ts";

/**
 * Whether a file may take the place of what there is, which is nothing where it is undefined. It is asked
 * before anything is written, and again at the end.
 */
export type Admission = (existing: Stats | undefined) => UploadRejection | undefined;

/** A folder below a root. Whoever holds it closes it. */
export class UploadFolder {
  readonly #root: DocumentRoot;
  readonly #path: string;
  readonly #directory: OpenedDirectory;

  private constructor(root: DocumentRoot, path: string, directory: OpenedDirectory) {
    this.#root = root;
    this.#path = path;
    this.#directory = directory;
  }

  /** Opens the folder at `path`, by the rules that it is read by, or says why files cannot be put there. */
  static open(root: DocumentRoot, path: string): UploadFolder | UploadRejection {
    const opened = root.open(path);
    if (typeof opened === "number") return rejectionFor(opened);
    if (!(opened instanceof OpenedDirectory)) {
      opened.close();
      return IN_THE_WAY;
    }
    const folder = new UploadFolder(root, path, opened);
    if (folder.#mayWrite()) return folder;
    folder.close();
    return NOT_WRITABLE;
  }

  /** The descriptor that it is held open by; -1 where there is none. */
  get descriptor(): number {
    return this.#directory.fd ?? -1;
  }

  /** The path of `name` in it. */
  pathOf(name: string): string {
    return `${this.#directory.stablePath}/${name}`;
  }

  /** Why a file cannot be put at `name` as things are; undefined where it can. Nothing is changed. */
  check(name: string, admit: Admission): UploadRejection | undefined {
    try {
      const existing = lstatSync(this.pathOf(name), { throwIfNoEntry: false });
      // A link would be replaced, not followed; that too is somebody's decision.
      if (existing !== undefined && !existing.isFile()) return IN_THE_WAY;
      return admit(existing);
    } catch (error) {
      return rejectionOf(error);
    }
  }

  /** What is wrong where its path does not lead to it any more, or leads out of the root. */
  checkPlace(): UploadRejection | undefined {
    const there = this.#root.open(this.#path);
    if (typeof there === "number") return there === Refusal.EXHAUSTED ? NO_DESCRIPTORS : FOLDER_MOVED;
    using held = there;
    return held instanceof OpenedDirectory && isSame(held, this.#directory) ? undefined : FOLDER_MOVED;
  }

  close(): void {
    this.#directory.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** A first look, to spare the client the sending: what counts is whether the file can be made. */
  #mayWrite(): boolean {
    // The system judges by the real user, who need not be the one that files are made by.
    if (process.getuid?.() !== process.geteuid?.()) return true;
    try {
      accessSync(this.#directory.stablePath, constants.W_OK | constants.X_OK);
      return true;
    } catch {
      return false;
    }
  }
}

function isSame(one: OpenedDirectory, other: OpenedDirectory): boolean {
  const [a, b] = [statSync(one.stablePath), statSync(other.stablePath)];
  return a.dev === b.dev && a.ino === b.ino;
}

function rejectionFor(refusal: Refusal): UploadRejection {
  if (refusal === Refusal.EXHAUSTED) return NO_DESCRIPTORS;
  return refusal === Refusal.BAD_NAME ? BAD_NAME : NO_FOLDER;
}
