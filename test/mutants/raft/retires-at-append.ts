import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "retires-at-append",
  wrong: "A member switches itself off when its removal is in its log.",
  source: "CCF #5973: a member is needed until its removal is committed.",
  file: "src/protocols/raft/follower.ts",
  find: "    return this.#member.persistence.append(entry);",
  replace: [
    "    const isKept = this.#member.persistence.append(entry);",
    "    const { configuration } = entry;",
    "    const isOut = configuration?.voters.includes(this.#member.env.id) === false;",
    "    if (isOut) this.#member.state.durability.isHalted = true;",
    "    return isKept;",
  ].join("\n"),
  scenario: "raft-config-change-add-remove/down-to-one",
  invariant: "MEMBERS",
  alone: [{ scenario: "raft-wiped-member", invariant: "COUNTED" }],
};

export default mutant;
