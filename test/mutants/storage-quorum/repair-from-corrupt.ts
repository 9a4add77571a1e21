import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "repair-from-corrupt",
  wrong: "What a holder gives is taken for the replica that it was asked for.",
  source: "DecentraStore, websocket_node.py: what is read is not hashed again.",
  file: "src/protocols/storage-quorum/retrievals.ts",
  find: "const isGood = data !== undefined && addressOf(data) === replica.address;",
  replace: "const isGood = data !== undefined && addressOf(data) !== undefined;",
  scenario: "sq-byzantine-storage/flips-a-bit",
  invariant: "SQ-RECOVERABLE",
};

export default mutant;
