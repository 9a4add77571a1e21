import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "learner-stays",
  wrong: "A learner that is to become a voter never catches up fast enough.",
  source: "Ongaro's thesis §4.2.1: a round that takes less than an election timeout is enough.",
  file: "src/protocols/raft/changes.ts",
  find: "now - round.beganAt <= config.options.electionTimeoutMin",
  replace: "now - round.beganAt > config.options.electionTimeoutMin",
  scenario: "raft-config-change-add-remove",
  invariant: "CHANGES",
};

export default mutant;
