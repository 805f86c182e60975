/** Plays the scenario that the first argument names, at the URL that is the second, and prints what it gave. */

import { SCENARIOS } from "./scenarios.ts";

const [name = "", url = ""] = process.argv.slice(2);
console.log(JSON.stringify(await SCENARIOS[name]!(url)));
