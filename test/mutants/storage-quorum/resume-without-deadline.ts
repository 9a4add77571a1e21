import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "resume-without-deadline",
  wrong: "A backend that starts again sets no deadline for the blocks that are open.",
  source: "After a restart every open block is resolved.",
  file: "src/protocols/storage-quorum/consensus.ts",
  find: "      if (!isOpen(block)) continue;",
  replace: "      if (isOpen(block)) continue;",
  scenario: "sq-consensus-timeout/restart",
  invariant: "FINAL",
};

export default mutant;
