// Raft figure 2, "RequestVote RPC", and §5.4.1.

import { describe, expect, it } from "vitest";
import { candidate, follower, leader } from "../../support/raft-member.ts";
import { append, vote, voteReply } from "../../support/raft-messages.ts";

describe("figure 2, RequestVote results", () => {
  it("term: the voter's, for the candidate to update itself", () => {
    const [reply] = follower({ term: 7 }).ask("n2", vote(3, [0, 0]));
    expect(reply?.message).toMatchObject({ term: 7 });
  });

  it("voteGranted, in the candidate's term", () => {
    const sent = follower({ term: 1 }).ask("n2", vote(3, [0, 0]));
    expect(sent).toEqual([{ to: "n2", message: voteReply(3, true) }]);
  });
});

describe("figure 2, RequestVote rule 1: false if term < currentTerm", () => {
  it("although the vote of the current term is free", () => {
    const member = follower({ term: 3 });
    const sent = member.ask("n2", vote(2, [9, 2]));
    expect(sent).toEqual([{ to: "n2", message: voteReply(3, false) }]);
    expect(member.state.votedFor).toBeUndefined();
  });
});

describe("figure 2, RequestVote rule 2: the vote", () => {
  it("is granted when votedFor is none", () => {
    const sent = follower({ term: 2 }).ask("n2", vote(2, [0, 0]));
    expect(sent).toEqual([{ to: "n2", message: voteReply(2, true) }]);
  });

  it("is granted again to the same candidate", () => {
    const member = follower({ term: 1 });
    member.ask("n2", vote(2, [0, 0]));
    const sent = member.ask("n2", vote(2, [0, 0]));
    expect(sent).toEqual([{ to: "n2", message: voteReply(2, true) }]);
  });

  it("is refused to a second candidate of the same term: first come, first served", () => {
    const member = follower({ term: 1 });
    member.ask("n2", vote(2, [0, 0]));
    const sent = member.ask("n3", vote(2, [9, 1]));
    expect(sent).toEqual([{ to: "n3", message: voteReply(2, false) }]);
    expect(member.state.votedFor).toBe("n2");
  });

  it("is refused to others by a candidate, which has voted for itself", () => {
    const sent = candidate({ term: 2 }).ask("n2", vote(2, [9, 1]));
    expect(sent).toEqual([{ to: "n2", message: voteReply(2, false) }]);
  });

  it("is not free again for a candidate that gives up in the same term", () => {
    const member = candidate({ term: 2 });
    member.ask("n3", append(2, [0, 0], []));
    const sent = member.ask("n2", vote(2, [9, 1]));
    expect(sent).toEqual([{ to: "n2", message: voteReply(2, false) }]);
    expect(member.state.votedFor).toBe("n1");
  });

  it("is free in a new term", () => {
    const member = follower({ term: 2, votedFor: "n2" });
    const sent = member.ask("n3", vote(3, [0, 0]));
    expect(sent).toEqual([{ to: "n3", message: voteReply(3, true) }]);
  });

  it("is asked of a leader too, in a later term", () => {
    const member = leader({ term: 2 });
    const sent = member.ask("n3", vote(3, [1, 2]));
    expect(sent).toEqual([{ to: "n3", message: voteReply(3, true) }]);
    expect(member.role).toBe("follower");
  });
});

describe("§5.4.1, the voter's log ends in [index 3, term 2]; the candidate's", () => {
  it.each([
    ["is equal", true, [3, 2]],
    ["is longer, with the same last term", true, [4, 2]],
    ["is shorter, with the same last term", false, [2, 2]],
    ["is shorter, with a later last term", true, [1, 3]],
    ["is longer, with an earlier last term", false, [9, 1]],
    ["is empty", false, [0, 0]],
  ] as const)("%s: granted %s", (_name, granted, last) => {
    const member = follower({ term: 4, log: [1, 2, 2] });
    const sent = member.ask("n2", vote(5, last));
    expect(sent).toEqual([{ to: "n2", message: voteReply(5, granted) }]);
  });

  it("a refusal for the log's sake leaves the vote free for a better candidate", () => {
    const member = follower({ term: 4, log: [1, 2, 2] });
    member.ask("n2", vote(5, [9, 1]));
    const sent = member.ask("n3", vote(5, [3, 2]));
    expect(sent).toEqual([{ to: "n3", message: voteReply(5, true) }]);
  });

  it("the candidate tells its last index and term", () => {
    const [sent] = follower({ term: 4, log: [1, 2, 2] }).fire("election");
    expect(sent).toEqual({ to: "n2", message: vote(5, [3, 2]) });
  });
});
