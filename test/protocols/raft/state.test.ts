// Raft figure 2, "State".

import { describe, expect, it } from "vitest";
import { follower, leader } from "../../support/raft-member.ts";
import { append, entries, vote, voteReply } from "../../support/raft-messages.ts";

describe("figure 2, state on all servers", () => {
  it("currentTerm is 0 on first boot", () => {
    expect(follower().state.term).toBe(0);
  });

  it("currentTerm increases monotonically: older messages leave it as it is", () => {
    const member = follower({ term: 5 });
    member.ask("n2", vote(4, [0, 0]));
    member.ask("n2", append(4, [0, 0], [4]));
    member.ask("n2", voteReply(4, true));
    expect(member.state.term).toBe(5);
  });

  it("votedFor is none on first boot", () => {
    expect(follower().state.votedFor).toBeUndefined();
  });

  it("votedFor is the candidate that received the vote in the current term", () => {
    const member = follower({ term: 1 });
    member.ask("n3", vote(2, [0, 0]));
    expect(member.state.votedFor).toBe("n3");
  });

  it("votedFor is none again in a later term", () => {
    const member = follower({ term: 1, votedFor: "n3" });
    member.ask("n2", append(2, [0, 0], []));
    expect(member.state.votedFor).toBeUndefined();
  });

  it("log[]: the first index is 1", () => {
    const member = follower({ term: 1 });
    member.ask("n2", append(1, [0, 0], [1]));
    expect(member.state.log).toMatchObject({ lastIndex: 1, chunks: [entries(0, [1])] });
  });

  it("commitIndex and lastApplied are volatile: 0 after a restart, whatever the log holds", () => {
    const member = follower({ term: 2, log: [1, 2] });
    expect(member.state).toMatchObject({ commit: 0, applied: 0 });
    expect(member.applied).toEqual([]);
  });
});

describe("figure 2, state on leaders", () => {
  it("nextIndex is one above the leader's last log index after the election", () => {
    // Counted before its blank entry, which is the first that it sends.
    expect(leader({ term: 2, log: [1, 1] }).progressOf("n2").next).toBe(3);
  });

  it("matchIndex is 0 after the election", () => {
    const { match } = leader({ term: 2, log: [1, 1] }).progressOf("n2");
    expect(match).toBe(0);
  });

  it("nextIndex and matchIndex are reinitialised by a second election", () => {
    const member = leader({ term: 2, log: [1, 1] });
    member.ask("n2", { type: "appendReply", term: 2, accepted: true, match: 3 });
    member.ask("n3", append(3, [3, 2], []));
    member.fire("election");
    member.ask("n3", voteReply(4, true));
    expect(member.progressOf("n2")).toMatchObject({ match: 0, next: 4 });
  });
});
