import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "growth-counts-as-reorg",
  wrong: "A node counts each new tip as a reorganisation, of depth 0 if nothing left the chain.",
  source: "go-ethereum, core/blockchain.go: a reorganisation counts if it drops blocks.",
  file: "src/protocols/block-sync/head.ts",
  find: "if (orphaned.length > 0) note(histograms",
  replace: "note(histograms",
  scenario: "tb-monitoring-health",
  invariant: "TB-COUNTED",
};

export default mutant;
