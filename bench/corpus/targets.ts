/** Request targets, as a server of files gets them. */
import { variants } from "./make.ts";

/** A target, and the path below the served directory that it stands for. A byte that is no UTF-8 is U+DC00 plus the byte. */
export type TargetSample = readonly [target: string, path: string];

/** Targets of everyday, by kind; no two of a kind are the same. */
export const TARGETS: Readonly<Record<string, readonly TargetSample[]>> = {
  "a file": variants((id) => [`/articles/${id}.html`, `/articles/${id}.html`]),
  "a file with a query": variants((id) => [
    `/assets/${id}.js?v=20260715&utm_source=newsletter`,
    `/assets/${id}.js`,
  ]),
  "a directory": variants((id) => [`/photos/${id}/`, `/photos/${id}/`]),
  "ten directories deep": variants((id) => [
    `/a/b/c/packages/${id}/node_modules/mime/dist/types/src/index.d.ts`,
    `/a/b/c/packages/${id}/node_modules/mime/dist/types/src/index.d.ts`,
  ]),
  "a name with escaped spaces": variants((id) => [
    `/My%20Documents/Report%20${id}%20(final).pdf`,
    `/My Documents/Report ${id} (final).pdf`,
  ]),
  "an escaped name in Japanese": variants((id) => [
    `/%E8%A8%98%E4%BA%8B/%E6%97%A5%E6%9C%AC%E8%AA%9E-${id}.html`,
    `/記事/日本語-${id}.html`,
  ]),
  "dot segments": variants((id) => [`/docs/./guide/../api//${id}.html`, `/docs/api/${id}.html`]),
};

const LONG = 2700;

/** Targets made to lead out of the directory, or to cost more than they look, by name. */
export const HOSTILE_TARGETS: Readonly<Record<string, readonly TargetSample[]>> = {
  "dot-dot": variants((id) => [`/../../../${id}/../etc/passwd`, "/etc/passwd"]),
  "escaped dots": variants((id) => [`/%2e%2e/.%2E/%2e./${id}/etc/passwd`, `/${id}/etc/passwd`]),
  "escaped slashes": variants((id) => [`/..%2f..%2f${id}%2Fpasswd`, `/..\udc2f..\udc2f${id}\udc2fpasswd`]),
  "double-encoded dots": variants((id) => [`/%252e%252e/${id}/etc/passwd`, `/%2e%2e/${id}/etc/passwd`]),
  "overlong dots": variants((id) => [`/%c0%ae%c0%ae/${id}`, `/\udcc0\udcae\udcc0\udcae/${id}`]),
  "8 KB of dot-dot": few((id) => [`${"/..".repeat(LONG)}/${id}`, `/${id}`]),
  "8 KB of slashes": few((id) => [`${"/".repeat(3 * LONG)}${id}`, `/${id}`]),
  "8 KB of directories and back": few((id) => [
    `${"/a".repeat(LONG / 2)}${"/..".repeat(LONG / 2)}/${id}`,
    `/${id}`,
  ]),
  "8 KB of escapes that are no UTF-8": few((id) => [
    `/${id}${"%FF".repeat(LONG)}`,
    `/${id}${"\udcff".repeat(LONG)}`,
  ]),
  "8 KB of percent signs": few((id) => [`/${id}${"%".repeat(3 * LONG)}`, `/${id}${"%".repeat(3 * LONG)}`]),
};

/** Targets that ask for dotfiles, by kind. */
export const DOTFILE_TARGETS: Readonly<Record<string, readonly string[]>> = {
  "a dotfile": variants((id) => `/projects/${id}/.git/config`),
  "an escaped dotfile": variants((id) => `/projects/${id}/%2Egit/config`),
};

/** Few of what is long, so that the processor's caches hold them. */
function few(make: (id: string) => TargetSample): TargetSample[] {
  return variants(make, 4);
}
