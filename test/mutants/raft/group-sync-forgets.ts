import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "group-sync-forgets",
  wrong: "Groups that ask for a sync while one is under way are never told of theirs.",
  source: "Group commit of several logs on one disk: who comes late waits for the next sync.",
  file: "src/protocols/groups/shared-syncs.ts",
  find: ["    state.serving = [];", "    return serving;"].join("\n"),
  replace: ["    state.serving = [];", "    state.waiting = [];", "    return serving;"].join("\n"),
  scenario: "raft-multi-group",
  invariant: "GROUP-ELECTS",
  alone: [{ scenario: "raft-multi-group", invariant: "GROUP-SERVES" }],
};

export default mutant;
