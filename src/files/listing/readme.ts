/**
 * A README shown beneath a listing. What is in it may be anybody's: markup in it is text, and what the Markdown
 * makes is let through by name only: elements, attributes, and links to what is no script. The page's
 * Content-Security-Policy is a second line behind this one.
 */

import type { OpenedFile } from "../opened-file.ts";

/** Of a longer one, the beginning is shown. */
export const MAX_README_BYTES: number = 64 * 1024;

/** Markdown can make much of little; what becomes longer than this is not shown. */
const MAX_HTML_LENGTH = 1024 * 1024;

/** Browsers, too, stop nesting at some depth. */
const MAX_DEPTH = 64;

const README_NAMES = /^readme\.(?:md|markdown)$/i;

/** Elements that may stay, with the attributes that may stay on them. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  p: [],
  br: [],
  hr: [],
  em: [],
  strong: [],
  del: [],
  code: [],
  pre: [],
  blockquote: [],
  ul: [],
  ol: ["start"],
  li: [],
  table: [],
  thead: [],
  tbody: [],
  tr: [],
  th: ["align"],
  td: ["align"],
  h1: ["id"],
  h2: ["id"],
  h3: ["id"],
  h4: ["id"],
  h5: ["id"],
  h6: ["id"],
  a: ["href", "title"],
  img: ["src", "alt", "title"],
};

const LITERAL: readonly string[] = ["a", "code", "pre"];

const ID_PREFIX = "readme-";

/** Links to pages and addresses, to places of the README, or relative: nothing before their first `/`, `?` or `#` can be, or hide, a scheme. */
const SAFE_LINK = /^(?:https?:\/\/|mailto:|#|[^:&\\\x00-\x20/?#]*(?:[/?#]|$))/i;

/** Images of this server only: relative, and not `//host`. */
const SAFE_IMAGE = /^(?!(?:\/|&#?\w+;?){2})[^:&\\\x00-\x20/?#]*(?:[/?#][^\\\x00-\x20]*)?$/;

const HEADING = /^h[1-6]$/;

/** Which of a directory's names is its README's, if any. */
export function isReadmeName(name: string): boolean {
  return README_NAMES.test(name);
}

/** The README in `file` as HTML; undefined where there is nothing to be shown. It does not close the file. */
export function readmeHtml(file: OpenedFile): string | undefined {
  const isCut = file.size > MAX_README_BYTES;
  const text = new TextDecoder().decode(file.read(MAX_README_BYTES));
  // A line that was cut may have become something else.
  const html = markdownToSafeHtml(isCut ? text.slice(0, text.lastIndexOf("\n") + 1) : text);
  return html !== undefined && isCut ? `${html}<p>&hellip;</p>` : html;
}

/** Markdown as HTML that is safe in a page; undefined where it says nothing, or cannot be shown. */
export function markdownToSafeHtml(markdown: string): string | undefined {
  try {
    const html = Bun.markdown.html(markdown, {
      noHtmlBlocks: true,
      noHtmlSpans: true,
      autolinks: true,
      headings: { ids: true },
    });
    if (html.length > MAX_HTML_LENGTH) return undefined;
    const safe = sanitizer().transform(html).trim();
    return safe === "" ? undefined : safe;
  } catch {
    return undefined;
  }
}

/** An address in angle brackets, which is no link where markup is text. */
const BRACKETED_LINK = /&lt;(https?:\/\/(?:[^\s&<>"']|&amp;)+)&gt;/g;

/** Lets through what is allowed. It parses the HTML anew, and believes nothing of how it was made. */
function sanitizer(): HTMLRewriter {
  let depth = 0;
  // Of elements whose text stays as it is.
  let literalDepth = 0;
  return new HTMLRewriter().on("*", {
    element(element) {
      const name = element.tagName.toLowerCase();
      if (name === "input") {
        element.replace(element.hasAttribute("checked") ? "&#9745; " : "&#9744; ", { html: true });
        return;
      }
      if (!Object.hasOwn(ALLOWED, name) || depth >= MAX_DEPTH) {
        element.removeAndKeepContent();
        return;
      }
      if (!element.selfClosing && element.canHaveContent) {
        const isLiteral = LITERAL.includes(name);
        depth++;
        if (isLiteral) literalDepth++;
        element.onEndTag(() => {
          depth--;
          if (isLiteral) literalDepth--;
        });
      }
      keepAllowedAttributes(element, ALLOWED[name]!);
      if (HEADING.test(name)) element.tagName = `h${Math.min(Number(name[1]) + 1, 6)}`;
      if (name === "pre" || name === "table") element.setAttribute("tabindex", "0");
    },
    text(chunk) {
      if (literalDepth > 0 || !chunk.text.includes("&lt;http")) return;
      chunk.replace(chunk.text.replace(BRACKETED_LINK, '<a href="$1">$1</a>'), { html: true });
    },
    comments(comment) {
      comment.remove();
    },
  });
}

function keepAllowedAttributes(element: HTMLRewriterTypes.Element, allowed: readonly string[]): void {
  for (const [name, value] of [...element.attributes]) {
    const kept = allowed.includes(name!) ? safeValue(name!, value!) : undefined;
    if (kept === undefined) element.removeAttribute(name!);
    else if (kept !== value) element.setAttribute(name!, kept);
  }
}

/** The value as it may stay. The attributes' values are as they are written: with references, not characters. */
function safeValue(name: string, value: string): string | undefined {
  switch (name) {
    case "href":
      if (value.startsWith("#")) return `#${ID_PREFIX}${value.slice(1)}`;
      return SAFE_LINK.test(value) ? value : undefined;
    case "src":
      return SAFE_IMAGE.test(value) ? value : undefined;
    case "id":
      return ID_PREFIX + value;
    default:
      return value;
  }
}
