/** Request heads for the connections of an event loop, used again and again. */

import { RequestHead } from "../protocol/request-head.ts";

const MAX_SPARE_HEADS = 64;

/** The one that synchronous handlers take turns with, and those that asynchronous ones have given back. */
let spareHead: RequestHead | null = null;
const moreHeads: RequestHead[] = [];

/** A head to parse into. */
export function takeHead(): RequestHead {
  const head = spareHead ?? moreHeads.pop() ?? new RequestHead();
  spareHead = null;
  return head;
}

/** Gives a head back, unless somebody still reads in it. */
export function recycleHead(head: RequestHead): void {
  if (head.isKept) {
    head.detach();
    return;
  }
  head.reset();
  if (spareHead === null) spareHead = head;
  else if (moreHeads.length < MAX_SPARE_HEADS) moreHeads.push(head);
}
