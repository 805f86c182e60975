/** Names of files, as a server of files guesses types from them. */
import { hex, variants } from "./make.ts";

/** A name, and its media type; undefined where it has none. */
export type FileNameSample = readonly [name: string, type: string | undefined];

const STEMS_EACH = 8;

/** File names by kind; no two of a kind are the same. */
export const FILE_NAMES: Readonly<Record<string, readonly FileNameSample[]>> = {
  "common types": named({
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
  }),
  "rare types": named({
    ".jsonld": "application/ld+json",
    ".odf": "application/vnd.oasis.opendocument.formula",
    ".kml": "application/vnd.google-earth.kml+xml",
    ".gpx": "application/gpx+xml",
    ".geojson": "application/geo+json",
    ".usdz": "model/vnd.usdz+zip",
  }),
  "several dots": named({
    ".min.js": "text/javascript",
    ".d.ts": "text/plain",
    ".v1.2.3.css": "text/css",
    ".tar.gz": "application/gzip",
    ".html.bz2": "application/x-bzip2",
  }),
  "short for two extensions": named({
    ".tgz": "application/gzip",
    ".svgz": "application/gzip",
    ".txz": "application/x-xz",
  }),
  "upper case": named({ ".HTML": "text/html", ".JPG": "image/jpeg", ".PDF": "application/pdf" }),
  "no extension": named({ "": undefined, "/LICENSE": undefined, "/.profile": undefined }),
  "unknown extensions": variants((id) => [`notes.x${id}`, undefined]),
};

/** Names made to trip a look-up or to cost more than they look, by name. */
export const HOSTILE_FILE_NAMES: Readonly<Record<string, readonly FileNameSample[]>> = {
  "names that every object knows": named({
    ".constructor": undefined,
    ".__proto__": undefined,
    ".toString": undefined,
  }),
  "250 dots": variants((id) => [`${id}${".".repeat(250)}`, undefined]),
  "250 dots in front": variants((id) => [`${".".repeat(250)}${id}`, undefined]),
  "an extension of 240 letters": variants((id) => [`a.${id}${"x".repeat(240)}`, undefined]),
};

/** Several files with each of the endings in `types`. */
function named(types: Readonly<Record<string, string | undefined>>): FileNameSample[] {
  return Object.entries(types).flatMap(([ending, type], group) =>
    Array.from({ length: STEMS_EACH }, (_, index): FileNameSample => {
      return [`${hex(group * STEMS_EACH + index, 8)}${ending}`, type];
    }),
  );
}
