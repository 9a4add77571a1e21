import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "snapshot-without-configuration",
  wrong: "Who reads a snapshot keeps the configuration that it knew.",
  source: "RedisRaft 51c1b78; openraft #1808.",
  file: "src/protocols/raft/member.ts",
  find: "    this.#reconfigure(configuration);\n    config.restore",
  replace: "    this.#reconfigure(state.configuration);\n    config.restore",
  scenario: "raft-config-change-add-remove/snapshots",
  invariant: "RAFT-SNAPSHOT",
};

export default mutant;
