import { expect, test } from "bun:test";
import { compressibility } from "../../src/files/compressible.ts";
import { guessMediaType } from "../../src/files/mime.ts";

const byName: [expected: string, names: string][] = [
  ["yes", "a.html a.htm a.css a.js a.mjs a.cjs a.json a.map a.txt a.md a.csv a.xml a.svg a.py a.ts a.jsx"],
  [
    "yes",
    "a.wasm a.ttf a.otf a.eot a.ico a.bmp a.webmanifest a.yaml a.toml a.ics a.vtt a.rss a.atom a.gltf a.tar",
  ],
  ["no", "a.png a.jpg a.jpeg a.gif a.webp a.avif a.jxl a.mp4 a.webm a.mp3 a.ogg a.flac a.opus"],
  ["no", "a.zip a.gz a.tgz a.bz2 a.xz a.7z a.rar a.woff a.woff2 a.pdf a.epub a.docx a.xlsx a.apk a.jar"],
  ["unknown", "a.bin a.iso a.dat a.tsx"],
];

test.each(byName)("%s: %s", (expected, names) => {
  const types = names
    .split(" ")
    .map((name) => [name, guessMediaType(name, {}) ?? "application/octet-stream"]);
  expect(types.map(([name, type]) => [name, type, compressibility(type!)])).toEqual(
    types.map(([name, type]) => [name, type, expected]),
  );
});

const byType: [type: string, expected: string][] = [
  ["text/html; charset=utf-8", "yes"],
  ["TEXT/HTML;charset=utf-8", "yes"],
  ["text/anything", "yes"],
  ["application/ld+json", "yes"],
  ["application/atom+xml ; x=y", "yes"],
  ["image/svg+xml", "yes"],
  ["application/problem+json; a=1", "yes"],
  ["application/vnd.api+jsonish", "no"],
  ["application/jsonx", "no"],
  ["textual/html", "no"],
  ["image/png; note=text/html", "no"],
  ["application/octet-stream", "unknown"],
  ["", "unknown"],
  ["nonsense", "no"],
];

test.each(byType)("%p: %s", (type, expected) => {
  expect(compressibility(type)).toBe(expected as "yes");
});
