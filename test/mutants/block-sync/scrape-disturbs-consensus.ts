import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "scrape-disturbs-consensus",
  wrong: "A node that is scraped tells all its peers where it stands.",
  source: "An observer is not to change what it observes.",
  file: "src/protocols/block-sync/chain-node.ts",
  find: '      case "scrape":\n',
  replace: '      case "scrape":\n        this.#parts.peers.announce();\n',
  scenario: "tb-monitoring-health/collector-down",
  invariant: "TB-UNDISTURBED",
};

export default mutant;
