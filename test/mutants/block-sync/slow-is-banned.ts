import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "slow-is-banned",
  wrong: "Peers that do not answer in time are banned like liars.",
  source: "To be slow proves nothing; if all are, somebody must be asked.",
  file: "src/protocols/block-sync/peers/peers.ts",
  find: 'const least = fault === "timeout" ? options.scoreMin : Number.NEGATIVE_INFINITY;',
  replace: "const least = Number.NEGATIVE_INFINITY;",
  scenario: "bs-lossy-sync-retry/slow-peers",
  invariant: "BS-BAN",
};

export default mutant;
