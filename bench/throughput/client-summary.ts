/** What a client counted in a run, and whether the run holds. */
import type { Child } from "./child.ts";
import type { AnswerBytes } from "./probe.ts";

export interface Summary {
  readonly requests: number;
  /** Bytes received, heads included. */
  readonly bytes: number;
  readonly microseconds: number;
  readonly errors: Readonly<Record<"connect" | "read" | "write" | "status" | "timeout", number>>;
}

/** What the answers of a run must look like. */
export interface RunShape {
  readonly answerBytes: AnswerBytes;
  /** Requests that may be on their way when the time is up. */
  readonly requestsInFlight: number;
  /**
   * Whether the server closes the connection after each answer. `wrk` counts that as an error of reading unless the answer
   * announced it by `Connection: close`, which some servers leave out.
   */
  readonly isConnectionPerRequest?: boolean;
}

/** How long a client may take beyond the time it was told: to connect, to stop and to report. */
const SLACK_SECONDS = 15;

const PREFIX = "summary ";

/** Waits for the line in which a client sums up a run of so many seconds. */
export async function readSummary(client: Child, seconds: number): Promise<Summary> {
  const deadline = Date.now() + (seconds + SLACK_SECONDS) * 1000;
  for (;;) {
    const line = await client.nextLine((deadline - Date.now()) / 1000);
    if (line.startsWith(PREFIX)) return JSON.parse(line.slice(PREFIX.length)) as Summary;
  }
}

/** Says what went wrong in a run by the client's own account, which knows of answers the status only. */
export function failure({ requests, errors }: Summary): string | undefined {
  const counts = Object.entries(errors).filter(([, count]) => count > 0);
  if (counts.length > 0) return `errors: ${counts.map(([kind, count]) => `${count} ${kind}`).join(", ")}`;
  return requests === 0 ? "no request was answered" : undefined;
}

/**
 * Says what makes a run void, or returns undefined when nothing does. The bytes received tell whether each answer was whole,
 * but for those that were on their way when the time was up.
 */
export function voidReason(summary: Summary, shape: RunShape): string | undefined {
  const reason = failure(shape.isConnectionPerRequest === true ? withoutEnds(summary) : summary);
  if (reason !== undefined) return reason;
  const { requests, bytes } = summary;
  const { least, most } = shape.answerBytes;
  if (bytes >= requests * least && bytes <= (requests + shape.requestsInFlight) * most) return undefined;
  const length = least === most ? least : `${least} to ${most}`;
  return `${requests} answers of ${length} bytes cannot make ${bytes} bytes`;
}

/** A summary whose errors of reading are no more than what ends that were not announced leave to be explained. */
function withoutEnds(summary: Summary): Summary {
  const { requests, errors } = summary;
  return { ...summary, errors: { ...errors, read: Math.max(0, errors.read - requests) } };
}
