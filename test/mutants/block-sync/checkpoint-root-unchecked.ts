import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "checkpoint-root-unchecked",
  wrong: "Accounts are taken that are not proven against the checkpoint's state root.",
  source: "Ethereum snap/1: every range of accounts comes with a proof.",
  file: "src/protocols/block-sync/sync/sync-rules.ts",
  find: `  if (result.kind !== "complete") return "wrong";
  return result.hasMore ? "more" : "complete";`,
  replace: '  return result.kind === "complete" && result.hasMore ? "more" : "complete";',
  scenario: "bs-checkpoint-and-pruning",
  invariant: "BS-ATOMIC",
};

export default mutant;
