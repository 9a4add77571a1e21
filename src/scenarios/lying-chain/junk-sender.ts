// Bytes that are nothing, where a message has bytes.

import type { BlockSyncMessage } from "../../protocols/block-sync/messages.ts";
import type { Random } from "../../sim/random/random.ts";
import { junk } from "./forgeries.ts";
import { type Lie, tellAll } from "./lies.ts";

const JUNK = "sends junk";

export const junkBytes: Lie = {
  onSend: (context, message) =>
    message.type !== "status" && context.tells(JUNK)
      ? spoilt(context.env.random, message)
      : message,
  onTick: (context) => {
    const { random } = context.env;
    if (!context.state.honest.isReady || !context.tells(JUNK)) return;
    tellAll(context, random.pick(gossipOf(random)));
  },
};

function gossipOf(random: Random): readonly BlockSyncMessage[] {
  return [
    { type: "block", header: some(random), body: [some(random)] },
    { type: "transactions", transactions: [some(random)] },
    { type: "votes", votes: [some(random)] },
    { type: "evidence", evidence: [[some(random), some(random)]] },
    // Numbers that nobody has asked under.
    { type: "headers", request: random.int(0, 1_000), headers: [some(random)] },
    { type: "bodies", request: random.int(0, 1_000), bodies: [[some(random)]] },
    {
      ...{ type: "accounts", request: random.int(0, 1_000) },
      ...{ accounts: [[some(random), some(random)]], proof: [some(random)] },
    },
    { type: "get headers", request: 0, locator: [], count: -1 },
    { type: "get accounts", request: 0, block: "", start: "", count: 2 ** 52 },
    { type: "get bodies", request: 0, hashes: [] },
  ];
}

function spoilt(random: Random, message: BlockSyncMessage): BlockSyncMessage {
  switch (message.type) {
    case "headers":
      return { ...message, headers: message.headers.map(() => some(random)) };
    case "bodies":
      return { ...message, bodies: message.bodies.map(() => [some(random)]) };
    case "accounts":
      return { ...message, accounts: [[some(random), some(random)]], proof: [some(random)] };
    case "block":
      return { ...message, header: some(random) };
    case "votes":
      return { ...message, votes: [some(random)] };
    default:
      return message;
  }
}

function some(random: Random): Uint8Array {
  return junk(random, random.int(1, 200));
}
