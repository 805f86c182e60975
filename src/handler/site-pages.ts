/** The pages that stand in for what is not there: a page without its extension, an application's, that of a 404. */

import type { DocumentRoot } from "../files/document-root.ts";
import { mediaRanges } from "../files/media-ranges.ts";
import { withCharset } from "../files/mime.ts";
import type { OpenedFile } from "../files/opened-file.ts";
import { asksForDotfile, holdsNul, pathOf, requestedNames } from "../files/path.ts";
import type { ErrorPage } from "./error-page.ts";
import type { HTTPMessage } from "./http-message.ts";

/** What is needed of a handler to find its pages. */
export interface PageSeeker {
  readonly command: string;
  readonly path: string;
  readonly headers: HTTPMessage;
  readonly index_pages: readonly string[];
  readonly charset: string;
  readonly dotfiles: boolean;
  readonly spa: boolean;
  readonly cleanUrls: boolean;
  readonly notFoundPage: string;
  translate_path(path: string): string;
  guess_type(path: string): string;
}

/** A page, opened: whoever has it closes it. */
export interface Page {
  readonly file: OpenedFile;
  readonly path: string;
}

/** A page that an error shows is read as a whole. */
const MAX_ERROR_PAGE_BYTES = 1024 * 1024;

/** Directories in which the page for what is not found is looked for. */
const MAX_DEPTH = 16;

/** The page that is served in place of `path`, at which there is nothing; undefined where there is none. */
export function pageInstead(seeker: PageSeeker, root: DocumentRoot, path: string): Page | undefined {
  const page = seeker.cleanUrls ? openCleanUrl(seeker, root, path) : undefined;
  if (page !== undefined || !seeker.spa) return page;
  if (!asksForPage(seeker.command, seeker.path, seeker.headers.get_all("Accept"))) return undefined;
  const indexPages = seeker.index_pages.map((name) => seeker.translate_path(`/${name}`));
  return openFirst(root, indexPages);
}

/** The page that is called like `path`, but for its extension. The one called like the root lies beside it. */
export function openCleanUrl(seeker: PageSeeker, root: DocumentRoot, path: string): Page | undefined {
  if (path.endsWith("/") || path.endsWith(".html")) return undefined;
  const isForRoot = requestedNames(seeker.path).names.length === 0;
  return isForRoot ? undefined : openFirst(root, [`${path}.html`]);
}

/** Whether the directory at `path` has an index page, served or not. */
export function hasIndexPage(seeker: PageSeeker, root: DocumentRoot, path: string): boolean {
  return seeker.index_pages.some((name) => root.isFile(`${path}/${name}`));
}

function openFirst(root: DocumentRoot, paths: readonly string[]): Page | undefined {
  for (const path of paths) {
    const file = root.openFile(path);
    if (file !== undefined) return { file, path };
  }
  return undefined;
}

/** What a 404 to GET or HEAD shows, if there is a page for that. */
export function notFoundPage(seeker: PageSeeker, root: DocumentRoot): ErrorPage | undefined {
  const { command, dotfiles, notFoundPage: name } = seeker;
  if (name === "" || (command !== "GET" && command !== "HEAD")) return undefined;
  for (const place of pagesAbove(pathOf(seeker.path), name)) {
    if (holdsNul(place) || (!dotfiles && asksForDotfile(place))) continue;
    const path = seeker.translate_path(place);
    using file = root.openFile(path);
    if (file === undefined || file.size > MAX_ERROR_PAGE_BYTES) continue;
    return { contentType: withCharset(seeker.guess_type(path), seeker.charset), body: file.read() };
  }
  return undefined;
}

/**
 * Whether a request is for a page that a script in the browser makes up: GET or HEAD of a path whose last name has
 * no extension, by somebody who says to take HTML.
 */
export function asksForPage(method: string, path: string, accept: readonly string[] | null): boolean {
  if (method !== "GET" && method !== "HEAD") return false;
  if (requestedNames(path).names.at(-1)?.includes(".") === true) return false;
  return accept?.some(takesHtml) === true;
}

/** Whether an Accept field names HTML, and not to say that it is not taken (RFC 9110 12.5.1). */
function takesHtml(accept: string): boolean {
  return mediaRanges(accept).some(
    ({ type, subtype, weight }) => type === "text" && subtype === "html" && weight > 0,
  );
}

/**
 * Where the page called `name` may lie for a `path` at which nothing is: in its directory and those above it, up to
 * the root, the nearest first. Of a path with many segments only the directories at the top are looked at.
 *
 * @param path the request's, without its query.
 */
export function pagesAbove(path: string, name: string): string[] {
  const places: string[] = [];
  for (let slash = path.indexOf("/"); slash >= 0; slash = path.indexOf("/", slash + 1)) {
    places.push(path.slice(0, slash + 1) + name);
    if (places.length === MAX_DEPTH) break;
  }
  return places.reverse();
}
