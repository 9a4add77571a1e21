import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "future-accepted",
  wrong: "A block is taken however far its time is ahead of this node's clock.",
  source: "go-ethereum, consensus.ErrFutureBlock: a block of the future has to wait.",
  file: "src/protocols/block-sync/validation.ts",
  find: 'if (timestamp > now + rules.limits.futureMax) return "timestamp in the future";',
  replace: "",
  scenario: "bs-block-validation",
  invariant: "BS-NO-INVALID",
};

export default mutant;
