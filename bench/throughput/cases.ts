/** What is measured, against whom, and what is aimed at: the cases, by theme. */
import { BODY_CASES } from "./cases/bodies.ts";
import type { Case } from "./cases/case.ts";
import { CONNECTION_CASES } from "./cases/connections.ts";
import { FILE_CASES } from "./cases/files.ts";
import { HELLO_CASES } from "./cases/hello.ts";
import { TLS_CASES } from "./cases/tls.ts";

/** Every case, in the order in which they run. */
export const CASES: readonly Case[] = [
  ...HELLO_CASES,
  ...BODY_CASES,
  ...FILE_CASES,
  ...CONNECTION_CASES,
  ...TLS_CASES,
];
