/** Which files are called by a hash of their content, so that what a name stands for never changes. Pure. */

/** What bundlers emit beside pages: a page's own name is linked to, and has no hash. */
const ASSET =
  /\.(?:[cm]?js|css|wasm|json|map|woff2?|ttf|otf|eot|svg|png|jpe?g|gif|webp|avif|ico|mp[34]|webm|ogg)$/i;

/** Eight or more hexadecimal digits, as webpack, Parcel and Next.js have them: between dots, or last after a dash. */
const HEXADECIMAL = /[._-]([0-9a-f]{8,64})(?=\.)/g;

/** The last eight characters before the extensions: esbuild's in base 32, Rollup's and Vite's in base 64. */
const EIGHT = /[._-]([A-Za-z0-9_-]{8})(?:\.(?:min|chunk|module))?\.\w+(?:\.map)?$/;

/** A run of one kind of character; a capital and the small letters behind it are one. */
const RUN = /[A-Z]+[a-z]*|[a-z]+|[0-9]+|[_-]/g;

/** Runs in eight characters from which on they are no words with a number. */
const NOISE_RUNS = 4;

/**
 * Whether the file at `path` has a name that a bundler gave it: `app.3f9a1c7e.js`, `index-BX3kq2Zt.css`,
 * `chunk-5YZ3QWKM.js`. In doubt it has not: such a file is only asked about again, while one that is mistaken for
 * it would stay old for a year. So dates (`report-20240101.css`) and words (`logo-Version2.svg`) are no hashes, nor
 * are those hashes that look like them.
 */
export function isHashedName(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!ASSET.test(name)) return false;
  for (const [, digits = ""] of name.matchAll(HEXADECIMAL)) {
    if (/[0-9]/.test(digits) && /[a-f]/.test(digits)) return true;
  }
  const eight = EIGHT.exec(name)?.[1];
  return eight !== undefined && (isBase32(eight) || isBase64(eight));
}

/** A digit with a letter behind it tells it from a word with a number. */
function isBase32(text: string): boolean {
  return /^[A-Z2-7]+$/.test(text) && /[2-7][A-Z]/.test(text);
}

function isBase64(text: string): boolean {
  if (!/[A-Z]/.test(text) || !/[a-z]/.test(text)) return false;
  return (text.match(RUN)?.length ?? 0) >= NOISE_RUNS;
}
