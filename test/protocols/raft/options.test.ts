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
    [{ preVote: 1 }, "raft.preVote: expected true or false"],
    [{ checkQuorum: undefined }, "raft.checkQuorum: expected true or false"],
    [{ appendEntriesMax: 0 }, "raft.appendEntriesMax: expected a whole number of at least 1"],
    [{ prevote: true }, "raft.prevote: unknown field"],
  ])("refuses %o: %s", (change, message) => {
    expect(() => checkRaftOptions({ ...defaultRaftOptions, ...change }, "raft")).toThrow(message);
  });
});
