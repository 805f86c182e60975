/**
 * How many files and sockets the process may have open (`ulimit -n`). Where there are none left, the kernel keeps new
 * connections in its queue, and the event loop is woken for them again and again without being able to take them: it
 * spins. So a few are kept free.
 */

/** Descriptors that no connection gets: they are for the files of handlers, and for taking connections to close them. */
const RESERVED_DESCRIPTORS = 16;

/** Of these, those that no file gets which stays open while a client takes it: connections are taken by them. */
const DESCRIPTORS_TO_ACCEPT_BY = 4;

/** The limit; Infinity where the system has none or does not tell it. The runtime raises the soft one to the hard one. */
export const MAX_DESCRIPTORS: number = descriptorLimit();

/**
 * Whether `descriptor`, which was opened just now, is among the last ones: the system gives the lowest that is free, so
 * nearly all below it are in use.
 */
export function isAmongLast(descriptor: number): boolean {
  return descriptor >= MAX_DESCRIPTORS - RESERVED_DESCRIPTORS;
}

/** Whether a file that was opened as `descriptor` must not stay open, for else no connection could even be closed. */
export function mustBeFreed(descriptor: number): boolean {
  return descriptor >= MAX_DESCRIPTORS - DESCRIPTORS_TO_ACCEPT_BY;
}

/** A part of the runtime's report on itself, which is missing on systems without such limits. */
interface Report {
  // biome-ignore lint/style/useNamingConvention: the report's own name
  readonly userLimits?: { readonly open_files?: { readonly soft: number | "unlimited" } };
}

function descriptorLimit(): number {
  const limit = (process.report.getReport() as Report).userLimits?.open_files?.soft;
  return typeof limit === "number" ? limit : Number.POSITIVE_INFINITY;
}
