// Ongaro's thesis §6.2: a leader steps down when an election timeout elapses without a majority;
// and §4.2.3: who hears from a leader does not vote.

import { describe, expect, it } from "vitest";
import { ms } from "../../../src/sim/time.ts";
import { type Beginning, follower, leader, paperOptions } from "../../support/raft-member.ts";
import { accepted, append, refused, vote, voteReply } from "../../support/raft-messages.ts";

const TIMEOUT = paperOptions.electionTimeoutMin;

const checkedLeader = (beginning: Beginning = {}) =>
  leader({ term: 2, ...beginning, options: { checkQuorum: true } });

describe("thesis §6.2, a leader checks its quorum", () => {
  it("an election timeout after its election", () => {
    const member = checkedLeader();
    expect(member.env.timers.get("quorum")).toBe(member.env.now() + TIMEOUT);
  });

  it("and every election timeout from then on", () => {
    const member = checkedLeader();
    member.ask("n2", accepted(2, 1));
    member.fire("quorum");
    expect(member.env.timers.get("quorum")).toBe(member.env.now() + TIMEOUT);
  });

  it("unless the option is off", () => {
    expect(leader({ term: 2 }).env.timers.has("quorum")).toBe(false);
  });

  it.each([
    { size: 1, heard: [], role: "leader" },
    { size: 2, heard: [], role: "follower" },
    { size: 2, heard: ["n2"], role: "leader" },
    { size: 3, heard: [], role: "follower" },
    { size: 3, heard: ["n3"], role: "leader" },
    { size: 4, heard: ["n2"], role: "follower" },
    { size: 4, heard: ["n2", "n3"], role: "leader" },
    { size: 5, heard: ["n2"], role: "follower" },
    { size: 5, heard: ["n4", "n5"], role: "leader" },
  ])("of $size servers, heard from $heard: $role", ({ size, heard, role }) => {
    const member = checkedLeader({ size });
    for (const peer of heard) member.ask(peer, accepted(2, 1));
    member.fire("quorum");
    expect(member.role).toBe(role);
  });

  it("and takes a refusal for a sign of life", () => {
    const member = checkedLeader();
    member.ask("n2", refused(2, 0, [0, 0]));
    member.fire("quorum");
    expect(member.role).toBe("leader");
  });

  it("and does not count what it heard before the last check", () => {
    const member = checkedLeader();
    member.ask("n2", accepted(2, 1));
    member.fire("quorum");
    member.fire("quorum");
    expect(member.role).toBe("follower");
  });
});

describe("thesis §6.2, a leader that steps down", () => {
  it("keeps its term and its vote, and knows no leader", () => {
    const member = checkedLeader();
    member.fire("quorum");
    const role = { kind: "follower", leader: undefined };
    expect(member.state).toMatchObject({ term: 2, votedFor: "n1", role });
  });

  it("sends no more heartbeats and waits for an election", () => {
    const member = checkedLeader();
    member.fire("quorum");
    const due = member.env.now() + TIMEOUT;
    expect(member.env.timers).toEqual(new Map([["election", due]]));
  });

  it("takes no more commands", () => {
    const member = checkedLeader();
    member.fire("quorum");
    expect(member.raft.propose("x")).toBe("not leading");
  });
});

describe("thesis §4.2.3, who has heard from a leader within the shortest election timeout", () => {
  const loyal = () => {
    const member = follower({ term: 2, options: { checkQuorum: true } });
    member.ask("n3", append(2, [0, 0], []));
    return member;
  };

  it("neither votes nor adopts the candidate's term", () => {
    const member = loyal();
    const due = member.env.timers.get("election");
    member.env.pass(TIMEOUT - 1);
    expect(member.ask("n2", vote(9, [9, 9]))).toEqual([]);
    expect(member.state).toMatchObject({ term: 2, votedFor: undefined });
    expect(member.env.timers.get("election")).toBe(due);
  });

  it("votes once that time has passed", () => {
    const member = loyal();
    member.env.pass(TIMEOUT);
    const sent = member.ask("n2", vote(9, [0, 0]));
    expect(sent).toEqual([{ to: "n2", message: voteReply(9, true) }]);
  });

  it("votes when the leader's term is over", () => {
    const member = loyal();
    member.ask("n3", append(2, [0, 0], []));
    member.ask("n3", voteReply(8, false));
    const sent = member.ask("n2", vote(8, [0, 0]));
    expect(sent).toEqual([{ to: "n2", message: voteReply(8, true) }]);
  });

  it("still tells a deposed leader of the new term", () => {
    const member = loyal();
    const sent = member.ask("n2", append(1, [0, 0], []));
    expect(sent).toEqual([{ to: "n2", message: refused(2, 0, [0, 0]) }]);
  });

  it("and a leader itself are not disturbed by a candidate of a later term", () => {
    const member = checkedLeader();
    expect(member.ask("n2", vote(9, [9, 9]))).toEqual([]);
    expect(member.state).toMatchObject({ term: 2, role: { kind: "leader" } });
  });

  it("votes all the same in the paper's Raft, without check-quorum", () => {
    const member = follower({ term: 2 });
    member.ask("n3", append(2, [0, 0], []));
    const sent = member.ask("n2", vote(9, [0, 0]));
    expect(sent).toEqual([{ to: "n2", message: voteReply(9, true) }]);
  });
});

describe("thesis §4.2.3, a leader is heard", () => {
  it("in an append that does not fit", () => {
    const member = follower({ term: 2, options: { checkQuorum: true } });
    member.ask("n3", append(2, [5, 2], []));
    expect(member.ask("n2", vote(9, [9, 9]))).toEqual([]);
  });

  it("not in an append of an older term", () => {
    const member = follower({ term: 2, options: { checkQuorum: true } });
    member.env.pass(ms(1));
    member.ask("n3", append(1, [0, 0], []));
    expect(member.ask("n2", vote(9, [9, 9]))).toEqual([{ to: "n2", message: voteReply(9, true) }]);
  });
});
