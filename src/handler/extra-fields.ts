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

/** What 304 has to say of that 200 would have said (RFC 9110 15.4.5), beside what the answer says by itself. */
const CACHE_FIELDS: ReadonlySet<string> = new Set(["cache-control", "content-location", "expires", "vary"]);

/** Sends those of the extra fields that tell caches what to do with what they have. */
export function sendCacheFields(sender: ExtraFieldsSender): void {
  for (const [name, value] of sender.extra_response_headers) {
    if (CACHE_FIELDS.has(name.toLowerCase())) sender.send_header(name, value);
  }
}
