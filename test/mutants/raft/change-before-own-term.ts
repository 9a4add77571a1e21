import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "change-before-own-term",
  wrong: "A new leader forgets that its log may hold a change that is not committed.",
  source: "Ongaro, bug in single-server membership changes, raft-dev, 2015.",
  file: "src/protocols/raft/changes.ts",
  find: "    return state.applied >= Math.max(changes.pendingIndex, reads.firstIndex);",
  replace: [
    "    const isOwn = changes.pendingIndex > reads.firstIndex;",
    "    return !isOwn || state.applied >= changes.pendingIndex;",
  ].join("\n"),
  scenario: "raft-config-change-add-remove/new-leader",
  invariant: "RAFT-CONFIG",
};

export default mutant;
