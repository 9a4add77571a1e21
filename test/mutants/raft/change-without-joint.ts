import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "change-without-joint",
  wrong: "Several voters come and go in one step, without joint consensus.",
  source: "Ongaro's thesis §4.1 and §4.3; the guard of etcd's confchange.",
  file: "src/protocols/raft/configuration.ts",
  find: "return coming + going <= 1 ? changed : enterJoint(configuration, changed);",
  replace: "return coming + going <= 9 ? changed : enterJoint(configuration, changed);",
  scenario: "raft-joint-consensus",
  invariant: "RAFT-CONFIG",
};

export default mutant;
