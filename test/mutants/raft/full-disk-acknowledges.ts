import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "full-disk-acknowledges",
  wrong: "A follower acknowledges the whole append though its disk had room for a part.",
  source: 'Raft figure 2, "updated on stable storage before responding"; scenario raft-disk-full.',
  file: "src/protocols/raft/follower.ts",
  find: "const match = this.#acceptAll(prevIndex, entries, commit);",
  replace: [
    "const { log } = member.state;",
    "    this.#acceptAll(prevIndex, entries, commit);",
    "    const match = Math.min(prevIndex + entries.length, log.lastIndex + 1);",
    '    member.durability.promise(from, { type: "appendReply", term, accepted: true, match });',
    "    if (match > log.lastIndex) return;",
  ].join("\n"),
  scenario: "raft-disk-full/follower",
  invariant: "RAFT-DURABLE",
};

export default mutant;
