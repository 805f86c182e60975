/** What a weight is, as Accept and its like give it to their members. */
const WEIGHT = /^q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/i;

/** The weight that a parameter says (RFC 9110 12.4.2), from 0 to 1; undefined where it is none. */
export function readWeight(parameter: string): number | undefined {
  const match = WEIGHT.exec(parameter);
  return match === null ? undefined : Number(match[1]);
}
