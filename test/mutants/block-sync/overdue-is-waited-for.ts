import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "overdue-is-waited-for",
  wrong: "What is overdue is asked of nobody else until its time is up.",
  source: "One peer that never answers holds up all others for 30 s each time.",
  file: "src/protocols/block-sync/sync/overdue.ts",
  find: "if (rest <= 0) return true;",
  replace: "if (rest <= 0) return false;",
  scenario: "bs-header-first-parallel",
  invariant: "CAUGHT-UP",
};

export default mutant;
