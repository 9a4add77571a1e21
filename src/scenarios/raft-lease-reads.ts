// Group E: what leases count on. Clocks drift as far as options allow for, and further; voters keep
// their word to a leader though they hear of another candidate, and though they have restarted.

import { measureAnsweredCutOff } from "../invariants/elections.ts";
import { defaultRaftOptions } from "../protocols/raft/options.ts";
import { leaseDuration } from "../protocols/raft/read-state.ts";
import type { Fault } from "../sim/fault.ts";
import type { Random } from "../sim/random/random.ts";
import type { Scenario } from "../sim/scenario.ts";
import { sometimes } from "../sim/temporal/sometimes.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { INDEX, LEASE, linearizableReads, shortOfTime } from "./linearizable-reads.ts";
import { crash, partition } from "./raft-weather.ts";

/** RaftOptions.clockDriftMax, which is 0.1, in millionths. */
const BOUND_PPM = 100_000;
/** Slow by so much, a leader's lease is over when two times as much time has passed. */
const BEYOND_PPM = 500_000;
const BEYOND_SHARE = 0.5;

const CUTS = [5, 10, 15].map(seconds);

/** The leader is cut off; its clock is slow and the others' fast, from a second before on. */
function isolation(at: Micros, ppm: number): readonly Fault[] {
  const drift = { kind: "clockDrift" as const, at: at - seconds(1), lasting: seconds(5) };
  return [
    { ...drift, hosts: ["leader"], ppm: -ppm },
    { ...drift, hosts: ["others"], ppm },
    partition(at, seconds(4), ["leader"], ["others"]),
  ];
}

const VOTERS = ["follower 2", "follower 3", "follower 4"];

/**
 * A follower does not hear the leader, and stands time and again; then nobody hears the leader any
 * more, while the follower is about to stand, and `then` happens.
 */
function rebellion(
  begin: Micros,
  random: Random,
  then: (at: Micros) => readonly Fault[] = () => [],
): readonly Fault[] {
  const at = begin + random.int(ms(1_500), seconds(3));
  return [
    partition(begin, at - begin + seconds(2), ["leader"], ["follower 1"]),
    partition(at, seconds(2), ["leader"], ["others"]),
    ...then(at),
  ];
}

export const raftLeaseReads: readonly Scenario[] = [
  linearizableReads({
    variant: "/drift-within-bound",
    about: "The leader is cut off, and clocks drift by as much as leases allow for: fresh reads.",
    readers: [INDEX, LEASE],
    faults: () => CUTS.flatMap((at) => isolation(at, BOUND_PPM)),
    invariants: () => [measureAnsweredCutOff()],
    goals: [{ metric: "answered cut off", atLeast: 60, share: 0.95 }],
  }),
  linearizableReads({
    variant: "/drift-beyond-bound",
    about: "Clocks drift by more than leases allow for: these may be stale, and nothing else.",
    readers: [INDEX, LEASE],
    faults: () => CUTS.flatMap((at) => isolation(at, BEYOND_PPM)),
    // In true time a lease is over then, and knows all that was acknowledged before it began.
    leaseLateness: leaseDuration(defaultRaftOptions) / (1 - BEYOND_SHARE),
    invariants: () => [
      sometimes("a lease read is stale", ({ metrics }) => metrics.counted("STALE-LEASE") > 0),
    ],
    goals: [{ metric: "STALE-LEASE", atLeast: 1, share: 0.9 }],
  }),
  linearizableReads({
    variant: "/loyal-voters",
    about: "A follower stands though others hear the leader, and the leader is cut off then.",
    readers: [LEASE],
    client: shortOfTime,
    writesEvery: ms(30),
    raft: { preVote: false },
    pinnedWriters: true,
    faults: (random) => CUTS.flatMap((at) => rebellion(at, random)),
    invariants: () => [measureAnsweredCutOff()],
    goals: [{ metric: "answered cut off", atLeast: 60, share: 0.95 }],
  }),
  linearizableReads({
    variant: "/forgetful-voters",
    about: "The same, and the voters restart when they hear the leader no more.",
    readers: [LEASE],
    client: shortOfTime,
    writesEvery: ms(30),
    pinnedWriters: true,
    faults: (random) =>
      CUTS.flatMap((begin) => rebellion(begin, random, (at) => [crash(VOTERS, at, ms(50))])),
    invariants: () => [measureAnsweredCutOff()],
    goals: [{ metric: "answered cut off", atLeast: 60, share: 0.95 }],
  }),
];
