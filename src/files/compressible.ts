/**
 * Which media types it is worth while to compress. Rules in place of a table of all types: what is text is,
 * what has been compressed already is not, and of the rest few have files that are sent over the web.
 */

/** What compressing a file of some type comes to; unknown where the type does not tell. */
export type Compressibility = "yes" | "no" | "unknown";

/** Types under `application/`, `font/`, `image/` and others whose files are text, or as sparse as it. */
const COMPRESSIBLE: ReadonlySet<string> = new Set([
  "application/dart",
  "application/ecmascript",
  "application/graphql",
  "application/javascript",
  "application/json",
  "application/json5",
  "application/jsonl",
  "application/mbox",
  "application/n-quads",
  "application/n-triples",
  "application/node",
  "application/postscript",
  "application/rtf",
  "application/sql",
  "application/toml",
  "application/trig",
  "application/vnd.ms-fontobject",
  "application/wasm",
  "application/x-csh",
  "application/x-httpd-php",
  "application/x-javascript",
  "application/x-latex",
  "application/x-ndjson",
  "application/x-perl",
  "application/x-sh",
  "application/x-sql",
  "application/x-tar",
  "application/x-tcl",
  "application/x-tex",
  "application/x-texinfo",
  "application/x-yaml",
  "application/xml",
  "application/xml-dtd",
  "application/yaml",
  "font/collection",
  "font/otf",
  "font/sfnt",
  "font/ttf",
  "image/bmp",
  "image/vnd.microsoft.icon",
  "image/x-icon",
  "image/x-ms-bmp",
  "image/x-portable-bitmap",
  "image/x-portable-graymap",
  "image/x-portable-pixmap",
  "message/rfc822",
  "model/mtl",
  "model/obj",
]);

/** RFC 6839: what the type is written in. */
const COMPRESSIBLE_SUFFIX = /\+(?:json|json-seq|xml|text|yaml)$/;

/** Types that say nothing about what is in the file. */
const UNKNOWN: ReadonlySet<string> = new Set(["application/octet-stream", "application/x-binary", ""]);

/** Whether files of `mediaType` get much smaller. Its parameters do not matter, nor does its case. */
export function compressibility(mediaType: string): Compressibility {
  const semicolon = mediaType.indexOf(";");
  const type = (semicolon < 0 ? mediaType : mediaType.slice(0, semicolon)).trim().toLowerCase();
  if (type.startsWith("text/") || COMPRESSIBLE.has(type) || COMPRESSIBLE_SUFFIX.test(type)) return "yes";
  return UNKNOWN.has(type) ? "unknown" : "no";
}
