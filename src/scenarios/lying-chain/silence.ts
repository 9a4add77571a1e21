// Requests that are not answered: all, half, the first for each range, or those whose number
// was seen before.

import type { SyncRequest } from "../../protocols/block-sync/messages.ts";
import type { Lie, LieContext } from "./lies.ts";

export const silence: Lie = {
  onMessage: (context, _, message) => {
    switch (message.type) {
      case "get headers":
      case "get header":
      case "get bodies":
      case "get accounts":
        return isIgnored(context, message);
      default:
        return false;
    }
  },
};

function isIgnored(context: LieContext, request: SyncRequest): boolean {
  const { state } = context;
  const range = rangeOf(request);
  const isFirst = !state.ranges.has(range);
  const isSeen = state.numbers.has(request.request);
  state.ranges.add(range);
  state.numbers.add(request.request);
  const isOdd = state.askedCount++ % 2 === 1;
  return (
    (isSeen && context.tells("answers no number twice")) ||
    (isFirst && context.tells("answers no range at the first time")) ||
    (isOdd && context.tells("answers every other request")) ||
    context.tells("answers nothing")
  );
}

/** What is asked for, whoever asks and however often. */
function rangeOf(request: SyncRequest): string {
  switch (request.type) {
    case "get headers":
      return `${request.type} ${request.locator[0]}`;
    case "get header":
      return `${request.type} ${request.hash}`;
    case "get bodies":
      return `${request.type} ${request.hashes[0]}`;
    default:
      return `${request.type} ${request.start}`;
  }
}
