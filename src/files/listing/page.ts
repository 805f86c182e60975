/**
 * The listing as a page: one HTML document that needs nothing else, and that a Content-Security-Policy keeps from
 * asking for anything else. Entries keep Python's order and links (SIM-21, SIM-22). Pure.
 */

import { escapeText } from "../html.ts";
import type { DirectoryEntry } from "../opened-directory.ts";
import { entryHref, entryLabel } from "./entries.ts";
import { FOLDER, kindOf } from "./kinds.ts";
import { isFirstDescending, type SortKey, type SortOrder } from "./request.ts";
import { SCRIPT, UPLOAD_SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";
import { exactSize, humanSize, isShowableTime, machineTime, shownTime, visibleName } from "./text.ts";

/** What a page says beside its entries. */
export interface PageFrame {
  /** The request path as people read it, for the title. */
  readonly displayPath: string;
  /** The names of the directories from the root to this one. */
  readonly names: readonly string[];
  readonly order: SortOrder;
  /** How many entries there are. */
  readonly count: number;
  /** Whether it offers to upload files into the directory. */
  readonly canUpload: boolean;
  /** The README in HTML that is safe to show, with its file's name; undefined where there is none. */
  readonly readme?: { readonly name: string; readonly html: string } | undefined;
}

/** Of lists longer than this, browsers lay out only what is to be seen. */
const BIG = 1000;

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 18 18'%3E%3Cpath fill='%23d29922' " +
  "d='M1 4.500Q1 3 2.500 3H7l2 2h6.500Q17 5 17 6.500V14q0 1.500-1.500 1.500h-13Q1 15.500 1 14z'/%3E%3C/svg%3E";

/** Names that are their own link and their own text. */
const PLAIN_NAME = /^[\w.~-]*$/;

const ROW_END = "</li>\n";

const COLUMNS: readonly (readonly [key: SortKey, label: string])[] = [
  ["name", "Name"],
  ["size", "Size"],
  ["date", "Modified"],
];

const SCRIPT_WITH_UPLOAD = SCRIPT + UPLOAD_SCRIPT;

const POLICY: string = policy(SCRIPT, "");
const UPLOAD_POLICY: string = policy(SCRIPT_WITH_UPLOAD, "; connect-src 'self'");

/** The Content-Security-Policy of the page: nothing runs and nothing is fetched but what it brings itself. */
export function pagePolicy(canUpload: boolean): string {
  return canUpload ? UPLOAD_POLICY : POLICY;
}

function policy(script: string, more: string): string {
  return (
    `default-src 'none'; style-src '${hash(STYLE)}'; script-src '${hash(script)}'; img-src 'self' data:; ` +
    `form-action 'self'; base-uri 'none'; frame-ancestors 'self'${more}`
  );
}

function hash(text: string): string {
  return `sha256-${new Bun.CryptoHasher("sha256").update(text).digest("base64")}`;
}

/** The page up to its first entry. */
export function pageStart(frame: PageFrame): string {
  const title = `Directory listing for ${escapeText(visibleName(frame.displayPath))}`;
  return `<!DOCTYPE HTML>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${ICON}">
<style>${STYLE}</style>
<title>${title}</title>
</head>
<body>
<header>
<h1>${title}</h1>
${breadcrumbs(frame.names)}
<search class="find" hidden>
<input type="search" placeholder="Filter" aria-label="Filter by name" aria-keyshortcuts="/" autocomplete="off"\
 spellcheck="false" autocapitalize="none">
</search>
<span class="count" role="status">${countText(frame.count)}</span>
</header>
<main>
<div class="cols" role="group" aria-label="Sort by">${COLUMNS.map(([key, label]) => column(key, label, frame.order)).join("")}</div>
<ul class="list${frame.count > BIG ? " big" : ""}" role="list">
`;
}

/** The page after its last entry. */
export function pageEnd(frame: PageFrame): string {
  const nothing = frame.count === 0 ? "This directory is empty." : "No name matches.";
  return `</ul>
<p class="none"${frame.count === 0 ? "" : " hidden"}>${nothing}</p>
<p class="keys" hidden><kbd>/</kbd> filter, <kbd>&uarr;</kbd> <kbd>&darr;</kbd> move, <kbd>Enter</kbd> open, \
<kbd>u</kbd> up</p>
${frame.canUpload ? UPLOAD_AREA : ""}${readmeSection(frame.readme)}</main>
<script>${frame.canUpload ? SCRIPT_WITH_UPLOAD : SCRIPT}</script>
</body>
</html>
`;
}

/** An entry's row as far as it depends on its name: what need not be made again while a directory is the same. */
export function rowStart(entry: DirectoryEntry): string {
  const { name } = entry;
  const kind = entry.isDirectory ? FOLDER : kindOf(name);
  const item = kind === "" ? "<li>" : `<li class="${kind}">`;
  const label = PLAIN_NAME.test(name) ? entryLabel(entry) : escapeText(visibleName(entryLabel(entry)));
  return `${item}<a href="${entryHref(entry)}"><bdi>${label}</bdi></a>`;
}

/** The rest of an entry's row: its size, -1 for none, and its date, NaN for none. */
export function rowEnd(size: number, mtimeMs: number): string {
  return sizeCell(size) + (isShowableTime(mtimeMs) ? timeCell(mtimeMs) : "") + ROW_END;
}

function sizeCell(size: number): string {
  if (size < 0) return "";
  const title = size < 1000 ? "" : ` title="${exactSize(size)}"`;
  return `<data value=${size}${title}>${humanSize(size)}</data>`;
}

let lastSecond = Number.NaN;
let lastCell = "";

/** Entries of one second often come together: what was unpacked or copied. */
function timeCell(mtimeMs: number): string {
  const second = Math.floor(mtimeMs / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastCell = `<time datetime=${machineTime(mtimeMs)}>${shownTime(mtimeMs)}</time>`;
  }
  return lastCell;
}

function countText(count: number): string {
  const digits = count.toLocaleString("en");
  return count === 1 ? "1 entry" : `${digits} entries`;
}

/** The way down to the directory, with relative links, so that it holds behind a proxy's prefix too. */
function breadcrumbs(names: readonly string[]): string {
  const steps = ["/", ...names].map((name, depth) => {
    const label = depth === 0 ? "/" : escapeText(visibleName(name));
    const above = names.length - depth;
    if (above === 0) return `<li><span aria-current="page"><bdi>${label}</bdi></span></li>`;
    const title = depth === 0 ? ' title="The top directory"' : "";
    return `<li><a href="${"../".repeat(above)}"${title}><bdi>${label}</bdi></a></li>`;
  });
  return `<nav class="path" aria-label="Path"><ol>${steps.join("")}</ol></nav>`;
}

/** A form for each column: unlike links, those that mirror a site do not follow them. */
function column(key: SortKey, label: string, order: SortOrder): string {
  const isNow = order.key === key;
  const isNextDescending = isNow ? !order.isDescending : isFirstDescending(key);
  const now = isNow ? ` data-now="${order.isDescending ? "desc" : "asc"}"` : "";
  const said = isNow ? `, ${order.isDescending ? "descending" : "ascending"}` : "";
  return (
    `<form><input type="hidden" name="sort" value="${key}">` +
    `<input type="hidden" name="order" value="${isNextDescending ? "desc" : "asc"}">` +
    `<button data-key="${key}"${now}>${label}<span class="vh">${said}</span></button></form>`
  );
}

const UPLOAD_AREA = `<section class="up" aria-label="Upload">
<form method="post" enctype="multipart/form-data">
<label for="upload">Upload files</label>
<input id="upload" type="file" name="file" multiple required>
<button>Upload</button>
</form>
<p class="hint" hidden>Or drop them anywhere on this page.</p>
<ul aria-live="polite"></ul>
</section>
`;

function readmeSection(readme: PageFrame["readme"]): string {
  if (readme === undefined) return "";
  const name = escapeText(visibleName(readme.name));
  return `<section class="readme" aria-label="README"><h2>${name}</h2>\n<div class="text">${readme.html}</div></section>\n`;
}
