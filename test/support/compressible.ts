/** Files for tests of what is compressed. */

const WORDS = "a server that answers in fewer bytes than the file has is a good one for a slow line".split(
  " ",
);

/** `length` characters of text, another one for each `seed`: ASCII, and about as repetitive as people are. */
export function text(length: number, seed = 0): string {
  const words: string[] = [];
  let state = seed + 1;
  for (let size = 0; size <= length; size += words.at(-1)!.length + 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const word = WORDS[(state >>> 16) % WORDS.length]!;
    words.push(state >>> 28 === 0 ? `${word}${state}` : word);
  }
  return words.join(" ").slice(0, length);
}
