// Group E: who takes part changes while the store works. Names and figures are those of the
// scenario catalogue.

import { defaultRaftOptions, type RaftOptions } from "../protocols/raft/options.ts";
import type { Fault } from "../sim/fault.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Random } from "../sim/random/random.ts";
import type { Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { type Asked, add, CHANGE, FIRST, join, learn, membership, remove } from "./membership.ts";
import { hostNames, impatientClient } from "./raft-cluster.ts";
import { crash, partition } from "./raft-weather.ts";

const SERVERS = hostNames(5);
/** Two changes follow on each other in that time. */
const STEP = seconds(5);

/** New members are sent snapshots, and who restarts has one. */
const SNAPSHOTS_OFTEN: Partial<RaftOptions> = { snapshotEntries: 4, keptEntries: 2 };

/** Three become five, and three again: a follower goes, and then the leader. */
const ADD_AND_REMOVE: readonly Asked[] = [
  [join("n4")],
  [join("n5")],
  [remove("n3")],
  [remove("n1")],
].map((changes, i) => ({ at: CHANGE + i * STEP, by: "a1", changes }));
/** A change takes no longer while there is a majority. */
const DONE = seconds(10);
const AFTER_ALL = CHANGE + ADD_AND_REMOVE.length * STEP;

/** Three become five: two of the three, and the other three, are majorities of then and now. */
const TWO_JOIN = ADD_AND_REMOVE.slice(0, 2);

/** Two of three go and two come, at once. */
const SWAP: Asked = {
  at: CHANGE,
  by: "a1",
  changes: [remove("n1"), remove("n2"), add("n4"), add("n5")],
};
const SWAPPED = ["n3", "n4", "n5"];
const CALM = CHANGE + seconds(8);

/** A little after a change was asked for: before, while and after it is in the log. */
function soonAfter(at: Micros, random: Random): Micros {
  return at + random.int(0, ms(60));
}

/** Who was removed is switched off until the run ends. */
const FOR_GOOD = CHANGE + 3 * STEP + seconds(20);

/** That it follows the leader is heard late, and that it holds an entry is not. */
function lateWord(at: Micros, lasting: Micros): Fault {
  const way = { from: ["n2"], to: ["n1"], bothWays: false, types: ["confirmReply"] };
  return { kind: "latency", at, lasting, ...way, added: uniform(ms(50), ms(300)) };
}

export const raftMembership: readonly Scenario[] = [
  membership({
    name: "raft-config-change-add-remove",
    about: "Learners become voters; a follower is removed, and then the leader.",
    asked: ADD_AND_REMOVE,
    members: ["n2", "n4", "n5"],
    faults: () => [],
    calm: AFTER_ALL,
    doneWithin: DONE,
    // The leader that is removed hands over: nobody has to wait until it is missed.
    progressWithin: defaultRaftOptions.electionTimeoutMin,
  }),
  membership({
    name: "raft-config-change-add-remove/crashes",
    about: "The leader crashes soon after each change was asked for.",
    asked: ADD_AND_REMOVE,
    members: ["n2", "n4", "n5"],
    faults: (random) =>
      ADD_AND_REMOVE.map(({ at }) => crash(["leader"], soonAfter(at, random), seconds(2))),
    calm: AFTER_ALL,
    doneWithin: DONE,
  }),
  membership({
    name: "raft-config-change-add-remove/snapshots",
    about: "New members are sent snapshots, and the leader crashes soon after each change.",
    asked: ADD_AND_REMOVE,
    members: ["n2", "n4", "n5"],
    faults: (random) =>
      ADD_AND_REMOVE.map(({ at }) => crash(["leader"], soonAfter(at, random), seconds(2))),
    calm: AFTER_ALL,
    doneWithin: DONE,
    raft: SNAPSHOTS_OFTEN,
  }),
  membership({
    name: "raft-config-change-add-remove/pending",
    about: "A change is asked for while another is under way; and one that would leave no voters.",
    asked: [
      { at: CHANGE, by: "a1", changes: [join("n4")] },
      { at: CHANGE + ms(5), by: "a2", changes: [add("n5")] },
      {
        at: CHANGE + ms(10),
        by: "a3",
        changes: FIRST.map(remove).concat(["n4", "n5"].map(remove)),
      },
      { at: CHANGE + STEP, by: "a3", changes: SERVERS.map(remove) },
    ],
    members: SERVERS,
    faults: () => [],
    calm: CALM,
    refused: ["a3"],
  }),
  membership({
    name: "raft-config-change-add-remove/learners",
    about: "The leader is cut off, with two learners and then alone; only voters come after it.",
    asked: [{ at: CHANGE, by: "a1", changes: [learn("n4"), learn("n5")] }],
    members: FIRST,
    faults: () => [
      partition(CHANGE + ms(500), seconds(4), ["n1", "n4", "n5"], ["n2", "n3"]),
      partition(CHANGE + STEP + seconds(2), seconds(5), ["leader"], ["others"]),
    ],
    calm: CHANGE + 3 * STEP,
  }),
  membership({
    name: "raft-config-change-add-remove/new-leader",
    about:
      "The leader of four crashes with a change in the logs, and its heir is asked for another.",
    first: ["n1", "n2", "n3", "n4"],
    asked: [
      { at: CHANGE, by: "a1", changes: [remove("n4")] },
      { at: CHANGE + ms(1), by: "a2", changes: [add("n5")] },
    ],
    members: ["n1", "n2", "n3", "n5"],
    // So that it takes the heir long to commit in its own term.
    syncLatency: ms(40),
    faults: (random) => [crash(["leader"], CHANGE + random.int(ms(10), ms(50)), seconds(3))],
    calm: CALM,
  }),
  membership({
    name: "raft-config-change-add-remove/removed-returns",
    about: "A member is removed while it is cut off, and stands for election time and again.",
    asked: [{ at: CHANGE, by: "a1", changes: [remove("n3")] }],
    members: ["n1", "n2"],
    raft: { preVote: false },
    faults: () => [partition(CHANGE - ms(500), seconds(5), ["n3"], ["n1", "n2"])],
    calm: CALM,
    stableFrom: CHANGE,
  }),
  membership({
    name: "raft-config-change-add-remove/down-to-one",
    about: "One member is left, and goes on alone, also when it has restarted.",
    asked: [
      { at: CHANGE, by: "a1", changes: [remove("n3")] },
      { at: CHANGE + STEP, by: "a1", changes: [remove("n2")] },
    ],
    members: ["n1"],
    faults: () => [
      crash(["n2", "n3"], CHANGE + 2 * STEP, FOR_GOOD - (CHANGE + 2 * STEP)),
      crash(["n1"], CHANGE + 2 * STEP + seconds(1), seconds(1)),
    ],
    calm: CHANGE + 3 * STEP,
  }),
  membership({
    name: "raft-config-change-add-remove/first-members-restart",
    about: "Three have become five; two of the three restart, cut off from the leader of the five.",
    asked: TWO_JOIN,
    members: SERVERS,
    // So few that the logs are equal for a while, and only those who decide are not.
    writing: { clients: ["c1"], every: seconds(3) },
    faults: (random) => {
      const at = CHANGE + 2 * STEP + random.int(ms(100), ms(300));
      return [
        partition(at, seconds(6), ["n2", "n3"], ["n1", "n4", "n5"]),
        crash(["n2", "n3"], at, ms(200)),
      ];
    },
    calm: CHANGE + 2 * STEP + seconds(7),
  }),
  membership({
    name: "raft-config-change-add-remove/last-reader",
    about: "Reads wait for the word of the last other member as it is removed.",
    first: ["n1", "n2"],
    asked: [{ at: CHANGE, by: "a1", changes: [remove("n2")] }],
    members: ["n1"],
    readers: ["r1", "r2"],
    faults: () => [lateWord(CHANGE - ms(500), seconds(1))],
    calm: CALM,
  }),
  membership({
    name: "raft-config-change-add-remove/last-writer",
    about: "The only client's write is behind the removal of the last other member.",
    first: ["n1", "n2"],
    asked: [{ at: CHANGE, by: "a1", changes: [remove("n2")] }],
    members: ["n1"],
    writing: { clients: ["c1"], every: ms(5) },
    client: { ...impatientClient, requestTimeout: seconds(5) },
    faults: () => [],
    calm: CALM,
    progressWithin: defaultRaftOptions.electionTimeoutMin,
  }),
  membership({
    name: "raft-joint-consensus",
    about: "Two of three members are replaced in one step, the leader among them.",
    asked: [SWAP],
    members: SWAPPED,
    faults: () => [],
    calm: CALM,
    doneWithin: DONE,
  }),
  membership({
    name: "raft-joint-consensus/crash",
    about: "The leader crashes before, in or after the joint phase.",
    asked: [SWAP],
    members: SWAPPED,
    faults: (random) => [crash(["leader"], soonAfter(CHANGE, random), seconds(3))],
    calm: CALM,
  }),
  membership({
    name: "raft-joint-consensus/snapshots",
    about: "The leader crashes in the joint phase, and restarts from a snapshot of it.",
    asked: [SWAP],
    members: SWAPPED,
    faults: (random) => [
      crash(["leader"], soonAfter(CHANGE, random), seconds(1)),
      crash(["n3"], soonAfter(CHANGE + ms(20), random), seconds(2)),
      crash(["n4"], soonAfter(CHANGE + seconds(4), random), seconds(1)),
    ],
    calm: CALM,
    raft: SNAPSHOTS_OFTEN,
  }),
  membership({
    name: "raft-joint-consensus/partition",
    about: "Most of the old members are cut off from most of the new ones in the joint phase.",
    asked: [SWAP],
    members: SWAPPED,
    faults: (random) => [
      partition(soonAfter(CHANGE, random), seconds(5), ["n1", "n2"], ["n3", "n4", "n5"]),
    ],
    calm: CALM,
  }),
  membership({
    name: "raft-joint-consensus/two-administrators",
    about: "Two administrators ask for different members at once; both have their way in turn.",
    asked: [
      { at: CHANGE, by: "a1", changes: [remove("n2"), add("n4")] },
      { at: CHANGE, by: "a2", changes: [remove("n3"), add("n5")] },
    ],
    members: ["n1", "n4", "n5"],
    faults: () => [],
    calm: CALM,
  }),
];
