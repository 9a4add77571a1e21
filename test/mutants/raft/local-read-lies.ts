import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "local-read-lies",
  wrong: "A local read answers with the key instead of the value.",
  source: "The consumer of scenario raft-basic-replication.",
  file: "src/protocols/replicated/server.ts",
  find: 'type: "localValue", session, serial, value, applied',
  replace: 'type: "localValue", session, serial, value: value && question, applied',
  scenario: "raft-basic-replication",
  invariant: "CONSUMER",
};

export default mutant;
