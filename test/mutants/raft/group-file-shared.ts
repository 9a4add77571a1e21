import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "group-file-shared",
  wrong: "All groups of a host keep their journals in one file.",
  source: "Scenario raft-multi-group: each group has a log of its own.",
  file: "src/protocols/groups/scope.ts",
  find: "{group}/",
  replace: "{group === \"\" || 'groups'}/",
  scenario: "raft-multi-group",
  invariant: "RAFT-VOTE",
};

export default mutant;
