/** `bun bench/micro/http-date.ts`: what it costs to write and to read a date. */
import { formatHttpDate, parseHttpDate } from "../../src/protocol/http-date.ts";
import { DATES, NO_DATES, PRESENT_OF_DATES } from "../corpus.ts";
import { type Case, caseOf, runSuite, type Suite } from "./suite.ts";

// The engine remembers the last few dates that it took apart: these are more than it remembers.

function readCase(name: string, form: "imfFixdate" | "rfc850Date" | "asctimeDate"): Case {
  return caseOf(
    name,
    (text: string) => parseHttpDate(text, PRESENT_OF_DATES),
    DATES.map((date) => [date[form], date.epochSeconds]),
  );
}

function noDateCase([name, texts]: [name: string, texts: readonly string[]]): Case {
  return caseOf(
    name,
    (text: string) => parseHttpDate(text, PRESENT_OF_DATES),
    texts.map((text) => [text, NaN]),
  );
}

export const HTTP_DATE: Suite = {
  "writing a date": [
    caseOf(
      "IMF-fixdate",
      formatHttpDate,
      DATES.map(({ epochSeconds, imfFixdate }) => [epochSeconds, imfFixdate]),
    ),
  ],
  "reading a date": [
    readCase("IMF-fixdate", "imfFixdate"),
    readCase("rfc850-date", "rfc850Date"),
    readCase("asctime-date", "asctimeDate"),
  ],
  "reading what is no date": Object.entries(NO_DATES).map(noDateCase),
};

if (import.meta.main) await runSuite(HTTP_DATE);
