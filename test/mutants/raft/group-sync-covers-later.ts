import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "group-sync-covers-later",
  wrong: "A sync that is done counts for groups that have written since it began.",
  source: "Group commit of several logs on one disk: a sync covers what was written before it.",
  file: "src/protocols/groups/shared-syncs.ts",
  find: ["    state.serving = [];", "    return serving;"].join("\n"),
  replace: [
    "    const { waiting } = state;",
    "    state.serving = [];",
    "    state.waiting = [];",
    "    return [...serving, ...waiting];",
  ].join("\n"),
  scenario: "raft-multi-group",
  invariant: "RAFT-DURABLE",
};

export default mutant;
