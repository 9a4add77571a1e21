import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "confirmed-is-collected",
  wrong: "What a node holds of a confirmed file is dropped as nobody's.",
  source: "Garbage collection that takes what is in use for garbage.",
  file: "src/protocols/storage-quorum/housekeeping.ts",
  find: "      (address) => !kept.has(address) && held?.has(address) !== true,",
  replace: "      (address) => !kept.has(address) && held?.has(address) !== undefined,",
  scenario: "sq-quorum-2-of-3",
  invariant: "THIRD-REPLICA",
  alone: [
    { scenario: "sq-large-file", invariant: "COMPLETE" },
    { scenario: "sq-heartbeat-expiry/cut-from-discovery", invariant: "SQ-STILL-HOLDS" },
  ],
};

export default mutant;
