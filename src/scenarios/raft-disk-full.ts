import { acknowledgesIn, operationsReturn } from "../invariants/liveness.ts";
import { equalStates, everyoneCatchesUp } from "../invariants/replicated.ts";
import { defaultRaftOptions } from "../protocols/raft/options.ts";
import type { NodeId } from "../sim/env.ts";
import type { Scenario } from "../sim/scenario.ts";
import { ms, seconds } from "../sim/time.ts";
import { hostNames, storeScenario, storeSettings } from "./raft-cluster.ts";
import { writes } from "./workload.ts";

const SERVERS = hostNames(3);
const CLIENTS = hostNames(4, "c");
const FULL = seconds(5);
const FREE = seconds(17);
const HORIZON = seconds(30);
/** Runs full about half a second after FULL: by then there are 25 more writes of some 36 bytes. */
const FREE_BYTES = 900;

/** `n1` would lead, whenever it may: it loses patience long before the others do. */
const EAGER = {
  ...defaultRaftOptions,
  electionTimeoutMin: ms(500),
  electionTimeoutMax: ms(700),
};

interface DiskFull {
  readonly variant: string;
  readonly about: string;
  readonly full: readonly NodeId[];
  /** The room that is left at FULL. */
  readonly freeBytes: number;
}

/** Disks take no more from one time on, and then do again. */
function diskFull({ variant, about, full, freeBytes }: DiskFull): Scenario {
  const hasQuorum = full.length * 2 < SERVERS.length;
  return storeScenario({
    name: `raft-disk-full${variant}`,
    about,
    plan: () => ({
      servers: SERVERS,
      clients: CLIENTS,
      settings: storeSettings({}, { raftOf: { n1: EAGER } }),
      operations: writes({ clients: CLIENTS, from: seconds(3), until: seconds(20), every: ms(20) }),
      faults: [{ kind: "diskFull", at: FULL, lasting: FREE - FULL, hosts: full, freeBytes }],
      calm: FREE,
      horizon: HORIZON,
    }),
    invariants: (plan) => [
      ...(hasQuorum
        ? [acknowledgesIn("HAND-OVER", { from: FULL + seconds(1), until: FULL + seconds(10) })]
        : []),
      everyoneCatchesUp("CATCH-UP", { from: FREE + 1, by: FREE + seconds(5) }),
      acknowledgesIn("RESUME", { from: FREE, until: FREE + seconds(8) }),
      operationsReturn("RETURN", { by: HORIZON }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "disk full", "disk free again", "ok"],
  });
}

export const raftDiskFull: readonly Scenario[] = [
  diskFull({
    variant: "",
    about: "The disk of the leader runs full: another leads, until it has room again.",
    full: ["n1"],
    freeBytes: FREE_BYTES,
  }),
  diskFull({
    variant: "/votes",
    about: "The disk of the leader runs full to the last byte: there is no room for a vote.",
    full: ["n1"],
    freeBytes: 0,
  }),
  diskFull({
    variant: "/follower",
    about: "The disk of a follower runs full, and it catches up when it has room again.",
    full: ["n3"],
    freeBytes: FREE_BYTES,
  }),
  diskFull({
    variant: "/both-followers",
    about: "The disks of both followers run full: nothing is acknowledged, and nothing lost.",
    full: ["n2", "n3"],
    freeBytes: FREE_BYTES,
  }),
];
