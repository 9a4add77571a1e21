import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "preferred-is-passed-over",
  wrong: "A leader hands over to who is preferred less than itself.",
  source: "Scenario raft-priority-election.",
  file: "src/protocols/raft/preference.ts",
  find: "(priorities[hostOf(id)] ?? 0) > (priorities[hostOf(best ?? this.#member.id)] ?? 0)",
  replace: "(priorities[hostOf(id)] ?? 0) < (priorities[hostOf(best ?? this.#member.id)] ?? 0)",
  scenario: "raft-priority-election",
  invariant: "N1-LEADS",
};

export default mutant;
