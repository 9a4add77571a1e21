// Group L: validators agree, and what a partition does to them.

import { bothSidesAreKept } from "../invariants/chain-branches.ts";
import {
  blocksKeepComing,
  heightsStayClose,
  noForks,
  reorgsAreOfTheCut,
} from "../invariants/chain-consensus.ts";
import { heightsConverge } from "../invariants/chain-liveness.ts";
import { acknowledgedTransfersStay } from "../invariants/chain-transactions.ts";
import { eachTells, nothingBecomesFinal } from "../invariants/chain-votes.ts";
import { operationsReturn } from "../invariants/liveness.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { emits } from "../sim/temporal/emits.ts";
import { never } from "../sim/temporal/safety.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { type ChainServer, chainScenario, liarsOf } from "./chain-cluster.ts";
import { PAYERS, payments } from "./chain-payments.ts";
import { balancesOf, chainSettings, loadAccounts } from "./chain-settings.ts";
import { hostNames } from "./raft-cluster.ts";
import { CPU_FACTORS, OBSERVER, PRIMARY, REPLICA, ROLES, theBlock3 } from "./the-block-3.ts";

const CLIENTS = hostNames(2, "c");
/**
 * Transfers that are watched one by one. Of the 50 and 20 a second that the catalogue asks for,
 * this is all that the variants of the consensus and the partitions have: each transfer more takes
 * 0.15 ms of a processor. The main form of the consensus has the rest as a load.
 */
const PER_SECOND = 3;
const LOADED_PER_SECOND = 47;
const LOADER = "c3";
const LOAD_SENDERS = 10;
const LOAD_FROM: Micros = seconds(2);
const GAP_MAX: Micros = seconds(5);

/** The two of the three machines that vote, and more beside them. */
function validatorsOf(count: number): readonly NodeId[] {
  return [PRIMARY, REPLICA, "n3", "n4"].slice(0, count);
}

/** Validators, and one who follows them. */
interface Cluster {
  readonly validators: readonly NodeId[];
  readonly perSecond: number;
  readonly loadUntil: Micros;
  /** Transfers a second of a load beside them. Default: there is none. */
  readonly loadedPerSecond?: number;
}

function clusterPlan(
  { validators, perSecond, loadUntil, loadedPerSecond = 0 }: Cluster,
  random: Parameters<typeof payments>[0],
) {
  const watched = payments(random, {
    ...{ clients: CLIENTS, perSecond, from: LOAD_FROM, until: loadUntil },
  });
  const load: PlannedOperation = {
    ...{ at: LOAD_FROM, client: LOADER },
    operation: {
      ...{ id: "load", op: "load", nodes: validators, perSecond: loadedPerSecond },
      ...{ lasting: loadUntil - LOAD_FROM, senders: LOAD_SENDERS },
    },
  };
  const isLoaded = loadedPerSecond > 0;
  const clients = isLoaded ? [...CLIENTS, LOADER] : CLIENTS;
  const loaders = isLoaded ? balancesOf(loadAccounts(LOADER, LOAD_SENDERS), 1_000_000_000) : {};
  return {
    servers: [...validators, OBSERVER],
    clients,
    settings: chainSettings(validators, {
      ...{ balances: { ...PAYERS, ...loaders }, cpuFactorOf: CPU_FACTORS },
    }),
    ...theBlock3(ROLES, { clients }),
    operations: isLoaded ? [...watched, load] : watched,
  };
}

const AGREED: readonly Goal[] = [
  { metric: "blockIntervalMs", atMost: 5_000, share: 1 },
  { metric: "propagationMs", atMost: 50, share: 1 },
];

/** All transfers of a minute are in blocks. */
const LOADED: Goal = { metric: "transactionsIncluded", atLeast: 3_000, share: 1 };

/** For 60 s. */
function consensus(count: number): Scenario {
  const [loadUntil, horizon] = [seconds(62), seconds(70) + ms(500)];
  const isMain = count === 2;
  const loadedPerSecond = isMain ? LOADED_PER_SECOND : 0;
  return chainScenario({
    name: `tb-multi-node-consensus${isMain ? "" : `/${count}-validators`}`,
    about: `${count} validators and an observer agree for a minute, and nothing fails.`,
    plan: (streams) => ({
      ...clusterPlan(
        { validators: validatorsOf(count), perSecond: PER_SECOND, loadUntil, loadedPerSecond },
        streams.stream("workload"),
      ),
      horizon,
    }),
    invariants: (plan) => [
      noForks("FORKS", { from: 0, until: horizon }),
      never("BLOCK-ONCE", emits("block come twice"), { supposes: ["conditions", "faults"] }),
      heightsStayClose("HEIGHTS", { from: 0, until: horizon, apartMax: 1, mayLie: liarsOf(plan) }),
      heightsConverge("BS-HEIGHT", { from: horizon - ms(400), within: ms(300), heightMin: 60 }),
      blocksKeepComing("INTERVAL", { from: seconds(1), until: horizon, gapMax: GAP_MAX }),
      operationsReturn("RETURN", { by: loadUntil + seconds(5) }, plan),
      acknowledgedTransfersStay("ACCEPTED", liarsOf(plan)),
    ],
    expects: ["finalized"],
    goals: isMain ? [...AGREED, LOADED] : AGREED,
  });
}

const CUT_AT: Micros = seconds(10);
const CUT_FOR: Micros = seconds(30);
const HEALED: Micros = CUT_AT + CUT_FOR;

interface Split {
  readonly variant: string;
  readonly about: string;
  readonly validators: number;
  readonly fault: (inside: readonly NodeId[], outside: readonly NodeId[]) => Fault;
  /** Who cannot reach a quorum while the cut lasts. */
  readonly stuck: readonly NodeId[];
  /** Who finds out that it does not hear enough validators. */
  readonly suspicious: readonly NodeId[];
  readonly sides: readonly (readonly NodeId[])[];
  /** How likely it is that a message comes twice. Default: 0. */
  readonly duplication?: number;
  readonly goals?: readonly Goal[];
}

const ISOLATED = REPLICA;
/** The client that is cut off with it; the other one stays with the rest. */
const ISOLATED_CLIENT = "c2";

/** Nothing passes between them; each side goes on within itself. */
const part: Split["fault"] = (inside, outside) => ({
  ...{ kind: "partition", at: CUT_AT, lasting: CUT_FOR, groups: [inside, outside] },
  ...{ inFlight: "deliver", types: [] },
});

/** Nothing comes out. */
const mute: Split["fault"] = (inside, outside) => ({
  ...{ kind: "oneWay", at: CUT_AT, lasting: CUT_FOR, from: inside, to: outside },
  ...{ inFlight: "deliver", types: [] },
});

/** Clients of both sides are served while it lasts. */
const SERVED: readonly Goal[] = [
  { metric: "acceptedOnEachSide", atLeast: 10, share: 1 },
  { metric: "paidOnEachBranch", atLeast: 5, share: 1 },
];

const SPLITS: readonly Split[] = [
  {
    variant: "",
    about: "One of two validators is cut off for 30 s: both make blocks, and none is final.",
    ...{ validators: 2, fault: part, stuck: ROLES },
    ...{ suspicious: ROLES, sides: [[PRIMARY, OBSERVER], [REPLICA]] },
    goals: [{ metric: "reorgDepth", atLeast: 5, share: 0.9 }, ...SERVED],
  },
  {
    variant: "/4-validators",
    about: "One of four validators is cut off for 30 s: the others go on, blocks become final.",
    ...{ validators: 4, fault: part, stuck: [REPLICA], suspicious: [REPLICA] },
    sides: [[PRIMARY, "n3", "n4", OBSERVER], [REPLICA]],
    goals: [{ metric: "reorgDepth", atLeast: 3, share: 0.9 }, ...SERVED],
  },
  {
    variant: "/outgoing-only",
    about:
      "One of two validators is not heard for 30 s, and hears all: nothing becomes final there.",
    ...{ validators: 2, fault: mute, stuck: [PRIMARY, OBSERVER] },
    ...{ suspicious: [PRIMARY, OBSERVER], sides: [ROLES] },
  },
  {
    variant: "/duplicates",
    about: "One of two validators is cut off, and all comes twice at times: a vote counts once.",
    ...{ validators: 2, fault: part, stuck: ROLES, duplication: 0.3 },
    ...{ suspicious: ROLES, sides: [[PRIMARY, OBSERVER], [REPLICA]] },
  },
];

function split(one: Split): Scenario {
  const { variant, about, validators, fault, stuck, suspicious, sides, goals = SERVED } = one;
  const [loadUntil, horizon] = [HEALED, seconds(55)];
  const rest = [...validatorsOf(validators), OBSERVER].filter((host) => host !== ISOLATED);
  const restClients = CLIENTS.filter((client) => client !== ISOLATED_CLIENT);
  return chainScenario({
    name: `tb-network-partition${variant}`,
    about,
    plan: (streams) => {
      const cluster = { validators: validatorsOf(validators), perSecond: PER_SECOND, loadUntil };
      const drawn = clusterPlan(cluster, streams.stream("workload"));
      return {
        ...drawn,
        network: { ...drawn.network, duplication: one.duplication ?? 0 },
        faults: [fault([ISOLATED, ISOLATED_CLIENT], [...rest, ...restClients])],
        calm: HEALED,
        horizon,
      };
    },
    invariants: (drawn) => [
      noForks("FORKS", { from: 0, until: CUT_AT }),
      nothingBecomesFinal("ISOLATED", {
        ...{ hosts: stuck, from: CUT_AT + seconds(1), until: HEALED },
      }),
      eachTells("DETECTED", "partition suspected", {
        ...{ hosts: suspicious, from: CUT_AT, within: seconds(10) },
      }),
      eachTells("OVER", "partition over", {
        ...{ hosts: suspicious, from: HEALED, within: seconds(10) },
      }),
      heightsConverge("BS-HEIGHT", { from: HEALED, within: seconds(10) }),
      reorgsAreOfTheCut("REORG", { from: CUT_AT - seconds(1), sides }),
      blocksKeepComing("INTERVAL", { from: seconds(1), until: horizon, gapMax: GAP_MAX }),
      operationsReturn("RETURN", { by: horizon }, drawn),
      acknowledgedTransfersStay("ACCEPTED", liarsOf(drawn)),
      bothSidesAreKept<ChainServer>("BOTH-SIDES", {
        ...{ from: CUT_AT + seconds(1), until: HEALED, sides: [rest, [ISOLATED]] },
      }),
    ],
    expects: ["finalized", "peer lost", "peer found"],
    goals,
  });
}

/** Group L: consensus of two validators or more, and of those that a partition parts. */
export const chainConsensus: readonly Scenario[] = [2, 3, 4]
  .map(consensus)
  .concat(SPLITS.map(split));
