import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "begins-at-first-contact",
  wrong: "A validator makes blocks as soon as it has heard anybody, however little that one knows.",
  source: "tb-cluster-startup: no fork from a second beginning.",
  file: "src/protocols/block-sync/acquaintance.ts",
  find: "env.now() >= roundsAt ||",
  replace: "roundsAt > 0 ||",
  scenario: "tb-cluster-startup/wrong-bootstrap",
  invariant: "ONE-START",
};

export default mutant;
