import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "flood-is-heard",
  wrong: "Who sends more than it may is blamed for it, and heard all the same.",
  source: "tb-distributed-load: limits of 100 messages and 64 KiB a second for each peer.",
  file: "src/protocols/block-sync/peers/peers.ts",
  find: `    if (!isAllowed) return false;
`,
  replace: "",
  scenario: "bs-block-validation/flood",
  invariant: "BS-FLOOD",
};

export default mutant;
