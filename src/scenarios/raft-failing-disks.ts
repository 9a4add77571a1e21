import { leaderIsElected } from "../invariants/liveness.ts";
import { bitRots, failedSyncs, slowDisks } from "../sim/nemeses/disk.ts";
import { all, crashes, type Rhythm, stops } from "../sim/nemesis.ts";
import { uniform } from "../sim/random/distribution.ts";
import { ms, seconds, us } from "../sim/time.ts";
import { hostNames, storeScenario, storeSettings } from "./raft-cluster.ts";
import { mixed } from "./workload.ts";

const CALM = seconds(10);
const HORIZON = seconds(20);

const OFTEN: Rhythm = {
  every: { min: ms(200), max: seconds(2) },
  lasting: { min: ms(10), max: seconds(1) },
};

const SELDOM: Rhythm = { ...OFTEN, every: { min: seconds(2), max: seconds(8) } };

/** A server that cannot trust its disk is silent until it is started anew, or for good. */
const failingDisks = storeScenario({
  name: "raft-failing-disks",
  about: "Syncs of five servers fail or take long, and the power does; one disk rots.",
  plan: (streams) => {
    const servers = hostNames(5);
    const clients = hostNames(3, "c");
    const options = streams.stream("options");
    const field = { servers, clients, from: ms(500), until: CALM };
    const weather = all(
      failedSyncs(SELDOM, options.pick([0.05, 0.5])),
      slowDisks(OFTEN, uniform(ms(1), ms(100))),
      crashes(OFTEN),
      stops(OFTEN),
      bitRots(SELDOM, 3),
    );
    // Whoever has fallen silent starts anew in the end, but for one whose journal has rotted.
    const restarts = servers.map((id, i) => ({
      ...{ kind: "stop" as const, hosts: [id] },
      ...{ at: CALM - ms(20) * (i + 1), lasting: ms(10) },
    }));
    return {
      servers,
      clients,
      settings: storeSettings(),
      network: { latency: uniform(us(500), ms(10)), loss: 0, duplication: 0, links: [] },
      disk: {
        syncLatency: uniform(us(100), ms(options.pick([1, 10]))),
        sectorBytes: options.pick([16, 64, 512]),
        damagedHostsMax: 1,
      },
      operations: mixed(
        { clients, from: ms(500), until: CALM, every: ms(15) },
        streams.stream("workload"),
      ),
      faults: [...weather(streams, field), ...restarts],
      calm: CALM,
      horizon: HORIZON,
    };
  },
  invariants: () => [leaderIsElected("LEADER-ELECTED", { from: CALM, by: CALM + seconds(8) })],
  expects: ["leader elected", "ok", "halted", "torn tail cut"],
});

const ROTS = seconds(6);

/** Whoever has acknowledged what rots then must not come back without it. */
const lastWrite = storeScenario({
  name: "raft-failing-disks/last-write",
  about: "A short journal of one of three servers rots, as likely as not where it ends.",
  plan: (streams) => {
    const servers = hostNames(3);
    const options = streams.stream("options");
    const hosts = [options.pick(servers)];
    return {
      servers,
      clients: ["c1"],
      settings: storeSettings(),
      disk: { sectorBytes: options.pick([8, 64, 512]), damagedHostsMax: 1 },
      operations: mixed(
        { clients: ["c1"], from: seconds(3), until: seconds(5), every: ms(500) },
        streams.stream("workload"),
      ),
      faults: [
        { kind: "bitRot", at: ROTS, lasting: ms(1), hosts, files: [], bits: 2, sparedBytes: 0 },
        {
          ...{ kind: options.pick(["crash", "stop"] as const), hosts },
          ...{ at: ROTS + ms(100), lasting: seconds(1) },
        },
      ],
      calm: CALM,
      horizon: HORIZON,
    };
  },
  invariants: () => [leaderIsElected("LEADER-ELECTED", { from: CALM, by: CALM + seconds(8) })],
  expects: ["leader elected", "ok", "halted"],
});

export const raftFailingDisks = [failingDisks, lastWrite] as const;
