// Group L: who watches a chain, and what happens when nobody does. Times are those of the scenario
// catalogue; transfers are a tenth of its 20 a second.

import {
  chainNodeAnswers,
  consensusIsUndisturbed,
  heightsOf,
  pagesCountTheChain,
} from "../invariants/chain-health.ts";
import {
  type Outage,
  pagesAreTrue,
  probesTellTheTruth,
  samplesAreTaken,
  standingIsTold,
} from "../invariants/monitoring.ts";
import { MESSAGE_CLASSES } from "../protocols/block-sync/messages.ts";
import { defaultChainCollectorOptions } from "../protocols/block-sync/monitoring/collector.ts";
import { readMetricsPage } from "../protocols/monitoring/metrics-page.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import { isolate, partition } from "../sim/faults/cuts-by-hand.ts";
import type { Invariant } from "../sim/invariant.ts";
import type { Plan } from "../sim/plan.ts";
import { type Goal, run, type Scenario } from "../sim/scenario.ts";
import { seconds } from "../sim/time.ts";
import { type ChainServer, chainScenario } from "./chain-cluster.ts";
import { balancesOf, type ChainPlan, chainSettings, loadAccounts } from "./chain-settings.ts";
import {
  CPU_FACTORS,
  OBSERVER,
  PRIMARY,
  REPLICA,
  ROLES,
  theBlock3,
  VALIDATORS,
} from "./the-block-3.ts";

const WORKER = "c1";
const COLLECTOR = "m1";
const SENDERS = 4;
const BEGIN = seconds(1);
const HORIZON = seconds(260);

const { scrapeInterval, probeInterval, timeout } = defaultChainCollectorOptions;

const UNDISTURBED = "TB-UNDISTURBED";

interface Watched {
  readonly name: string;
  readonly about: string;
  /** What befalls the nodes themselves. */
  readonly nodeFaults?: readonly Fault[];
  /** What befalls only who watches: the same run without it is what it is compared with. */
  readonly outage?: readonly Fault[];
  readonly lost: readonly Outage[];
  readonly expects: readonly string[];
  readonly goals: readonly Goal[];
}

function watchedScenario(watched: Watched): Scenario {
  const { nodeFaults = [], outage = [], name, about, expects, goals } = watched;
  const scenario = chainScenario({
    ...{ name, about, goals },
    plan: () => ({
      servers: ROLES,
      clients: [WORKER, COLLECTOR],
      settings: chainSettings(VALIDATORS, {
        ...{ slotTime: seconds(4), cpuFactorOf: CPU_FACTORS },
        balances: balancesOf(loadAccounts(WORKER, SENDERS), 1_000_000_000),
        collectors: { [COLLECTOR]: defaultChainCollectorOptions },
      }),
      ...theBlock3(ROLES, { clients: [WORKER], locals: { [COLLECTOR]: OBSERVER } }),
      operations: [
        {
          ...{ at: BEGIN, client: WORKER },
          operation: {
            ...{ id: "load", op: "load", nodes: [PRIMARY, OBSERVER], perSecond: 2 },
            ...{ lasting: HORIZON - seconds(20), senders: SENDERS },
          },
        },
      ],
      faults: [...nodeFaults, ...outage],
      horizon: HORIZON,
    }),
    invariants: (plan) => watchInvariants(plan, watched, scenario),
    expects: ["scraped", "health checked", "finalized", ...expects],
  });
  return scenario;
}

function watchInvariants(
  plan: ChainPlan,
  { outage = [], lost }: Watched,
  scenario: Scenario,
): readonly Invariant<ChainServer>[] {
  const untouched = plan.faults.filter((fault) => !isOneOf(outage, fault));
  const isDisturbed = untouched.length < plan.faults.length;
  const expected = (): number => {
    // Settings that were checked are plain data.
    const undisturbed = { ...plan, faults: untouched } as unknown as Plan;
    const { metrics } = run(scenario, undisturbed, { only: [UNDISTURBED] });
    return metrics.gauged("consensusTrace");
  };
  const watched = { collector: COLLECTOR, nodes: plan.servers };
  const probing = {
    ...{ ...watched, canAnswer: chainNodeAnswers },
    ...{ interval: probeInterval, timeout },
  };
  return [
    probesTellTheTruth("TB-PROBE", probing),
    // Who is not reached is reported as down, whatever it is.
    ...(outage.length === 0 ? [standingIsTold("TB-TOLD", probing)] : []),
    pagesAreTrue("TB-EXPOSITION", {
      ...{ read: readMetricsPage, epoch: plan.clocks.epoch },
      truth: heightsOf,
    }),
    pagesCountTheChain("TB-COUNTED", readMetricsPage),
    samplesAreTaken("TB-SAMPLES", { ...watched, interval: scrapeInterval }, lost),
    consensusIsUndisturbed(UNDISTURBED, isDisturbed ? expected : undefined),
  ];
}

function isOneOf(faults: readonly Fault[], { kind, at }: Fault): boolean {
  return faults.some((fault) => fault.kind === kind && fault.at === at);
}

const OUTAGE = { at: seconds(70), lasting: seconds(120) };
const onAll = (lasting = OUTAGE.lasting): Outage[] => ROLES.map((node) => ({ node, lasting }));
const DOWN: NodeId = REPLICA;

/** Group L, monitoring. */
export const chainMonitoring: readonly Scenario[] = [
  watchedScenario({
    name: "tb-monitoring-health",
    about: "A collector scrapes and probes three nodes, of which one is down for a while.",
    nodeFaults: [{ kind: "crash", hosts: [DOWN], at: seconds(70), lasting: seconds(90) }],
    lost: [{ node: DOWN, lasting: seconds(90) }],
    expects: ["scrape failed", "alert raised", "alert cleared"],
    goals: [
      { metric: "nodesReportedDown", atLeast: 1, share: 1 },
      { metric: "downToldMs", atMost: 65_000, share: 1 },
      { metric: "upToldMs", atMost: 65_000, share: 1 },
      { metric: "healthStatus", atMost: 0, share: 1 },
    ],
  }),
  watchedScenario({
    name: "tb-monitoring-health/metrics-blocked",
    about: "No message of metrics passes for two minutes; consensus does not notice.",
    outage: [
      {
        ...OUTAGE,
        ...partition([ROLES, [COLLECTOR]], { types: [...MESSAGE_CLASSES.metrics] }),
      },
    ],
    lost: onAll(),
    expects: ["scrape failed", "alert raised", "alert cleared"],
    goals: [{ metric: "nodesReportedDown", atLeast: 6, share: 1 }],
  }),
  watchedScenario({
    name: "tb-monitoring-health/collector-down",
    about: "The collector is down for two minutes; consensus does not notice.",
    outage: [{ ...OUTAGE, kind: "stop", hosts: [COLLECTOR] }],
    lost: onAll(),
    expects: [],
    goals: [{ metric: "samplesLost", atLeast: 21, atMost: 27, share: 1 }],
  }),
  watchedScenario({
    name: "tb-monitoring-health/collector-partitioned",
    about: "The collector is cut off for two minutes; consensus does not notice.",
    outage: [{ ...OUTAGE, ...isolate([COLLECTOR]) }],
    lost: onAll(),
    expects: ["scrape failed", "alert raised", "alert cleared"],
    goals: [{ metric: "samplesLost", atLeast: 21, atMost: 27, share: 1 }],
  }),
];
