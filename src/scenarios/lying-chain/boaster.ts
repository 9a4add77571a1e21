// A height that nobody has, or a host that there is not, claimed in every status.

import type { Status } from "../../protocols/block-sync/messages.ts";
import type { Lie, LieContext } from "./lies.ts";

const HEIGHT = 1_000_000_000;
const HASH = "f".repeat(64);
const NOBODY = "nobody";

export const boast: Lie = {
  onSend: (context, message) => {
    if (message.type !== "status") return message;
    return { ...message, status: boastful(context, message.status) };
  },
};

function boastful(context: LieContext, status: Status): Status {
  const isHigh = context.tells("claims a height of 10^9");
  const isWellKnown = context.tells("names a host that there is not");
  return {
    ...status,
    ...(isHigh ? { tip: { height: HEIGHT, hash: HASH } } : {}),
    ...(isWellKnown ? { peers: [...status.peers, NOBODY] } : {}),
  };
}
