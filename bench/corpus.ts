/**
 * Named, realistic inputs, shared by benches and tests: a function is measured over what it meets in life, and over what
 * somebody sends to make it slow. Beside each input stands what must come of it, written down or made in another way than
 * by the code that is measured.
 */

export * from "./corpus/answers.ts";
export * from "./corpus/bodies.ts";
export * from "./corpus/dates.ts";
export * from "./corpus/file-names.ts";
export * from "./corpus/heads.ts";
export * from "./corpus/targets.ts";
