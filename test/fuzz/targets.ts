/** The targets, in the order of their turns. */

import type { Target } from "./target.ts";
import { chunkedTarget } from "./targets/chunked.ts";
import { connectionTarget } from "./targets/connection.ts";
import { dateTarget, hostTarget, listsTarget } from "./targets/fields.ts";
import { headTarget } from "./targets/head.ts";
import { logTarget } from "./targets/log.ts";
import { pathTarget } from "./targets/path.ts";
import { responseTarget } from "./targets/response.ts";
import { scriptTarget } from "./targets/script.ts";

export const TARGETS: readonly Target[] = [
  headTarget,
  chunkedTarget(),
  connectionTarget,
  responseTarget,
  pathTarget,
  hostTarget,
  dateTarget,
  listsTarget,
  logTarget,
  scriptTarget,
];
