// Group K: a chain that is made, fetched and asked.

import type { NodeId } from "../sim/env.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { chainScenario } from "./chain-cluster.ts";
import { chainSettings } from "./chain-settings.ts";

const [A, B, C] = ["a", "b", "c"];
const OPERATOR = "c1";

/** An operator's order: blocks until the chain of a node is that high. */
export function mine(at: Micros, node: NodeId, height: number): PlannedOperation {
  const operation = { id: `mine${height}`, op: "produce", node, height, interval: 0 };
  return { at, client: OPERATOR, operation };
}

/** Group K, the basics. */
export const chainBasics: readonly Scenario[] = [
  chainScenario({
    name: "bs-multi-node-sync",
    about: "One node makes 10 blocks and 5 more, another follows, and a third one comes late.",
    plan: () => ({
      servers: [A!, B!, C!],
      clients: [OPERATOR],
      settings: chainSettings([A!], {
        slotTime: ms(1),
        balances: { alice: 1_000_000_000 },
        options: { production: "on order" },
      }),
      network: { latency: uniform(ms(1), ms(5)) },
      operations: [mine(seconds(1), A!, 10), mine(seconds(5), A!, 15)],
      faults: [],
      horizon: seconds(30),
    }),
  }),
];
