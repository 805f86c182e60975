/** Request heads for the connections of an event loop, used again and again. */

import { RequestHead } from "../protocol/request-head.ts";

const MAX_SPARE_HEADS = 64;

const spareHeads: RequestHead[] = [];

/** A head to parse into. */
export function takeHead(): RequestHead {
  return spareHeads.pop() ?? new RequestHead();
}

/** Gives a head back, unless somebody still reads in it. */
export function recycleHead(head: RequestHead): void {
  if (head.isKept || spareHeads.length === MAX_SPARE_HEADS) return;
  head.reset();
  spareHeads.push(head);
}
