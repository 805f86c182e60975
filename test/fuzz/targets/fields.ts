/** Values of fields that the peer sends: authorities, dates and lists. */

import { ConnectionOption, connectionOptions, expectsContinue } from "../../../src/protocol/framing.ts";
import { HeadOutcome, parseHead } from "../../../src/protocol/head-parser.ts";
import { isAuthority } from "../../../src/protocol/host.ts";
import { formatHttpDate, parseHttpDate } from "../../../src/protocol/http-date.ts";
import { DEFAULT_HEAD_LIMITS } from "../../../src/protocol/limits.ts";
import { RequestHead } from "../../../src/protocol/request-head.ts";
import { isAuthority as isReferenceAuthority } from "../../support/reference.ts";
import type { Random } from "../random.ts";
import { type Fault, fromLatin1, type FuzzCase, latin1, type Target, wrong } from "../target.ts";
import { HOSTS, NUMBERS } from "../vocabulary.ts";

export const hostTarget: Target = {
  name: "host",
  generate: (random) => fromLatin1(hostText(random)),
  check({ bytes }) {
    const text = latin1(bytes);
    const place = fromLatin1(`${text}:80\r\n`);
    const isAccepted = isAuthority(place, 0, bytes.length);
    return isAccepted === isReferenceAuthority(text) ? undefined : wrong(`accepted: ${isAccepted}`);
  },
};

function hostText(random: Random): string {
  if (random.oneIn(3)) return random.pick(HOSTS);
  if (random.oneIn(3)) return `a:${random.pick(NUMBERS)}`;
  return `[${random.some(9, () => random.pick(["0:", "1:", "ffff:", "::", ":", "1.2.3.4", "255.", "g", "0"]))}]`;
}

/** 2026-11-23T00:00:00Z */
const NOW = 1_795_392_000;
const DATE_PIECES =
  "Sun, |Sunday, |Mon |06|31|29|30|60| |-|Nov|Feb|Jan|Dec|nov|1994|0000|9999|94|00|2024|2023|:|08|23|59|60|24| GMT|GMT| UTC".split(
    "|",
  );
const DATES = [
  "Sun, 06 Nov 1994 08:49:37 GMT",
  "Sunday, 06-Nov-94 08:49:37 GMT",
  "Sun Nov  6 08:49:37 1994",
  "Thu, 29 Feb 2024 23:59:60 GMT",
  "Fri, 31 Dec 9999 23:59:60 GMT",
  "Mon, 29 Feb 1900 00:00:00 GMT",
];

export const dateTarget: Target = {
  name: "date",
  generate: (random) =>
    fromLatin1(random.oneIn(2) ? random.pick(DATES) : random.some(14, () => random.pick(DATE_PIECES))),
  check: checkDate,
};

/** What is read is a whole second of the years 0 to 9999; an IMF-fixdate is read as it would be written. */
function checkDate({ bytes }: FuzzCase): Fault | undefined {
  const text = latin1(bytes);
  const second = parseHttpDate(text, NOW);
  if (Number.isNaN(second)) return checkNoDate(text);
  if (!Number.isSafeInteger(second)) return wrong(`read as ${second}`);
  const written = formatHttpDate(second);
  if (!text.includes(":60") && parseHttpDate(written, NOW) !== second) return wrong(`written as ${written}`);
  const isImf = / \d{4} .* GMT$/.test(text) && !text.includes(":60");
  return isImf && written.slice(5) !== text.slice(5) ? wrong(`${text} is read as ${written}`) : undefined;
}

/** Whatever the runtime would write as a date is one. */
function checkNoDate(text: string): Fault | undefined {
  const ms = /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  const isDate = !Number.isNaN(ms) && new Date(ms).toUTCString() === text;
  return isDate ? wrong(`refused, and it is ${ms / 1000}`) : undefined;
}

const OPTIONS =
  'close Close keep-alive KEEP-ALIVE closed xclose upgrade te , ; " = ( \t 100-continue 100-Continue'.split(
    " ",
  );
const HEAD_BEFORE = "GET / HTTP/1.1\r\nHost: a\r\nConnection: ";

export const listsTarget: Target = {
  name: "lists",
  generate: (random) =>
    fromLatin1(
      random.some(
        6,
        () => random.pick(OPTIONS) + random.pick([",", ", ", " ", "", "\r\nConnection: ", "\r\nExpect: "]),
      ),
    ),
  check: checkLists,
};

/** The fields that the connection hangs on, as lists of tokens. */
function checkLists({ bytes }: FuzzCase): Fault | undefined {
  const head = new RequestHead();
  const text = fromLatin1(`${HEAD_BEFORE}${latin1(bytes)}\r\n\r\n`);
  if (parseHead(head, text, 0, text.length, DEFAULT_HEAD_LIMITS) !== HeadOutcome.COMPLETE) return undefined;
  const values = { connection: [] as string[], expect: [] as string[] };
  for (let at = 0; at < head.fieldCount; at++) {
    const name = head.fieldName(at).toLowerCase();
    if (name === "connection" || name === "expect") values[name].push(head.fieldValue(at));
  }
  const isContinue = values.expect.length === 1 && /^100-continue$/i.test(values.expect[0]!);
  if (expectsContinue(head) !== isContinue) return wrong(`expects 100-continue: ${!isContinue}`);
  return checkOptions(connectionOptions(head), values.connection.join().split(/[ \t]*,[ \t]*/));
}

/** Every element of the list must be found; what is no list may be read either way, for the safe one is to close. */
function checkOptions(options: number, elements: readonly string[]): Fault | undefined {
  const lowered = elements.map((element) => element.trim().toLowerCase());
  const isList = lowered.every((element) => /^[-!#$%&'*+.^_`|~0-9a-z]*$/.test(element));
  for (const [name, bit] of [
    ["close", ConnectionOption.CLOSE],
    ["keep-alive", ConnectionOption.KEEP_ALIVE],
  ] as const) {
    const isFound = (options & bit) !== 0;
    if (lowered.includes(name) ? !isFound : isFound && isList) return wrong(`${name} is found: ${isFound}`);
  }
  return undefined;
}
