import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { documentRoot } from "../../src/files/document-root.ts";
import { parseParameters } from "../../src/files/parameters.ts";
import { type Admission, UploadFolder } from "../../src/files/upload-folder.ts";
import { formFileName, isUnfinished, nameRejection, urlPath } from "../../src/files/upload-names.ts";
import {
  BAD_NAME,
  BROKEN,
  EXISTS,
  NAME_TOO_LONG,
  NO_DESCRIPTORS,
  NO_FOLDER,
  NO_SPACE,
  NOT_WRITABLE,
  rejectionOf,
  type UploadRejection,
} from "../../src/files/upload-rejection.ts";
import { Stored, Upload } from "../../src/files/upload.ts";
import { Tree } from "../support/tree.ts";

/** Stores a file of this content; `admit` is asked before and after it is written. */
async function store(tree: Tree, content: string, admit: Admission): Promise<unknown> {
  using folder = UploadFolder.open(
    documentRoot(tree.root, { followSymlinks: false }),
    tree.root,
  ) as UploadFolder;
  const upload = Upload.begin(folder, "a", admit);
  if (!(upload instanceof Upload)) return upload;
  await upload.write(Buffer.from(content));
  return await upload.commit();
}

describe("an upload", () => {
  /** Another process does something after the last look at the name: at the second one, that is. */
  function meanwhile(change: () => void, whatThen: Admission): Admission {
    let looks = 0;
    return (existing) => {
      looks++;
      const rejection = whatThen(existing);
      if (looks === 2) change();
      return rejection;
    };
  }

  test("does not replace a file that another process has made in the last moment", async () => {
    using tree = new Tree();
    const admit = meanwhile(
      () => tree.add({ a: "theirs" }),
      (existing) => (existing === undefined ? undefined : EXISTS),
    );
    expect(await store(tree, "ours", admit)).toEqual(EXISTS);
    expect(readFileSync(tree.path("a"), "utf8")).toBe("theirs");
    expect(readdirSync(tree.root)).toEqual(["a"]);
  });

  test("replaces it where that is allowed, and says so", async () => {
    using tree = new Tree();
    const admit = meanwhile(
      () => tree.add({ a: "theirs" }),
      () => undefined,
    );
    expect(await store(tree, "ours", admit)).toBe(Stored.REPLACED);
    expect(readFileSync(tree.path("a"), "utf8")).toBe("ours");
    expect(readdirSync(tree.root)).toEqual(["a"]);
  });

  test("is not begun where the first look forbids it", async () => {
    using tree = new Tree({ a: "theirs" });
    expect(await store(tree, "ours", () => EXISTS)).toEqual(EXISTS);
    expect(readdirSync(tree.root)).toEqual(["a"]);
  });

  test("can be given up more than once, and leaves nothing", async () => {
    using tree = new Tree();
    using folder = UploadFolder.open(
      documentRoot(tree.root, { followSymlinks: false }),
      tree.root,
    ) as UploadFolder;
    const upload = Upload.begin(folder, "a", () => undefined) as Upload;
    await upload.write(Buffer.from("half"));
    expect([upload.size, readdirSync(tree.root).length]).toEqual([4, 1]);
    upload.abandon();
    upload.abandon();
    expect(readdirSync(tree.root)).toEqual([]);
  });
});

test("nameRejection() is about the name alone", () => {
  const cases: readonly [name: string, expected: UploadRejection | undefined][] = [
    ["a", undefined],
    ["x".repeat(255), undefined],
    ["x".repeat(256), NAME_TOO_LONG],
    ["\u00fc".repeat(127), undefined],
    ["\u00fc".repeat(128), NAME_TOO_LONG],
    ["", BAD_NAME],
    [".", BAD_NAME],
    ["..", BAD_NAME],
    ["a/b", BAD_NAME],
    ["a\0", BAD_NAME],
    ["\uDCFF", BAD_NAME],
    [".env", NO_FOLDER],
    [".basehttp-upload-x", NO_FOLDER],
  ];
  for (const [name, expected] of cases)
    expect([name, nameRejection(name, true, false, false)]).toEqual([name, expected]);
  expect(nameRejection(".env", true, true)).toBeUndefined();
  expect(nameRejection(".BASEHTTP-upload-x", true, true)).toBe(NO_FOLDER);
  expect(nameRejection(".well-known", true, false)).toBeUndefined();
  expect(nameRejection(".well-known", false, false)).toBe(NO_FOLDER);
});

test.each(["a:b", "a\\b", "a.", "a ", "a?", "a\tb", "C:"])("%j is no name on Windows", (name) => {
  expect(nameRejection(name, true, false, true)).toBe(BAD_NAME);
  expect(nameRejection(name, true, false, false)).toBeUndefined();
});

test("a file that is not whole is told by its name", () => {
  expect(
    [".basehttp-upload-", ".Basehttp-Upload-1", "basehttp-upload-1", ".basehttp"].map(isUnfinished),
  ).toEqual([true, true, false, false]);
});

test("the name of a form's file is the last segment of what the form says", () => {
  expect(["a", "/x/a", "C:\\x\\a", "x/", "%22a%22", "%41"].map(formFileName)).toEqual([
    "a",
    "a",
    "a",
    "",
    '"a"',
    "%41",
  ]);
});

test("urlPath() escapes each name", () => {
  expect([urlPath([]), urlPath(["a b", "\u00fc?#%"])]).toEqual(["/", "/a%20b/%C3%BC%3F%23%25"]);
});

test("what the system says becomes a status, and its words stay here", () => {
  const cases = {
    ENOSPC: NO_SPACE,
    EDQUOT: NO_SPACE,
    EFBIG: NO_SPACE,
    EACCES: NOT_WRITABLE,
    EROFS: NOT_WRITABLE,
  };
  const more = { EMFILE: NO_DESCRIPTORS, ENOENT: NO_FOLDER, ENAMETOOLONG: NAME_TOO_LONG, EIO: BROKEN };
  for (const [code, rejection] of Object.entries({ ...cases, ...more })) {
    expect([code, rejectionOf(Object.assign(new Error(`${code}: /secret`), { code }))]).toEqual([
      code,
      rejection,
    ]);
  }
  expect(rejectionOf(new Error("anything"))).toBe(BROKEN);
});

describe("parseParameters()", () => {
  const good: readonly [text: string, value: string, parameters: Record<string, string>][] = [
    ["text/plain", "text/plain", {}],
    ["Text/Plain; Charset=UTF-8", "text/plain", { charset: "UTF-8" }],
    ['a;b="c;d";\te=f ;', "a", { b: "c;d", e: "f" }],
    ['a; b="\\"c\\d\\""', "a", { b: '"c\\d"' }],
    ['a; b=""', "a", { b: "" }],
  ];
  test.each(good)("%j", (text, value, parameters) => {
    const parsed = parseParameters(text)!;
    expect([parsed.value, Object.fromEntries(parsed.parameters)]).toEqual([value, parameters]);
  });

  test.each(["", ";a=b", "a b", "a;b", "a;b=", "a;=c", 'a;b="c', 'a;b="c"d', "a;b=c;B=d", "a,b"])(
    "%j is none",
    (text) => {
      expect(parseParameters(text)).toBeUndefined();
    },
  );
});
