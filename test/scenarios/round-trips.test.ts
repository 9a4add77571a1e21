// What reads and commits cost when nothing goes wrong, in virtual time.

import { expect, it } from "vitest";
import { plan, run } from "../../src/index.ts";
import { measureOperations, median } from "../../src/invariants/measures.ts";
import { defaultRaftOptions } from "../../src/protocols/raft/options.ts";
import {
  askedAlone,
  constantLatency,
  hostNames,
  storeScenario,
  storeSettings,
} from "../../src/scenarios/raft-cluster.ts";
import { constant } from "../../src/sim/random/distribution.ts";
import { inMs, ms, seconds } from "../../src/sim/time.ts";

/** Between any two hosts, one way. */
const LATENCY = ms(2);
const SYNC = ms(1);
/** Not in step with heartbeats, which renew leases: a read then waits for the round after that. */
const EVERY = ms(104);

/** One operation every `EVERY`, each kind in its own quarter of that. */
const operations = Array.from({ length: 100 }, (_, n) => [
  { client: "writer", id: `w${n}`, op: "put", key: "k", value: `${n}` },
  { client: "leader's reader", id: `i${n}`, op: "get", key: "k", read: "index", server: "n1" },
  { client: "lessee", id: `l${n}`, op: "get", key: "k", read: "lease", server: "n1" },
  { client: "follower's reader", id: `f${n}`, op: "get", key: "k", read: "index", server: "n2" },
])
  .flat()
  .map(({ client, ...operation }, n) => {
    return { at: seconds(3) + n * (EVERY / 4), client, operation };
  });

const raft = { leaseReads: true, followerReads: true };

const scenario = storeScenario({
  name: "raft-round-trips",
  about: "Five servers, equal latencies and no faults.",
  plan: () => ({
    servers: hostNames(5),
    clients: ["writer", "leader's reader", "lessee", "follower's reader"],
    network: constantLatency(LATENCY),
    disk: { syncLatency: constant(SYNC) },
    settings: storeSettings(raft, {
      // So that it is n1 that leads.
      raftOf: { n1: { ...defaultRaftOptions, ...raft, electionTimeoutMax: seconds(1) } },
    }),
    operations,
    horizon: seconds(15),
  }),
  invariants: () => [
    measureOperations("reads", (operation) => {
      const { read } = operation as { readonly read?: string };
      return read && `${askedAlone(operation)} ${read}`;
    }),
  ],
});

const { metrics, violation } = run(scenario, plan(scenario, "1"));

/** The median of what was measured, in ms. */
function middle(name: string): number {
  const values = metrics.state.samples.get(name) ?? [];
  expect(values).toHaveLength(100);
  return median(values)!;
}

/** There and back between a client and a server, or between two servers. */
const ROUND_TRIP = inMs(2 * LATENCY);

it("holds", () => {
  expect(violation).toBeUndefined();
});

it("thesis §6.4: an index read takes one round trip of the leader", () => {
  expect(middle("n1 index")).toBe(2 * ROUND_TRIP);
});

it("thesis §6.4.1: a lease read takes none", () => {
  expect(middle("n1 lease")).toBe(ROUND_TRIP);
});

it("thesis §6.4: an index read at a follower takes one more, to the leader", () => {
  expect(middle("n2 index")).toBe(3 * ROUND_TRIP);
});

it("a commit takes two one-way latencies and a sync, and 10 % more at most", () => {
  const samples = metrics.state.samples.get("commitLatencyMs") ?? [];
  expect(samples).toHaveLength(100);
  expect(median(samples)).toBeLessThanOrEqual(1.1 * inMs(2 * LATENCY + SYNC));
});
