/**
 * Bytes into a coding, on a thread of the runtime's. `node:zlib` does that for all three codings and leaves
 * the event loop to others meanwhile; the runtime's CompressionStream does not, and takes brotli at its
 * slowest.
 */

import { brotliCompress, type BrotliOptions, constants, gzip, zstdCompress } from "node:zlib";
import type { ContentCoding } from "./content-coding.ts";

/** Where another step costs more time than it saves bytes: some 50 to 80 MB of text a second. */
const BROTLI_QUALITY = 5;
const ZSTD_LEVEL = 6;
const GZIP_LEVEL = 6;

type Done = (error: Error | null, output: Uint8Array) => void;

/** `input` in `coding`; null where that would not be smaller. Rejects where the library fails. */
export function compressBytes(input: Uint8Array, coding: ContentCoding): Promise<Uint8Array | null> {
  if (input.length < 2) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    start(input, coding, (error, output) => {
      if (error === null) resolve(exactly(output));
      else if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") resolve(null);
      else reject(error);
    });
  });
}

function start(input: Uint8Array, coding: ContentCoding, done: Done): void {
  // More than this is no gain, and need not be made.
  const maxOutputLength = input.length - 1;
  if (coding === "gzip") {
    gzip(input, { level: GZIP_LEVEL, maxOutputLength }, done);
  } else if (coding === "zstd") {
    const params = { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL };
    zstdCompress(input, { params, maxOutputLength }, done);
  } else {
    const params: BrotliOptions["params"] = {
      [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: input.length,
    };
    brotliCompress(input, { params, maxOutputLength }, done);
  }
}

/** `output` in memory that holds nothing else: a slice of a shared piece would keep all of that alive. */
function exactly(output: Uint8Array): Uint8Array {
  return output.buffer.byteLength === output.length ? output : new Uint8Array(output);
}
