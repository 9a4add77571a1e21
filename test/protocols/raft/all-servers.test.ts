// Raft figure 2, "Rules for Servers": all servers.

import { describe, expect, it } from "vitest";
import { candidate, follower, leader, type Message } from "../../support/raft-member.ts";
import {
  accepted,
  append,
  entries,
  preVoteReply,
  refused,
  vote,
  voteReply,
} from "../../support/raft-messages.ts";

describe("figure 2, all servers: if commitIndex > lastApplied, apply", () => {
  it("each committed entry, in the order of the log", () => {
    const member = follower({ term: 1 });
    member.ask("n2", append(1, [0, 0], [1, 1, 1], 2));
    expect(member.applied).toEqual(entries(0, [1, 1]));
    expect(member.state.applied).toBe(2);
  });

  it("each entry once, however often its commit is told", () => {
    const member = follower({ term: 1 });
    member.ask("n2", append(1, [0, 0], [1, 1], 1));
    member.ask("n2", append(1, [0, 0], [1, 1], 1));
    member.ask("n2", append(1, [2, 1], [], 2));
    expect(member.applied).toEqual(entries(0, [1, 1]));
  });

  it("nothing that is not committed", () => {
    const member = follower({ term: 1 });
    member.ask("n2", append(1, [0, 0], [1, 1, 1]));
    expect(member.applied).toEqual([]);
  });
});

describe("figure 2, all servers: a later term makes a follower of that term", () => {
  const messages: readonly (readonly [name: string, message: Message])[] = [
    ["an AppendEntries request", append(9, [0, 0], [])],
    ["an AppendEntries request that does not fit", append(9, [7, 8], [])],
    ["an AppendEntries success", accepted(9, 1)],
    ["an AppendEntries failure", refused(9, 1, [0, 0])],
    ["a RequestVote request", vote(9, [9, 8])],
    ["a RequestVote request of a shorter log", vote(9, [0, 0])],
    ["a RequestVote grant", voteReply(9, true)],
    ["a RequestVote refusal", voteReply(9, false)],
    ["a pre-vote refusal", preVoteReply(9, false)],
  ];

  it.each(messages)("of a follower, by %s", (_name, message) => {
    const member = follower({ term: 2, votedFor: "n3", log: [1] });
    member.receive("n2", message);
    expect(member.state).toMatchObject({ term: 9, role: { kind: "follower" } });
  });

  it.each(messages)("of a candidate, by %s", (_name, message) => {
    const member = candidate({ term: 2, log: [1] });
    member.receive("n2", message);
    expect(member.state).toMatchObject({ term: 9, role: { kind: "follower" } });
  });

  it.each(messages)("of a leader, by %s", (_name, message) => {
    const member = leader({ term: 2, log: [1] });
    member.receive("n2", message);
    expect(member.state).toMatchObject({ term: 9, role: { kind: "follower" } });
  });

  it("frees its vote", () => {
    const member = candidate({ term: 2 });
    member.receive("n2", voteReply(9, false));
    expect(member.state.votedFor).toBeUndefined();
  });

  it("of a leader, which stops its heartbeats and waits for another leader", () => {
    const member = leader({ term: 2 });
    member.receive("n2", refused(9, 1, [0, 0]));
    expect([...member.env.timers.keys()]).toEqual(["election"]);
  });
});

describe("figure 2, all servers: an answer of an older term", () => {
  it("by a voter counts for nothing in a later election", () => {
    const member = candidate({ term: 2 });
    member.fire("election");
    member.receive("n2", voteReply(2, true));
    expect(member.state).toMatchObject({ term: 3, role: { kind: "candidate" } });
  });

  it("by a follower counts for nothing in a later leadership", () => {
    const member = leader({ term: 2 });
    member.receive("n2", append(3, [0, 0], []));
    member.fire("election");
    member.ask("n3", voteReply(4, true));
    member.receive("n2", accepted(2, 1));
    expect(member.progressOf("n2").match).toBe(0);
  });

  it("by a follower does not move a later leader's nextIndex", () => {
    const member = leader({ term: 4, log: [1, 1, 1] });
    member.receive("n2", refused(3, 3, [0, 0]));
    expect(member.progressOf("n2").next).toBe(4);
  });
});
