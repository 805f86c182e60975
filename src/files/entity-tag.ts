/**
 * Entity tags (RFC 9110 8.8.3): how a file's is made, how they are read and compared. Pure: the time is passed in.
 *
 * A tag is text with its quotes, `"..."`, behind `W/` where it is weak.
 */

/** How an answer's entity tag is made: of size and time, of the content, or not at all. */
export type EntityTagKind = "stat" | "content" | "none";

/** Times of files are told apart by this part of a second: what a double still holds of the years 2004 to 2038. */
const UNITS_PER_SECOND = 2 ** 22;

/** The widest step of a file system's clock that has no fractions: FAT's. */
const COARSE_STEP_SECONDS = 2;

/**
 * The tag of a file by its size in bytes and the time of its last modification, in seconds since 1970. It is the
 * same for the same version after a restart, and on another host where the file has the same time.
 *
 * Of the nanoseconds as much counts as a double holds of them, a quarter of a microsecond: nobody writes, is
 * looked at and writes again in less, and asking for all of them makes `fstat` a third slower. It is a weak tag where the file system
 * tells whole seconds and the file might still change within the last one (8.8.1).
 */
export function statTag(size: number, mtime: number, now: number): string {
  const second = Math.floor(mtime);
  const part = Math.floor((mtime - second) * UNITS_PER_SECOND);
  const tag = `"${size.toString(36)}-${second.toString(36)}-${part.toString(36)}"`;
  const mayStillChange = mtime === second && Math.abs(now - second) <= COARSE_STEP_SECONDS;
  return mayStillChange ? `W/${tag}` : tag;
}

/** The tag of a representation that is coded, by that of what was coded: the bytes differ (8.8.3.3). */
export function codedTag(tag: string, coding: string): string {
  return `${tag.slice(0, -1)}-${coding}"`;
}

/** What a condition lists: tags, `*` for any, or nothing that could be read. */
export type EntityTagList = readonly string[] | "*" | null;

/** entity-tag (RFC 9110 8.8.3), at a place; with the comma or the end that must follow. */
const NEXT_MEMBER = /[ \t]*(?:((?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*)?(?:,|$)/y;

/**
 * Reads the value of If-Match or If-None-Match: tags behind each other, empty members left out (5.6.1.2). A value
 * that is not of this form, or has no tag, is null: no part of it counts.
 */
export function parseEntityTags(value: string): EntityTagList {
  if (value === "*") return "*";
  const tags: string[] = [];
  for (let at = 0; at < value.length; at = NEXT_MEMBER.lastIndex) {
    NEXT_MEMBER.lastIndex = at;
    const member = NEXT_MEMBER.exec(value);
    if (member === null) return null;
    if (member[1] !== undefined) tags.push(member[1]);
  }
  return tags.length === 0 ? null : tags;
}

/** Whether two tags are the same and neither is weak (8.8.3.2): what they stand for is the same byte for byte. */
export function matchesStrongly(one: string, other: string): boolean {
  return one === other && !isWeak(one);
}

/** Whether two tags are the same, weak or not (8.8.3.2). */
export function matchesWeakly(one: string, other: string): boolean {
  return opaquePart(one) === opaquePart(other);
}

function isWeak(tag: string): boolean {
  return tag.startsWith("W/");
}

function opaquePart(tag: string): string {
  return isWeak(tag) ? tag.slice("W/".length) : tag;
}
