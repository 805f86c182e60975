import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  BAD_FORM,
  FORM_CUT_SHORT,
  formBoundary,
  type MultipartEvent,
  MultipartParser,
  PART_HEAD_TOO_LARGE,
  TOO_MANY_PARTS,
} from "../../src/files/multipart.ts";

const BOUNDARY = "AaB03x";

/** What a form came to: each part with its whole content, and how it ended. */
interface Outcome {
  readonly parts: { name: string; filename: string | null; content: string; isWhole: boolean }[];
  readonly ending: string;
}

function outcomeOf(events: readonly MultipartEvent[]): Outcome {
  const parts: Outcome["parts"] = [];
  let ending = "none";
  for (const event of events) {
    if (event.kind === "part") parts.push({ ...event.head, content: "", isWhole: false });
    else if (event.kind === "data") parts.at(-1)!.content += Buffer.from(event.bytes).toString("latin1");
    else if (event.kind === "partEnd") parts.at(-1)!.isWhole = true;
    else ending = event.kind === "done" ? "done" : event.rejection.explain;
  }
  return { parts, ending };
}

/** Parses a form that comes in the given pieces. */
function parse(pieces: readonly string[], boundary: string = BOUNDARY): Outcome {
  const parser = new MultipartParser(boundary);
  const events = pieces.flatMap((piece) => parser.push(Buffer.from(piece, "latin1")));
  return outcomeOf([...events, ...parser.end()]);
}

function part(content: string, head = 'Content-Disposition: form-data; name="f"; filename="a"'): string {
  return `--${BOUNDARY}\r\n${head}\r\n\r\n${content}\r\n`;
}

const END = `--${BOUNDARY}--\r\n`;

function file(content: string, filename: string | null = "a"): Outcome["parts"][number] {
  return { name: "f", filename, content, isWhole: true };
}

/** Well-formed forms, with what is in them. */
const FORMS: readonly [what: string, form: string, parts: Outcome["parts"]][] = [
  ["one file", part("hello") + END, [file("hello")]],
  ["several", part("1") + part("2") + END, [file("1"), file("2")]],
  ["nothing at all", END, []],
  ["an empty file", part("") + END, [file("")]],
  ["a part without a body", `${part("").slice(0, -2)}${END}`, [file("")]],
  ["a preamble and an epilogue", `before\r\n${part("x")}${END}after`, [file("x")]],
  ["no line end after the last boundary", part("x") + END.trimEnd(), [file("x")]],
  ["spaces behind a boundary", part("x").replace("\r\n", " \t\r\n") + END, [file("x")]],
  ["the boundary within a line", part(`a--${BOUNDARY}b`) + END, [file(`a--${BOUNDARY}b`)]],
  ["the boundary behind a bare LF", part(`\n--${BOUNDARY}--`) + END, [file(`\n--${BOUNDARY}--`)]],
  ["the boundary behind a bare CR", part(`\r--${BOUNDARY}--`) + END, [file(`\r--${BOUNDARY}--`)]],
  [
    "beginnings of the boundary",
    part("\r\n--AaB03\r\n--\r\n-\r\n\r") + END,
    [file("\r\n--AaB03\r\n--\r\n-\r\n\r")],
  ],
  [
    "a form of another boundary inside",
    part(`--other\r\n\r\n--other--`) + END,
    [file(`--other\r\n\r\n--other--`)],
  ],
  ["bytes that are no text", part("\0\xFF\x80\r\n") + END, [file("\0\xFF\x80\r\n")]],
  [
    "a field without a filename",
    part("x", 'content-disposition:form-data;name="f"') + END,
    [file("x", null)],
  ],
  [
    "an empty filename",
    part("", 'Content-Disposition: form-data; name="f"; filename=""') + END,
    [file("", "")],
  ],
  [
    "a filename in UTF-8",
    part("x", 'Content-Disposition: form-data; name="f"; filename="\xC3\xBC"') + END,
    [file("x", "\u00fc")],
  ],
  [
    "a filename with escaped quotation marks",
    part("x", 'Content-Disposition: form-data; name="f"; filename="a\\"b;c=\\"d"') + END,
    [file("x", 'a"b;c="d')],
  ],
  [
    "a filename without quotation marks",
    part("x", "Content-Disposition: form-data; filename=a.txt; name=f") + END,
    [file("x", "a.txt")],
  ],
  [
    "a filename* beside it, which does not count",
    part("x", `Content-Disposition: form-data; name="f"; filename="a"; filename*=UTF-8''evil`) + END,
    [file("x")],
  ],
  [
    "other fields",
    part("x", 'Content-Type: text/plain\r\nContent-Disposition: form-data; name="f"; filename="a"\r\nX-Y:') +
      END,
    [file("x")],
  ],
];

const DISPOSITION = 'Content-Disposition: form-data; name="f"; filename="a"';

/** Heads that are malformed. */
const BAD_HEADS: readonly [what: string, head: string][] = [
  ["no disposition", "Content-Type: text/plain"],
  ["an empty head", ""],
  ["two dispositions", `${DISPOSITION}\r\n${DISPOSITION}`],
  ["another disposition", 'Content-Disposition: attachment; name="f"; filename="a"'],
  ["no name", 'Content-Disposition: form-data; filename="a"'],
  ["two filenames", `${DISPOSITION}; filename="b"`],
  ["two filenames in different case", `${DISPOSITION}; FileName="b"`],
  ["a quotation mark that is never closed", 'Content-Disposition: form-data; name="f"; filename="a'],
  ["a last quotation mark that is escaped", 'Content-Disposition: form-data; name="f"; filename="a\\"'],
  ["text behind a quotation mark", 'Content-Disposition: form-data; name="f"; filename="a"b'],
  ["a filename that is not UTF-8", 'Content-Disposition: form-data; name="f"; filename="\xFF"'],
  ["a NUL", `${DISPOSITION}\0`],
  ["a bare LF", `X: y\n${DISPOSITION}`],
  ["a bare CR", `X: y\r${DISPOSITION}`],
  ["a folded line", 'Content-Disposition: form-data;\r\n name="f"; filename="a"'],
  ["a space before the colon", 'Content-Disposition : form-data; name="f"; filename="a"'],
  ["a line without a colon", `nonsense\r\n${DISPOSITION}`],
  ["a body in base64", `${DISPOSITION}\r\nContent-Transfer-Encoding: base64`],
];

describe("a form with", () => {
  test.each(FORMS)("%s", (_what, form, parts) => {
    expect(parse([form])).toEqual({ parts, ending: "done" });
  });

  test.each(FORMS)("%s is the same byte by byte", (_what, form, parts) => {
    expect(parse([...form])).toEqual({ parts, ending: "done" });
  });

  test.each(FORMS)("%s is the same in two pieces, wherever it is cut", (_what, form, parts) => {
    for (let cut = 0; cut <= form.length; cut++) {
      expect(parse([form.slice(0, cut), form.slice(cut)])).toEqual({ parts, ending: "done" });
    }
  });
});

describe("a form is refused that has", () => {
  test.each(BAD_HEADS)("%s in a head", (_what, head) => {
    const outcome = { parts: [], ending: BAD_FORM.explain };
    expect(parse([part("x", head) + END])).toEqual(outcome);
    expect(parse([...(part("x", head) + END)])).toEqual(outcome);
  });

  test("a boundary that goes on: two parsers could see two forms", () => {
    const nested = `--${BOUNDARY}suffix\r\n${DISPOSITION}\r\n\r\nx`;
    const { parts, ending } = parse([part(nested) + END]);
    expect(parts).toEqual([{ ...file(""), isWhole: false }]);
    expect(ending).toBe(BAD_FORM.explain);
  });

  test("no end: the last file is not whole", () => {
    const { parts, ending } = parse([part("1") + part("2").slice(0, -2)]);
    expect(parts.map(({ isWhole }) => isWhole)).toEqual([true, false]);
    expect(ending).toBe(FORM_CUT_SHORT.explain);
  });

  test("no boundary at all", () => {
    expect(parse(["nothing of the kind"])).toEqual({ parts: [], ending: FORM_CUT_SHORT.explain });
  });

  test("a head of a megabyte, which is not waited for", () => {
    const parser = new MultipartParser(BOUNDARY);
    let pushed = 0;
    let events: MultipartEvent[] = parser.push(Buffer.from(`--${BOUNDARY}\r\nX: `));
    while (events.length === 0) {
      events = parser.push(Buffer.alloc(1024, "x"));
      pushed++;
    }
    expect(outcomeOf(events).ending).toBe(PART_HEAD_TOO_LARGE.explain);
    expect(pushed).toBe(8);
    expect(parse([part("", `X: ${"x".repeat(2 ** 20)}`)]).ending).toBe(PART_HEAD_TOO_LARGE.explain);
  });

  test("parts without end", () => {
    const { parts, ending } = parse([part("").repeat(1001) + END]);
    expect(parts).toHaveLength(1000);
    expect(ending).toBe(TOO_MANY_PARTS.explain);
  });
});

test("after the end, and after a failure, nothing follows", () => {
  for (const form of [END, part("", "nonsense")]) {
    const parser = new MultipartParser(BOUNDARY);
    parser.push(Buffer.from(form));
    expect(parser.push(Buffer.from(`\r\n${part("x")}${END}`))).toEqual([]);
    expect(parser.end()).toEqual([]);
  }
});

describe("any bytes", () => {
  /** Pieces of which forms are made, and of which they are not. */
  const fragment = fc.oneof(
    fc.constantFrom(
      "\r",
      "\n",
      "\r\n",
      "--",
      "-",
      BOUNDARY,
      `\r\n--${BOUNDARY}`,
      `--${BOUNDARY}\r\n`,
      END,
      "\0",
    ),
    fc.constantFrom(DISPOSITION, "\r\n\r\n", part("x"), part(""), ": ", '"', "; ", " "),
    fc.string({ maxLength: 8 }),
  );
  const form = fc
    .array(fragment, { maxLength: 24 })
    .map((fragments) => `--${BOUNDARY}\r\n${fragments.join("")}`);

  test("never make it throw, and come to the same however they are cut", () => {
    fc.assert(
      fc.property(form, fc.array(fc.nat(), { maxLength: 12 }), (text, numbers) => {
        const bytes = Buffer.from(text).toString("latin1");
        const cuts = [...new Set([0, ...numbers.map((number) => number % (bytes.length + 1)), bytes.length])];
        cuts.sort((a, b) => a - b);
        const pieces = cuts.slice(1).map((cut, index) => bytes.slice(cuts[index], cut));
        expect(parse(pieces)).toEqual(parse([bytes]));
      }),
      { numRuns: 2000 },
    );
  });

  test("in a file arrive as they are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 300 }), (content, cut) => {
        fc.pre(!Buffer.from(content).includes(`--${BOUNDARY}`));
        const text = part(Buffer.from(content).toString("latin1")) + END;
        const { parts, ending } = parse([text.slice(0, cut), text.slice(cut)]);
        expect(parts).toEqual([file(Buffer.from(content).toString("latin1"))]);
        expect(ending).toBe("done");
      }),
    );
  });
});

test("formBoundary() reads the boundary of a form, and nothing else", () => {
  const cases: readonly [type: string, boundary: string | null][] = [
    ["multipart/form-data; boundary=x", "x"],
    ["Multipart/Form-Data;charset=utf-8; BOUNDARY=x", "x"],
    ['multipart/form-data; boundary="a b:c"', "a b:c"],
    [`multipart/form-data; boundary=${"x".repeat(70)}`, "x".repeat(70)],
    [`multipart/form-data; boundary=${"x".repeat(71)}`, null],
    ["multipart/form-data", null],
    ["multipart/form-data; boundary=", null],
    ['multipart/form-data; boundary=""', null],
    ['multipart/form-data; boundary="x "', null],
    ['multipart/form-data; boundary="\xFF"', null],
    ["multipart/form-data; boundary=x; boundary=y", null],
    ["multipart/mixed; boundary=x", null],
    ["application/x-www-form-urlencoded", null],
    ["", null],
  ];
  for (const [type, boundary] of cases) expect([type, formBoundary(type)]).toEqual([type, boundary]);
});
