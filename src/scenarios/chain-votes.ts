// Group K, bs-fork-reorg: a validator that has voted for blocks that nobody else will ever have.

import { heightsConverge } from "../invariants/chain-liveness.ts";
import { acknowledgedTransfersStay } from "../invariants/chain-transactions.ts";
import { eachTells } from "../invariants/chain-votes.ts";
import { operationsReturn } from "../invariants/liveness.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { chainScenario, liarsOf } from "./chain-cluster.ts";
import { PAYERS, payments } from "./chain-payments.ts";
import { chainSettings } from "./chain-settings.ts";
import { hostNames } from "./raft-cluster.ts";

const VALIDATORS = hostNames(4);
const CLIENT = "c1";
/** The others are down from then on, and one makes a block in each of its own slots. */
const ALONE: Micros = seconds(8);
/** It goes down, and the others come up: they have blocks of their own at these heights. */
const CHANGE: Micros = seconds(32);
/** It comes up again no later. */
const BACK: Micros = CHANGE + seconds(5);
const HORIZON: Micros = seconds(55);

/**
 * Who forgets its votes at a restart votes here for other blocks of heights for which it has voted:
 * the others' chain is justified and not yet as high as its own was.
 */
const lonelyVoter = chainScenario({
  name: "bs-fork-reorg/lonely-voter",
  about: "One of four validators votes for blocks that it alone has, and starts anew: it waits.",
  plan: (streams) => {
    const voter = streams.stream("voter").pick(VALIDATORS);
    const others = VALIDATORS.filter((host) => host !== voter);
    const back = CHANGE + streams.stream("back").int(seconds(2), BACK - CHANGE);
    return {
      servers: VALIDATORS,
      clients: [CLIENT],
      settings: chainSettings(VALIDATORS, { balances: PAYERS }),
      network: { latency: uniform(ms(1), ms(9)) },
      operations: payments(streams.stream("workload"), {
        ...{ clients: [CLIENT], perSecond: 1, from: seconds(2), until: HORIZON - seconds(10) },
      }),
      faults: [
        { kind: "crash", at: ALONE, lasting: CHANGE - ALONE, hosts: others },
        { kind: "crash", at: CHANGE - ms(100), lasting: back - CHANGE + ms(100), hosts: [voter] },
      ],
      calm: BACK,
      horizon: HORIZON,
    };
  },
  invariants: (plan) => [
    heightsConverge("BS-HEIGHT", { from: BACK, within: seconds(10) }),
    // Those that it has made alone: then it may again.
    eachTells("VOTES-AGAIN", "vote cast", {
      ...{ hosts: VALIDATORS, from: BACK, within: HORIZON - BACK },
    }),
    operationsReturn("RETURN", { by: HORIZON }, plan),
    acknowledgedTransfersStay("ACCEPTED", liarsOf(plan)),
  ],
  expects: ["vote cast", "finalized", "recovered"],
  goals: [{ metric: "reorgDepth", atLeast: 4, share: 0.9 }],
});

/** Group K: votes that bind who has cast them, whatever comes of the blocks. */
export const chainVotes: readonly Scenario[] = [lonelyVoter];
