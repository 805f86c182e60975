/** Kinds of files by their extensions, for their icons. Each is a class of the page's style sheet. */

/** Without an icon of its own: a file is a file. */
const PLAIN_FILE = "";
export const FOLDER = "d";

const EXTENSIONS: Readonly<Record<string, string>> = {
  // images
  i: "png jpg jpeg gif webp avif svg ico bmp tif tiff heic jxl psd",
  // films
  v: "mp4 m4v mkv webm mov avi mpg mpeg ogv",
  // music
  a: "mp3 flac ogg oga opus wav m4a aac mid midi",
  // archives
  z: "zip gz tgz bz2 xz zst br 7z rar tar jar deb rpm iso dmg apk whl",
  // programs
  c:
    "js mjs cjs ts mts cts jsx tsx py rb rs go c h cc cpp hpp cs java kt swift php pl lua sh bash zsh fish ps1 bat " +
    "html htm css scss vue svelte sql json json5 jsonl yaml yml toml xml ini wasm zig r dart ex exs hs ml scala",
  // texts
  t: "txt md markdown rst adoc tex log csv tsv pdf doc docx odt rtf epub xls xlsx ods ppt pptx odp",
};

const KINDS: ReadonlyMap<string, string> = new Map(
  Object.entries(EXTENSIONS).flatMap(([kind, names]) => names.split(" ").map((name) => [name, kind])),
);

/** The kind of the file called `name`. */
export function kindOf(name: string): string {
  const dot = name.lastIndexOf(".");
  if (dot < 1) return PLAIN_FILE;
  const extension = name.slice(dot + 1);
  return KINDS.get(extension) ?? KINDS.get(extension.toLowerCase()) ?? PLAIN_FILE;
}
