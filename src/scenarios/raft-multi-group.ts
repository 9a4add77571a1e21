// Group E: several groups on one set of hosts. Names and figures are those of the scenario
// catalogue.

import { inEachGroup, ofGroup } from "../invariants/group-world.ts";
import { everyoneAgrees, leaderIsElected, operationsReturn } from "../invariants/liveness.ts";
import { majorityElects, majorityServes, minorityStops } from "../invariants/majorities.ts";
import { ALL_KV_SITES } from "../protocols/kv/sites.ts";
import type { NodeId } from "../sim/env.ts";
import type { Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { groupScenario, isOf, placeGroups } from "./group-cluster.ts";
import { hostNames, impatientClient, storeSettings } from "./raft-cluster.ts";
import { crash, partition } from "./raft-weather.ts";
import { mixed, type Pace, writes } from "./workload.ts";

const SERVERS = hostNames(5);
const CLIENTS = hostNames(4, "c");

const GROUPS = hostNames(8, "g");
const BEGIN = seconds(2);
const CALM = seconds(29);
const HORIZON = seconds(37);

/** Ten writes a second and two reads of each group. */
function workload(): PlannedOperation[] {
  const pace = { clients: CLIENTS, from: BEGIN, until: CALM + seconds(3), every: ms(100) };
  return GROUPS.flatMap((group, i) => {
    const shifted = { ...pace, from: pace.from + ms(3) * i };
    return [
      ...inGroup(group, "w", writes(shifted)),
      ...inGroup(group, "r", reads({ ...shifted, every: ms(500) })),
    ];
  });
}

function reads({ clients, from, until, every }: Pace): PlannedOperation[] {
  const count = Math.ceil((until - from) / every);
  return Array.from({ length: count }, (_, n) => ({
    at: from + n * every,
    client: clients[n % clients.length]!,
    operation: { id: `${n}`, op: "get", key: `k${(n % 3) + 1}` },
  }));
}

/** The same operations, asked of a group; `letter` keeps their names apart from others of it. */
function inGroup(
  group: string,
  letter: string,
  operations: readonly PlannedOperation[],
): PlannedOperation[] {
  return operations.map(({ at, client, operation }, n) => ({
    at,
    client,
    operation: { ...operation, id: `${group}.${letter}${n}`, group },
  }));
}

/** With n4 and n5 cut off and n1 down, g5 on n5, n1 and n2 has no majority; all others have one. */
const CUT: readonly (readonly NodeId[])[] = [
  ["n1", "n2", "n3"],
  ["n4", "n5"],
];

const multiGroup = groupScenario({
  name: "raft-multi-group",
  about: "Eight groups of three on five hosts; a host crashes, two are cut off, and both at once.",
  groups: GROUPS,
  plan: () => ({
    servers: SERVERS,
    clients: CLIENTS,
    settings: {
      ...storeSettings({}, { client: impatientClient }),
      groups: placeGroups(GROUPS, SERVERS, 3),
    },
    operations: workload(),
    faults: [
      crash(["some leader"], seconds(4), seconds(7)),
      partition(seconds(13), seconds(16), ...CUT),
      crash(["n1"], seconds(19), seconds(7)),
    ],
    calm: CALM,
    horizon: HORIZON,
  }),
  invariants: (plan, groups) => [
    ...inEachGroup(groups, () => majorityElects("GROUP-ELECTS", { within: seconds(5) })),
    ...inEachGroup(groups, (group) =>
      majorityServes("GROUP-SERVES", { within: ms(6_500) }, isOf(group)),
    ),
    ...inEachGroup(groups, (group) => minorityStops("GROUP-STOPS", isOf(group))),
    ...groups.map((group) =>
      ofGroup(group, everyoneAgrees(`AGREEMENT, ${group.name}`, { from: CALM, by: HORIZON })),
    ),
    operationsReturn("RETURN", { by: HORIZON }, plan),
  ],
  expects: ["leader elected", "leader stepped down", "ok"],
  goals: [
    { metric: "acksMeanwhile", atLeast: 100, share: 1 },
    { metric: "groupsUnavailableMax", atLeast: 1, share: 1 },
  ],
});

const RANDOM_GROUPS = hostNames(3, "g");
const RANDOM_CALM = seconds(20);
const RANDOM_HORIZON = seconds(40);

/** On all servers, so that each group is well when the core is. */
const randomFailures = groupScenario({
  name: "raft-multi-group/random-failures",
  about: "Random everything for three groups on the same five hosts.",
  groups: RANDOM_GROUPS,
  weather: {},
  sites: ALL_KV_SITES,
  // Raft never asks for the time of day.
  immuneTo: ["clockStep", "clockSlew"],
  plan: (streams) => ({
    servers: SERVERS,
    clients: CLIENTS,
    settings: {
      ...storeSettings({}, { client: impatientClient }),
      groups: placeGroups(RANDOM_GROUPS, SERVERS, SERVERS.length),
    },
    operations: RANDOM_GROUPS.flatMap((group) => {
      const pace = { clients: CLIENTS, from: ms(500), until: RANDOM_CALM, every: ms(200) };
      return inGroup(group, "o", mixed(pace, streams.stream(`workload ${group}`)));
    }),
    calm: RANDOM_CALM,
    horizon: RANDOM_HORIZON,
  }),
  invariants: (plan, groups) => [
    ...groups.flatMap((group) => [
      ofGroup(group, leaderIsElected(`LEADER-ELECTED, ${group.name}`, within(seconds(10)))),
      ofGroup(group, everyoneAgrees(`AGREEMENT, ${group.name}`, within(seconds(20)), plan.core)),
    ]),
    operationsReturn("RETURN", { by: RANDOM_HORIZON }, plan),
  ],
  expects: ["leader elected", "leader stepped down", "ok"],
});

function within(time: Micros): { readonly from: Micros; readonly by: Micros } {
  return { from: RANDOM_CALM, by: RANDOM_CALM + time };
}

export const raftMultiGroup: readonly Scenario[] = [multiGroup, randomFailures];
