import { everyoneAgrees } from "../invariants/liveness.ts";
import { defaultRaftOptions, type RaftOptions } from "../protocols/raft/options.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import { isolate as cutOff } from "../sim/faults/cuts-by-hand.ts";
import type { PlanParts } from "../sim/scenario.ts";
import { type Micros, ms, seconds, us } from "../sim/time.ts";
import {
  constantLatency,
  hostNames,
  type StoreSettings,
  storeScenario,
  storeSettings,
} from "./raft-cluster.ts";
import { crash, partition } from "./raft-weather.ts";

const HORIZON = seconds(16);

/**
 * Figure 8 of the Raft paper: an entry of an old term reaches a majority, is not committed by that,
 * and is overwritten. n1 and n5 are S1 and S5 of the figure; the others never stand for election.
 * Timeouts and latencies do not vary within a run, so the faults can be timed to the millisecond.
 */
export const raftFigure8 = storeScenario({
  name: "raft-rapid-leader-changes/figure-8",
  about: "The Raft paper's figure 8: an old entry on a majority is overwritten.",
  plan: (streams) => figure8(ms(streams.stream("latency").int(5, 18))),
  invariants: () => [everyoneAgrees("AGREEMENT", { from: seconds(11), by: HORIZON })],
  // Entry 2 of n3, which was on a majority, gave way to that of n5.
  expects: ["log truncated"],
  goals: [{ metric: "log truncated", atLeast: 1, share: 1 }],
});

function figure8(latency: Micros): PlanParts<StoreSettings> {
  // (c) n1, back from its crash, loses the election of its term 2, as n3 and n4 have voted for n5
  // in it, and wins that of term 3: a second timeout later, a sync and a round trip for the vote.
  const restart = ms(3_600);
  const elected = restart + 2 * STANDING_TIMEOUT + SYNC + 2 * latency + SYNC;
  // n3 refuses entry 3 (2 latencies), gets entry 2 (1), and acknowledges it (a sync and 1): now
  // n1 sends it entry 3, which must be lost.
  const struck = elected + 4 * latency + SYNC + us(Math.round(latency / 2));
  return {
    servers: hostNames(5),
    clients: ["c1"],
    settings: storeSettings(followerOptions, {
      raftOf: { n1: standing(STANDING_TIMEOUT), n5: standing(ms(1_500)) },
    }),
    network: constantLatency(latency),
    operations: [
      {
        at: ms(1_600),
        client: "c1",
        operation: { id: "c1.1", op: "put", key: "k1", value: "lost", server: "n1" },
      },
    ],
    faults: [
      // (a) n1, leader of term 1, gets entry 2 to n2 only, and crashes.
      partition(ms(1_500), ms(2_000), ["n1", "n2"], ["n3", "n4", "n5"]),
      crash(["n1"], ms(1_800), restart - ms(1_800)),
      // (b) n5 is elected in term 2 and makes its own entry 2, which nobody else gets; it crashes.
      isolate("leader", ms(2_000), ms(1_500)),
      crash(["n5"], ms(3_550), struck + ms(20) - ms(3_550)),
      // (c) n1 replicates entry 2 to n3: it is on a majority, of n1, n2 and n3.
      partition(ms(3_560), struck - ms(3_560), ["n1", "n2", "n3"], ["n4", "n5"]),
      // (d) n1 goes, and n2 with it; n5 comes back, wins with n3 and n4, and overwrites entry 2.
      isolate("n1", struck, seconds(11) - struck),
      crash(["n1"], struck, seconds(11) - struck),
      isolate("n2", struck, seconds(11) - struck),
    ],
    calm: seconds(11),
    horizon: HORIZON,
  };
}

/**
 * The election restriction, Raft §5.4.1: a longer log of an older term does not win. n1, cut off
 * while it leads, takes in entries that nobody else gets; meanwhile n5 commits one in term 2. Then
 * n5 is cut off, and n1 asks for votes with the longest log of all.
 */
export const raftLongerLog = storeScenario({
  name: "raft-rapid-leader-changes/longer-log",
  about: "A longer log of an older term asks for votes, and gets none.",
  plan: (streams) => longerLog(ms(streams.stream("latency").int(5, 18))),
  invariants: () => [everyoneAgrees("AGREEMENT", { from: seconds(8), by: HORIZON })],
  // The entries of n1 gave way.
  expects: ["election lost", "log truncated"],
  goals: [{ metric: "log truncated", atLeast: 1, share: 1 }],
});

function longerLog(latency: Micros): PlanParts<StoreSettings> {
  const clients = hostNames(8, "c");
  return {
    servers: hostNames(5),
    clients,
    settings: storeSettings(followerOptions, {
      raftOf: { n1: standing(STANDING_TIMEOUT), n5: standing(ms(1_500)) },
    }),
    network: constantLatency(latency),
    operations: clients.map((client) => ({
      at: ms(1_600),
      client,
      operation: { id: `${client}.1`, op: "put", key: "k1", value: client, server: "n1" },
    })),
    faults: [
      partition(ms(1_500), ms(2_500), ["n1"], ["n2", "n3", "n4", "n5"]),
      isolate("n5", ms(4_000), ms(4_000)),
    ],
    calm: seconds(8),
    horizon: HORIZON,
  };
}

const SYNC = ms(1);
const STANDING_TIMEOUT = ms(1_000);

/** As in the paper: without pre-vote and check-quorum; entries travel one by one. */
const plain: RaftOptions = {
  ...defaultRaftOptions,
  preVote: false,
  checkQuorum: false,
  appendEntriesMax: 1,
};

/** Never stands for election within the run. */
const followerOptions: RaftOptions = {
  ...plain,
  electionTimeoutMin: seconds(60),
  electionTimeoutMax: seconds(60),
};

function standing(timeout: Micros): RaftOptions {
  return { ...plain, electionTimeoutMin: timeout, electionTimeoutMax: timeout };
}

function isolate(host: NodeId, at: Micros, lasting: Micros): Fault {
  return { at, lasting, ...cutOff([host]) };
}
