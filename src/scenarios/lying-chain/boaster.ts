// A height that nobody has, claimed in every status.

import type { Lie } from "./lies.ts";

const HEIGHT = 1_000_000_000;
const HASH = "f".repeat(64);

export const boast: Lie = {
  onSend: (context, message) => {
    if (message.type !== "status" || !context.tells("claims a height of 10^9")) return message;
    const status = { ...message.status, tip: { height: HEIGHT, hash: HASH } };
    return { ...message, status };
  },
};
