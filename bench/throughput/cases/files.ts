/** Files and folders, served by each server's own means. */
import { mkdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { pattern } from "../../corpus/make.ts";
import type { Setup } from "../setup.ts";
import { KIB } from "../sizes.ts";
import { type Case, type Contender, type Load, LONG_WARM_UP_CPU_MS } from "./case.ts";
import { getRequest } from "./loads.ts";

/** Its type is written the same by everybody. */
const FILE_NAME = "photo.jpg";

const MODIFIED = new Date("2026-01-01T00:00:00Z");

/** A prime, so that no piece of a file looks like another one at the same place of its block. */
const PATTERN_BYTES = 65_521;

const ENTRIES = 1000;

/** Whole files of 100 MiB: more at a time would only wait. */
const LARGE_CONNECTIONS = 4;

const BASEHTTP: Contender = { peer: "basehttp", app: "files" };
const PYTHON: Contender = { peer: "python-http11", app: "files", connections: 16 };

/** A folder with one file, and the request for it. */
export async function fileLoad(setup: Setup, byteLength: number): Promise<Load> {
  const folder = setup.newPath();
  const body = Buffer.alloc(byteLength, pattern(PATTERN_BYTES));
  const path = join(folder, FILE_NAME);
  await Bun.write(path, body);
  utimesSync(path, MODIFIED, MODIFIED);
  return {
    packets: [getRequest(`/${FILE_NAME}`)],
    requestsPerPacket: 1,
    expected: { contentType: "image/jpeg", body },
    folder,
    warmUpCpuMs: LONG_WARM_UP_CPU_MS,
  };
}

/** The same file, which the client has already. */
async function notModifiedLoad(setup: Setup): Promise<Load> {
  return {
    ...(await fileLoad(setup, KIB)),
    packets: [getRequest(`/${FILE_NAME}`, `If-Modified-Since: ${MODIFIED.toUTCString()}`)],
    expected: { status: "304 Not Modified", body: new Uint8Array() },
  };
}

/** A folder of empty files. Everybody writes another page, so it is looked at for the links. */
async function listingLoad(setup: Setup): Promise<Load> {
  const folder = setup.newPath();
  mkdirSync(folder);
  const names = Array.from({ length: ENTRIES }, (_, index) => `entry-${String(index).padStart(4, "0")}.txt`);
  await Promise.all(names.map((name) => Bun.write(join(folder, name), "")));
  const request = getRequest("/");
  return {
    packets: [request, request], // the second answer must be the same as the first
    requestsPerPacket: 1,
    expected: { contentType: "text/html", body: (page) => missingLink(page, names) },
    folder,
    warmUpCpuMs: LONG_WARM_UP_CPU_MS,
  };
}

function missingLink(page: Uint8Array, names: readonly string[]): string | undefined {
  const text = new TextDecoder().decode(page);
  const missing = names.find((name) => !text.includes(`href="${name}"`));
  return missing === undefined ? undefined : `a listing without a link to ${missing}`;
}

export const FILE_CASES: readonly Case[] = [
  {
    kind: "throughput",
    name: "file-1k",
    title: "A file of 1 KiB",
    heading: "File of 1 KiB",
    load: (setup) => fileLoad(setup, KIB),
    subject: BASEHTTP,
    rivals: [
      { peer: "bun-serve-dir", goal: 1.85 },
      { peer: "nginx", goal: 1.35 },
      { peer: "nginx-cached", goal: 1.15 },
      { ...PYTHON, goal: 15 },
    ],
  },
  {
    kind: "throughput",
    name: "file-100k",
    title: "A file of 100 KiB",
    heading: "File of 100 KiB",
    isExtra: true,
    load: (setup) => fileLoad(setup, 100 * KIB),
    subject: BASEHTTP,
    rivals: [
      { peer: "bun-serve-dir", goal: 1.7 },
      { peer: "nginx", goal: 3 },
    ],
  },
  {
    kind: "throughput",
    name: "file-100m",
    title: "A file of 100 MiB",
    heading: "File of 100 MiB",
    isExtra: true,
    load: async (setup) => ({ ...(await fileLoad(setup, setup.largeBytes)), isCompleted: true }),
    connections: LARGE_CONNECTIONS,
    subject: BASEHTTP,
    rivals: [
      { peer: "bun-serve-dir", goal: 0.95 },
      { peer: "nginx", goal: 0.95 },
    ],
  },
  {
    kind: "throughput",
    name: "not-modified",
    title: "A file that the client has already, answered by 304",
    heading: "File not modified",
    isExtra: true,
    load: notModifiedLoad,
    subject: BASEHTTP,
    rivals: [{ peer: "bun-serve-dir" }, { peer: "nginx", goal: 1.35 }],
  },
  {
    kind: "throughput",
    name: "listing",
    title: "The listing of a folder with 1,000 entries",
    heading: "Directory listing",
    isExtra: true,
    load: listingLoad,
    subject: BASEHTTP,
    rivals: [{ peer: "nginx" }, { ...PYTHON, goal: 20 }],
  },
];
