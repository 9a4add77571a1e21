// Raft figure 2, "Rules for Servers": candidates; and §5.2 on how elections are won.

import { describe, expect, it } from "vitest";
import { ms } from "../../../src/sim/time.ts";
import { candidate, follower, paperOptions } from "../../support/raft-member.ts";
import { append, vote, voteReply } from "../../support/raft-messages.ts";

describe("figure 2, candidates: on conversion to candidate, start an election", () => {
  it("increment currentTerm", () => {
    const member = follower({ term: 4 });
    member.fire("election");
    expect(member.state.term).toBe(5);
  });

  it("vote for self", () => {
    const member = follower({ term: 4, votedFor: "n2" });
    member.fire("election");
    expect(member.state.votedFor).toBe("n1");
  });

  it("reset the election timer", () => {
    const member = follower();
    member.fire("election");
    const twice = 2 * paperOptions.electionTimeoutMin;
    expect(member.env.timers).toEqual(new Map([["election", twice]]));
  });

  it("send RequestVote to all other servers", () => {
    const sent = follower({ term: 4, log: [2, 4], size: 4 }).fire("election");
    const message = vote(5, [2, 4]);
    expect(sent).toEqual(["n2", "n3", "n4"].map((to) => ({ to, message })));
  });
});

describe("figure 2, candidates: votes from a majority make the leader", () => {
  it.each([
    { size: 1, grants: [], role: "leader" },
    { size: 2, grants: [], role: "candidate" },
    { size: 2, grants: ["n2"], role: "leader" },
    { size: 3, grants: [], role: "candidate" },
    { size: 3, grants: ["n3"], role: "leader" },
    { size: 4, grants: ["n2"], role: "candidate" },
    { size: 4, grants: ["n2", "n4"], role: "leader" },
    { size: 5, grants: ["n2"], role: "candidate" },
    { size: 5, grants: ["n2", "n5"], role: "leader" },
  ])("of $size servers, own vote and grants of $grants: $role", ({ size, grants, role }) => {
    const member = candidate({ term: 2, size });
    for (const voter of grants) member.receive(voter, voteReply(2, true));
    expect(member.role).toBe(role);
  });

  it("each server has one vote, however often its grant arrives", () => {
    const member = candidate({ term: 2, size: 5 });
    member.receive("n2", voteReply(2, true));
    member.receive("n2", voteReply(2, true));
    expect(member.role).toBe("candidate");
  });

  it("refusals are no votes", () => {
    const member = candidate({ term: 2 });
    member.receive("n2", voteReply(2, false));
    expect(member.role).toBe("candidate");
  });

  it("the votes of one election do not count in the next", () => {
    const member = candidate({ term: 2, size: 5 });
    member.receive("n2", voteReply(2, true));
    member.fire("election");
    member.receive("n3", voteReply(3, true));
    expect(member.role).toBe("candidate");
  });

  it("a grant that comes when the election is over changes nothing", () => {
    const member = candidate({ term: 2 });
    member.receive("n3", append(2, [0, 0], []));
    member.receive("n2", voteReply(2, true));
    expect(member.role).toBe("follower");
  });

  it("refusals by a majority end the election at once", () => {
    const member = candidate({ term: 2 });
    member.receive("n2", voteReply(2, false));
    member.receive("n3", voteReply(2, false));
    expect(member.state).toMatchObject({ term: 2, votedFor: "n1", role: { kind: "follower" } });
  });
});

describe("figure 2, candidates: AppendEntries from a new leader makes a follower", () => {
  it("of the leader of the same term", () => {
    const member = candidate({ term: 2 });
    member.ask("n3", append(2, [0, 0], [2]));
    expect(member.state.role).toEqual({ kind: "follower", leader: "n3" });
    expect(member.log).toEqual([2]);
  });

  it("but not of the leader of an older one: §5.2", () => {
    const member = candidate({ term: 3 });
    member.ask("n3", append(2, [0, 0], [2]));
    expect(member.role).toBe("candidate");
    expect(member.log).toEqual([]);
  });
});

describe("figure 2, candidates: the election timeout starts a new election", () => {
  it("in the next term, with a vote for itself and requests to all", () => {
    const member = candidate({ term: 2 });
    const sent = member.fire("election");
    expect(member.state).toMatchObject({ term: 3, votedFor: "n1", role: { kind: "candidate" } });
    expect(sent.map(({ to }) => to)).toEqual(["n2", "n3"]);
    expect(sent[0]?.message).toEqual(vote(3, [0, 0]));
  });

  it("and not before: a request that is refused leaves the timer as it was", () => {
    const member = candidate({ term: 2 });
    const due = member.env.timers.get("election");
    member.env.pass(ms(700));
    member.receive("n2", vote(2, [0, 0]));
    expect(member.env.timers.get("election")).toBe(due);
  });
});
