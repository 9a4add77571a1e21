import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "append-without-bound",
  wrong: "An append carries as many entries as there are, however large.",
  source: "etcd/raft, MaxSizePerMsg; scenario raft-large-messages.",
  file: "src/protocols/raft/progress.ts",
  find: "bytesUpTo(log, last) - before > appendBytesMax",
  replace: "bytesUpTo(log, last) - before > inflightBytesMax",
  scenario: "raft-overload",
  invariant: "APPEND-SIZE",
};

export default mutant;
