import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "preferred-without-end",
  wrong: "Members wait for those that are preferred to them for as long as these are down.",
  source: "SOFAJRaft: the priority that is waited for decays with each timeout in vain.",
  file: "src/protocols/raft/elections.ts",
  find: "state.gaveWay++;",
  replace: "",
  scenario: "raft-priority-election/both-down",
  invariant: "PROGRESS",
};

export default mutant;
