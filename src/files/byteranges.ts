/** Several parts of a file as one body: multipart/byteranges (RFC 9110 14.6), read piece by piece. */

import { closeSource } from "./copy.ts";
import { partOfBytes } from "./held-bytes.ts";
import { OpenedFile } from "./opened-file.ts";
import { type ByteRange, contentRange } from "./range.ts";

/** What parts can be taken out of. */
export type PartSource = OpenedFile | Uint8Array;

interface Part {
  readonly head: Uint8Array;
  readonly range: ByteRange;
}

const NOTHING: Uint8Array = new Uint8Array(0);

/** One part of a source, to be sent in its place: a file that reads no further, a view of bytes. */
export function partOf(source: PartSource, { start, end }: ByteRange): PartSource {
  if (!(source instanceof OpenedFile)) return partOfBytes(source, start, end);
  source.select(start, end);
  return source;
}

/** A multipart/byteranges body over a source, which it closes. At most one piece of it is in memory. */
export class ByteRangesBody {
  /** The value of Content-Type. */
  readonly contentType: string;
  /** Bytes of the whole body. */
  readonly length: number;
  readonly #source: PartSource;
  readonly #parts: readonly Part[];
  readonly #end: Uint8Array;
  /** The part that is being read; as many as there are when the end is. */
  #place = -1;
  /** What comes before anything is read on. */
  #waiting: Uint8Array = NOTHING;
  #rest: PartSource = NOTHING;

  /** @param contentType the type of the whole; each part has it. */
  constructor(source: PartSource, ranges: readonly ByteRange[], size: number, contentType: string) {
    // Nobody can have put it into the file.
    const boundary = crypto.randomUUID().replaceAll("-", "");
    const typeLine = contentType === "" ? "" : `Content-Type: ${contentType}\r\n`;
    this.contentType = `multipart/byteranges; boundary=${boundary}`;
    this.#source = source;
    if (source instanceof OpenedFile) source.watch();
    this.#parts = ranges.map((range, index) => ({
      range,
      head: Buffer.from(
        `${index === 0 ? "" : "\r\n"}--${boundary}\r\n${typeLine}Content-Range: ${contentRange(range, size)}\r\n\r\n`,
        "latin1",
      ),
    }));
    this.#end = Buffer.from(`\r\n--${boundary}--\r\n`, "latin1");
    this.length = this.#parts.reduce(
      (sum, { head, range }) => sum + head.length + range.end - range.start,
      this.#end.length,
    );
  }

  /**
   * The next bytes, `size` at most; none at the end. It ends early where the file has become shorter, or another
   * than it was, so that the body is visibly incomplete.
   */
  read(size: number): Uint8Array {
    if (this.#waiting.length === 0) {
      const bytes = this.#readOn(size);
      if (bytes.length > 0) return bytes;
      if (remainingOf(this.#rest) > 0 || !this.#next()) return NOTHING;
    }
    const bytes = this.#waiting.subarray(0, size);
    this.#waiting = this.#waiting.subarray(bytes.length);
    return bytes;
  }

  /** Lets go of the source. */
  close(): void {
    closeSource(this.#source);
  }

  #readOn(size: number): Uint8Array {
    if (this.#rest instanceof OpenedFile) return this.#rest.read(Math.min(size, this.#rest.remaining));
    const bytes = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }

  /** Goes on to the next part, or to the end; `false` where there is nothing more, or nothing more is good. */
  #next(): boolean {
    const { length } = this.#parts;
    if (this.#place === length) return false;
    this.#place++;
    const part = this.#parts[this.#place];
    if (part !== undefined) {
      this.#waiting = part.head;
      this.#rest = partOf(this.#source, part.range);
      return true;
    }
    if (this.#source instanceof OpenedFile && !this.#source.isIntact()) return false;
    this.#waiting = this.#end;
    this.#rest = NOTHING;
    return true;
  }
}

function remainingOf(source: PartSource): number {
  return source instanceof OpenedFile ? source.remaining : source.length;
}
