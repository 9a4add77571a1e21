import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "leader-counts-itself-after",
  wrong: "A leader that is no voter of the new configuration counts itself there.",
  source: "etcd's script confchange_v1_remove_leader; Ongaro's thesis §4.2.2.",
  file: "src/protocols/raft/leader.ts",
  find: "quorumIndex(configuration, (id) => matchOf(role.progress, id));",
  replace: [
    "quorumIndex(configuration, (id) => {",
    "      const { env, state: own } = this.#member;",
    "      const isIn = own.configuration.voters.includes(env.id);",
    "      const standsIn = !isIn && id === own.configuration.voters.at(-1);",
    "      return matchOf(role.progress, standsIn ? env.id : id);",
    "    });",
  ].join("\n"),
  scenario: "raft-joint-consensus",
  invariant: "RAFT-QUORUM",
};

export default mutant;
