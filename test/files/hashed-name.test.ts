import { describe, expect, test } from "bun:test";
import { isHashedName } from "../../src/files/hashed-name.ts";

describe("isHashedName()", () => {
  test.each([
    ["webpack's", "app.3f9a1c7e.js"],
    ["webpack's of twenty digits", "main.1a2b3c4d5e6f7a8b9c0d.css"],
    ["webpack's with more behind it", "2.a1b2c3d4.chunk.js"],
    ["a source map's", "app.3f9a1c7e.js.map"],
    ["a minified one's", "app.3f9a1c7e.min.js"],
    ["Next.js's", "main-app-2d1a0f3b9c8e7d6f.js"],
    ["Parcel's", "index.5f3c2b1a.woff2"],
    ["Rails's", "logo-908e25f4bf641868d8683022a5b62f54.png"],
    ["Vite's", "index-BX3kq2Zt.js"],
    ["Vite's with a dash in it", "index-B-3kq_Zt.css"],
    ["Vite's source map's", "index-BX3kq2Zt.js.map"],
    ["esbuild's", "chunk-5YZ3QWKM.js"],
    ["one in a directory", "/www/assets/index-BX3kq2Zt.js"],
  ])("holds for %s name: %s", (_, name) => {
    expect(isHashedName(name)).toBe(true);
  });

  test.each([
    ["a plain name", "app.js"],
    ["a version", "jquery-3.6.0.min.js"],
    ["a long version", "lib-10.20.30000000.js"],
    ["a date", "report-20240101.css"],
    ["a date with a time", "report.20240101123000.json"],
    ["a word of eight letters", "user-settings.js"],
    ["a word with a capital", "user-Settings.js"],
    ["two words", "my-MyWidget.js"],
    ["a word with a number", "logo-Version2.svg"],
    ["a season", "photo-Summer24.jpg"],
    ["a device", "frame-iPhone15.png"],
    ["a word in capitals", "chapter-OVERVIEW.png"],
    ["a word in capitals with a number", "track-VERSION2.mp3"],
    ["hexadecimal words", "img-deadbeef.png"],
    ["a hash too short", "app.3f9a1c7.js"],
    ["a hash in capitals, which is a serial number as well", "app.3F9A1C7.js"],
    ["a page", "index-BX3kq2Zt.html"],
    ["a file that no bundler emits", "backup-3f9a1c7e.zip"],
    ["a file without an extension", "3f9a1c7e"],
    ["a hash that is the directory's", "/www/build.3f9a1c7e.js/app.js"],
    ["a hash that is the whole name", "3f9a1c7e.js"],
    ["nothing", ""],
  ])("does not hold for %s: %s", (_, name) => {
    expect(isHashedName(name)).toBe(false);
  });

  test.each(["a", "-", ".", "A1", "-3f9a1c7e", ".a1"])("is decided for 64 KiB of %p", (unit) => {
    expect(isHashedName(`${unit.repeat(65_536 / unit.length)}!.js`)).toBe(false);
  });
});
