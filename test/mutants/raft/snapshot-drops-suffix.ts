import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "snapshot-drops-suffix",
  wrong: "A snapshot takes the place of a log that has its last entry, and more behind it.",
  source: "Raft §7, rule 6 of figure 13; etcd/raft, restore: fast-forward.",
  file: "src/protocols/raft/snapshot-receiver.ts",
  find: "      index > state.commit && index <= log.lastIndex && termAt(log, index) === lastTerm;",
  replace: "      index < 0 && index <= log.lastIndex && termAt(log, index) === lastTerm;",
  scenario: "raft-snapshot-to-lagging-follower/overtaken",
  invariant: "RAFT-KEEP",
};

export default mutant;
