import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "loss-halved",
  wrong: "A fault of loss loses half of the messages that it is to lose.",
  source: "tb-link-degradation: so many probes are lost as was injected.",
  file: "src/sim/network/passage.ts",
  find: 'if (isDrawn(ready, passage, condition.probability)) passage.drop = "loss";',
  replace: 'if (isDrawn(ready, passage, condition.probability / 2)) passage.drop = "loss";',
  scenario: "tb-link-degradation/5-percent-lost",
  invariant: "LOSS",
};

export default mutant;
