import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "full-disk-votes",
  wrong: "A server that does not lead goes on as if its full disk had taken term and vote.",
  source: "Scenario raft-disk-full, variant full while writing term and vote.",
  file: "src/protocols/raft/persistence.ts",
  find: 'if (error?.kind !== "full") return isWritten;',
  replace: 'if (error?.kind !== "full" || state.role.kind !== "leader") return true;',
  scenario: "raft-disk-full/votes",
  invariant: "RAFT-VOTE",
};

export default mutant;
