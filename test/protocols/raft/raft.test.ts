// What a Raft member reports to the world, and what it takes for a bug.

import { describe, expect, it } from "vitest";
import { candidate, follower, leader, type RaftMember } from "../../support/raft-member.ts";
import { append, preVoteReply, vote, voteReply } from "../../support/raft-messages.ts";

const lastReport = ({ env }: RaftMember) => env.emitted.at(-1);

describe("a member reports", () => {
  it("that it asks for pre-votes, and for which term", () => {
    const member = follower({ term: 1, options: { preVote: true } });
    member.fire("election");
    expect(member.env.emitted).toEqual([["pre-vote started", { term: 2 }]]);
  });

  it("that it stands for election", () => {
    const member = follower({ term: 1, options: { preVote: true } });
    member.fire("election");
    member.ask("n2", preVoteReply(2, true));
    expect(lastReport(member)).toEqual(["election started", { term: 2 }]);
  });

  it("that it is elected", () => {
    expect(lastReport(leader({ term: 2 }))).toEqual(["leader elected", { term: 2 }]);
  });

  it("that its election is lost", () => {
    const member = candidate({ term: 2 });
    member.ask("n2", voteReply(2, false));
    member.ask("n3", voteReply(2, false));
    expect(lastReport(member)).toEqual(["election lost", { term: 2 }]);
  });

  it("that it leads no more, and in which term it did", () => {
    const member = leader({ term: 2 });
    member.ask("n2", vote(5, [9, 5]));
    expect(lastReport(member)).toEqual(["leader stepped down", { term: 2 }]);
  });

  it("nothing of the kind when it did not lead", () => {
    const member = follower({ term: 2 });
    member.ask("n2", append(5, [0, 0], [5]));
    expect(member.env.emitted).toEqual([]);
  });

  it("that it removes entries, from where to where", () => {
    const member = follower({ term: 2, log: [1, 2, 2] });
    member.ask("n2", append(3, [1, 1], [3]));
    expect(member.env.emitted).toEqual([["log truncated", { from: 2, lastIndex: 3 }]]);
  });
});

describe("a member names the leader", () => {
  it("itself, when it leads", () => {
    expect(leader({ term: 2 }).raft.leader).toBe("n1");
  });

  it("nobody, when it stands for election", () => {
    const member = follower({ term: 2 });
    member.ask("n2", append(2, [0, 0], []));
    member.fire("election");
    expect(member.raft.leader).toBeUndefined();
  });

  it("nobody, when the term is new", () => {
    const member = follower({ term: 2 });
    member.ask("n2", append(2, [0, 0], []));
    member.ask("n3", vote(3, [0, 0]));
    expect(member.raft.leader).toBeUndefined();
  });
});

describe("a member takes for a bug", () => {
  it("a timer that it never set", () => {
    expect(() => follower().raft.onTimer("tea")).toThrow("no such timer: tea");
  });

  it("a sync that it did not ask for", () => {
    expect(() => follower().raft.onSynced()).toThrow("a sync that was not asked for");
  });

  it("a check of the quorum when it does not lead", () => {
    expect(() => follower().raft.onTimer("quorum")).toThrow("checks its quorum and does not lead");
  });
});

describe("a timer that comes too late", () => {
  it("a leader starts no election", () => {
    const member = leader({ term: 2 });
    member.raft.onTimer("election");
    expect(member.state).toMatchObject({ term: 2, role: { kind: "leader" } });
  });
});
