import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "banned-is-asked",
  wrong: "A peer that is banned is asked for blocks all the same.",
  source: "A ban is for all dealings with a peer.",
  file: "src/protocols/block-sync/peers/peers.ts",
  find: "return peer.isReachable && peer.status !== undefined && peer.bannedUntil === undefined;",
  replace: "return peer.isReachable && peer.status !== undefined;",
  scenario: "bs-block-validation",
  invariant: "BS-BAN",
};

export default mutant;
