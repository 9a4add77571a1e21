import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "late-confirmation-flips",
  wrong: "A confirmation that comes after the deadline opens a rejected block again.",
  source: "A status is final: requirement S1.63.",
  file: "src/protocols/storage-quorum/replication.ts",
  find: '      if (isLate) env.emit("late confirmation", { file, chunk, node: replica.node });',
  replace: [
    "      const block = state.blocks.get(file)!;",
    '      if (isLate && block.status === "rejected") {',
    "        Object.assign(block, { decision: undefined });",
    '        block.status = "pending";',
    "        this.#events.onHeld(file, chunk, replica);",
    '        env.emit("late confirmation", { file, chunk, node: replica.node });',
    "      }",
  ].join("\n"),
  scenario: "sq-consensus-timeout/too-late",
  invariant: "SQ-STATUS",
};

export default mutant;
