import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "inflight-without-bound",
  wrong: "A follower that does not answer is sent more and more.",
  source: "etcd/raft, MaxInflightMsgs and MaxInflightBytes; scenario raft-bandwidth-limit.",
  file: "src/protocols/raft/progress.ts",
  find: 'if (mode !== "replicate") return last;',
  replace: "return last;",
  scenario: "raft-overload",
  invariant: "MEMORY",
};

export default mutant;
