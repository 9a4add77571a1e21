// Group K, bs-fork-reorg: validators that make two chains, and have to agree on one.

import {
  blocksKeepComing,
  noForks,
  reorgsAreOfTheCut,
  reorgsAreShort,
} from "../invariants/chain-consensus.ts";
import { heightsConverge } from "../invariants/chain-liveness.ts";
import { acknowledgedTransfersStay } from "../invariants/chain-transactions.ts";
import { type ChainView, tipOfShown } from "../invariants/chain-view.ts";
import { nothingBecomesFinal, offencesAreFound } from "../invariants/chain-votes.ts";
import { operationsReturn } from "../invariants/liveness.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Streams } from "../sim/random/random.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import { sometimes } from "../sim/temporal/sometimes.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { type ChainServer, chainScenario, liarsOf } from "./chain-cluster.ts";
import { PAYERS, payments } from "./chain-payments.ts";
import { keyOfValidator } from "./chain-safety.ts";
import { type ChainPlan, chainSettings } from "./chain-settings.ts";
import { hostNames } from "./raft-cluster.ts";

const CLIENTS = hostNames(2, "c");
const CUT_AT: Micros = seconds(8) + ms(500);
/** Of the 20 transfers a second that are asked for so many as a short run bears. */
const PER_SECOND = 3;
/** As long as blocks of the cut are to be made. */
const SLOTS = 20;

const PARTED = [hostNames(2), ["n3", "n4", "n5"]];

interface Fork {
  readonly variant: string;
  readonly about: string;
  readonly sides: readonly (readonly NodeId[])[];
  readonly slotTime: Micros;
  /** What else happens, when the cut is over. */
  readonly after?: (healed: Micros) => readonly Fault[];
  readonly settings?: Parameters<typeof chainSettings>[1];
  readonly invariants: (plan: ChainPlan, healed: Micros) => readonly Invariant<ChainServer>[];
  readonly goals: readonly Goal[];
  readonly expects?: readonly string[];
}

function fork({ variant, about, sides, slotTime, settings, invariants, ...rest }: Fork): Scenario {
  const servers = sides.flat();
  const healed = CUT_AT + SLOTS * slotTime;
  return chainScenario({
    name: `bs-fork-reorg${variant}`,
    about,
    plan: (streams) => ({
      servers,
      clients: CLIENTS,
      settings: chainSettings(servers, { slotTime, balances: PAYERS, ...settings }),
      network: { latency: uniform(ms(1), ms(5)) },
      operations: load(streams, healed),
      faults: [cut(sides, healed), ...(rest.after?.(healed) ?? [])],
      calm: healed,
      horizon: healed + seconds(15),
    }),
    invariants: (plan) => [
      noForks("FORKS", { from: 0, until: CUT_AT }),
      // Who is alone may follow one of the others' branches first, and then leave it.
      reorgsAreOfTheCut("REORG", {
        ...{ from: CUT_AT - slotTime, sides: sides.filter(({ length }) => length > 1) },
      }),
      ...invariants(plan, healed),
    ],
    expects: ["peer lost", ...(rest.expects ?? [])],
    goals: rest.goals,
  });
}

function load(streams: Streams, until: Micros) {
  return payments(streams.stream("workload"), {
    ...{ clients: CLIENTS, perSecond: PER_SECOND, from: seconds(2), until },
  });
}

function cut(groups: readonly (readonly NodeId[])[], healed: Micros): Fault {
  return {
    ...{ kind: "partition", at: CUT_AT, lasting: healed - CUT_AT, groups },
    ...{ inFlight: "deliver", types: [] },
  };
}

/** Both sides come to one chain, and what was paid on either is in it. */
function heals(plan: ChainPlan, healed: Micros): readonly Invariant<ChainServer>[] {
  const { slotTime } = plan.settings;
  return [
    nothingBecomesFinal("ISOLATED", {
      ...{ hosts: plan.servers, from: CUT_AT + slotTime, until: healed },
    }),
    heightsConverge("BS-HEIGHT", { from: healed, within: seconds(10) }),
    blocksKeepComing("INTERVAL", {
      ...{ from: seconds(4), until: plan.horizon },
      gapMax: seconds(5),
    }),
    operationsReturn("RETURN", { by: plan.horizon }, plan),
    acknowledgedTransfersStay("ACCEPTED", liarsOf(plan)),
  ];
}

function areEquallyHigh({ servers }: World<ChainView>): boolean {
  const tips = servers.flatMap(({ node }) => (node?.chain ? [tipOfShown(node.chain)] : []));
  return tips.some(({ height, hash }) =>
    tips.some((other) => other.height === height && other.hash !== hash),
  );
}

const FORKS: readonly Fork[] = [
  {
    variant: "",
    about: "Two and three of five validators make a chain each for 20 slots, and agree on one.",
    ...{ sides: PARTED, slotTime: seconds(1), invariants: heals },
    goals: [
      { metric: "reorgDepth", atLeast: 6, share: 1 },
      { metric: "reorgDepth", atMost: SLOTS, share: 1 },
      { metric: "blocksOrphaned", atLeast: 6, atMost: SLOTS, share: 1 },
      { metric: "transactionsReturned", atLeast: 1, share: 0.9 },
    ],
  },
  {
    variant: "/equal-branches",
    about:
      "Of five validators two and two make branches of equal height: the lower hash is chosen.",
    ...{ sides: [hostNames(2), ["n3", "n4"], ["n5"]], slotTime: seconds(1) },
    invariants: (plan, healed) => [
      ...heals(plan, healed),
      sometimes("two tips of one height", areEquallyHigh, {
        from: healed,
        until: healed + seconds(1),
      }),
    ],
    goals: [{ metric: "reorgDepth", atLeast: 6, share: 1 }],
  },
  {
    variant: "/equal-branches-and-restart",
    about: "As with equal branches, and all who made one of them start anew when it is over.",
    ...{ sides: [hostNames(2), ["n3", "n4"], ["n5"]], slotTime: seconds(1) },
    after: (healed) => [
      { kind: "crash", at: healed - ms(300), lasting: ms(300), hosts: hostNames(2) },
    ],
    invariants: (plan, healed) => heals(plan, healed),
    goals: [{ metric: "reorgDepth", atLeast: 6, share: 1 }],
  },
  {
    variant: "/too-deep",
    about: "Branches that leave the chain 5 blocks back or more are refused: nobody gives way.",
    ...{ sides: PARTED, slotTime: seconds(1) },
    settings: { options: { limits: { reorgMax: 5 } } },
    invariants: (_, healed) => [
      reorgsAreShort("DEPTH", 5),
      ...PARTED.map((among) =>
        heightsConverge(`BS-HEIGHT ${among.join(" ")}`, {
          // What it has made in the cut, and half of what it makes in 10 s more at least.
          ...{ from: healed + seconds(10), within: seconds(5), among },
          heightMin: Math.floor((among.length * (SLOTS + 5)) / 5) + 7,
        }),
      ),
    ],
    goals: [
      { metric: "headers refused", atLeast: 1, share: 1 },
      { metric: "blocksOrphaned", atMost: 0, share: 1 },
    ],
    expects: ["headers refused"],
  },
];

/** A chain of its own from genesis on, higher than what the others make in that time. */
const STRANGER = { host: "n5", blocks: 39, from: seconds(30) };

function longRange(): Scenario {
  const servers = hostNames(5);
  const { host, blocks, from } = STRANGER;
  const others = servers.filter((one) => one !== host);
  return chainScenario({
    name: "bs-fork-reorg/long-range",
    about: "A validator has a higher chain from genesis on: what is final elsewhere stays.",
    plan: (streams) => ({
      servers,
      clients: CLIENTS,
      settings: chainSettings(servers, {
        balances: PAYERS,
        // It had a slot in five, and nobody else made blocks.
        premade: {
          blocks: 5 * (blocks + 1),
          ...{ payments: 0, dataBytes: 0 },
          heightOf: { [host]: 0 },
          branchOf: { [host]: blocks },
        },
      }),
      network: { latency: uniform(ms(1), ms(5)) },
      operations: load(streams, from),
      faults: [{ ...cut([others, [host]], from), at: 0, lasting: from }],
      calm: from,
      horizon: from + seconds(15),
    }),
    invariants: (plan) => [
      heightsConverge("BS-HEIGHT", { from, within: seconds(10), heightMin: 20 }),
      blocksKeepComing("INTERVAL", { from: seconds(2), until: plan.horizon, gapMax: seconds(5) }),
      noForks("FORKS", { from: 0, until: from - 1 }),
    ],
    expects: ["sync ended"],
    goals: [
      // Each of the others asks once for what it claims.
      { metric: "sync ended", atLeast: 5, share: 1 },
      { metric: "reorgDepth", atLeast: blocks, share: 1 },
    ],
  });
}

const LIES_FROM: Micros = seconds(5);
const HORIZON: Micros = seconds(40);

interface Equivocation {
  readonly variant: string;
  readonly about: string;
  readonly behaviour: string;
  readonly kind: string;
  /** No chain of a node loses more blocks at once. */
  readonly reorgMax: number;
}

const EQUIVOCATIONS: readonly Equivocation[] = [
  {
    variant: "/equivocating-producer",
    about: "One of five validators makes two blocks in its slots: all find out, and agree.",
    ...{ behaviour: "proposes twice", kind: "double proposal", reorgMax: 3 },
  },
  {
    variant: "/double-votes",
    about: "One of five validators votes twice for each height: all find out.",
    // Votes choose among branches, and there is only one.
    ...{ behaviour: "votes twice", kind: "double vote", reorgMax: 0 },
  },
];

function equivocation({ variant, about, behaviour, kind, reorgMax }: Equivocation): Scenario {
  const servers = hostNames(5);
  return chainScenario({
    name: `bs-fork-reorg${variant}`,
    about,
    plan: (streams) => ({
      servers,
      clients: CLIENTS,
      settings: chainSettings(servers, { balances: PAYERS }),
      network: { latency: uniform(ms(1), ms(5)) },
      operations: load(streams, HORIZON - seconds(10)),
      faults: [
        {
          ...{ kind: "byzantine", at: LIES_FROM, lasting: HORIZON - LIES_FROM, behaviour },
          hosts: [streams.stream("liar").pick(servers)],
        },
      ],
      horizon: HORIZON,
    }),
    invariants: (plan) => {
      const mayLie = liarsOf(plan);
      const offences = servers
        .filter(mayLie)
        .map((host) => ({ kind, offender: keyOfValidator(host) }));
      return [
        offencesAreFound("EVIDENCE", offences, { by: LIES_FROM + seconds(15), mayLie }),
        heightsConverge("BS-HEIGHT", { from: HORIZON - seconds(5), within: seconds(5), mayLie }),
        blocksKeepComing("INTERVAL", { from: seconds(2), until: HORIZON, gapMax: seconds(5) }),
        reorgsAreShort("FORK-DEPTH", reorgMax),
        operationsReturn("RETURN", { by: HORIZON }, plan),
        acknowledgedTransfersStay("ACCEPTED", mayLie),
      ];
    },
    expects: ["lie", "evidence", "finalized"],
  });
}

/** Group K: forks, and what becomes of them. */
export const chainForks: readonly Scenario[] = [
  ...FORKS.map(fork),
  longRange(),
  ...EQUIVOCATIONS.map(equivocation),
];
