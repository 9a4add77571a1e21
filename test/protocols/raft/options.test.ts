import { describe, expect, it } from "vitest";
import { checkRaftOptions, defaultRaftOptions } from "../../../src/protocols/raft/options.ts";

describe("checkRaftOptions", () => {
  it("takes the defaults as they are", () => {
    expect(checkRaftOptions({ ...defaultRaftOptions }, "raft")).toEqual(defaultRaftOptions);
  });

  it.each([
    [{ heartbeatInterval: 0 }, "raft.heartbeatInterval: expected a whole number of at least 1"],
    [{ electionTimeoutMin: 1.5 }, "raft.electionTimeoutMin: expected a whole number"],
    [{ electionTimeoutMin: 100_000 }, "raft.heartbeatInterval: expected less than"],
    [{ electionTimeoutMax: 999_999 }, "raft.electionTimeoutMax: expected a whole number of at"],
    [{ priorities: { n1: -1 } }, "raft.priorities.n1: expected a whole number of at least 0"],
    [{ priorities: 3 }, "raft.priorities: expected an object"],
    [{ preVote: 1 }, "raft.preVote: expected true or false"],
    [{ checkQuorum: undefined }, "raft.checkQuorum: expected true or false"],
    [{ appendEntriesMax: 0 }, "raft.appendEntriesMax: expected a whole number of at least 1"],
    [{ appendBytesMax: 0 }, "raft.appendBytesMax: expected a whole number of at least 1"],
    [{ entryBytesMax: -1 }, "raft.entryBytesMax: expected a whole number of at least 1"],
    [{ inflightMax: 0 }, "raft.inflightMax: expected a whole number of at least 1"],
    [{ inflightBytesMax: 0.5 }, "raft.inflightBytesMax: expected a whole number of at least 1"],
    [{ uncommittedBytesMax: 0 }, "raft.uncommittedBytesMax: expected a whole number of at"],
    [{ forwardProposals: "no" }, "raft.forwardProposals: expected true or false"],
    [{ followerReads: 1 }, "raft.followerReads: expected true or false"],
    [{ leaseReads: "yes" }, "raft.leaseReads: expected true or false"],
    [
      { leaseReads: true, checkQuorum: false },
      "raft.leaseReads: expected false without checkQuorum, got true",
    ],
    [{ clockDriftMax: -0.1 }, "raft.clockDriftMax: expected a probability in [0, 1]"],
    [{ clockDriftMax: 1 }, "raft.clockDriftMax: expected less than 1, got 1"],
    [{ prevote: true }, "raft.prevote: unknown field"],
  ])("refuses %o: %s", (change, message) => {
    expect(() => checkRaftOptions({ ...defaultRaftOptions, ...change }, "raft")).toThrow(message);
  });
});
