import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "group-timers-shared",
  wrong: "Timers have one name in all groups, so that one replaces another's.",
  source: "Scenario raft-multi-group: a group's timers are its own.",
  file: "src/protocols/groups/scope.ts",
  find: "env.setTimer(nameIn(group, name), delay)",
  replace: "env.setTimer(name, delay)",
  scenario: "raft-multi-group",
  invariant: "EXCEPTION",
};

export default mutant;
