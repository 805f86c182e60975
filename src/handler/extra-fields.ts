/** The fields that a handler adds to the answers that carry what was asked for (SIM-14). */

/** Fields added to answers that carry a file or a listing, in order; a name may come more than once. */
export type ExtraResponseHeaders = readonly (readonly [name: string, value: string])[];

/** Who sends such an answer. */
export interface ExtraFieldsSender {
  readonly extra_response_headers: ExtraResponseHeaders;
  send_header(keyword: string, value: string | number): void;
}

/** Sends the extra fields, but those among `ownFields` (in lower case), which the answer says by itself. */
export function sendExtraFields(sender: ExtraFieldsSender, ownFields: ReadonlySet<string>): void {
  for (const [name, value] of sender.extra_response_headers) {
    if (!ownFields.has(name.toLowerCase())) sender.send_header(name, value);
  }
}
