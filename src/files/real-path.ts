/**
 * Where an opened file really lies. A name is checked after it was opened, by what was opened: between a
 * check and an open a directory can become a link to somewhere else.
 */

import { lstatSync, readlinkSync, realpathSync, type Stats } from "node:fs";
import { resolve, sep } from "node:path";

const IS_LINUX = process.platform === "linux";

/** The real path of what `path` was opened as, or undefined when it cannot be told. */
export function realPathOfOpened(fd: number, path: string, stats: Stats): string | undefined {
  return (IS_LINUX ? pathOfDescriptor(fd) : undefined) ?? pathOfSameFile(path, stats);
}

/** The real path of the descriptor as Linux knows it, or undefined where `/proc` is not mounted. */
export function pathOfDescriptor(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}

/**
 * The real path of `path` if the file there is the one that was opened. Where the system does not tell a
 * descriptor's path this is the next best: whoever can replace directories between the two calls below can
 * still cheat it.
 */
export function pathOfSameFile(path: string, opened: Stats): string | undefined {
  try {
    const realPath = realpathSync.native(path);
    const there = lstatSync(realPath);
    return there.dev === opened.dev && there.ino === opened.ino ? realPath : undefined;
  } catch {
    return undefined;
  }
}

/** The real path of `path`, or undefined when it leads nowhere. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/** Whether `path` is `directory` or lies below it, by name: `www-old/x` is not below `www`. */
export function isWithin(directory: string, path: string): boolean {
  if (path === directory) return true;
  return path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}

/** As `isWithin`, for paths that may be relative or hold dot segments. */
export function isWithinResolved(directory: string, path: string): boolean {
  return isWithin(resolve(directory), resolve(path));
}
