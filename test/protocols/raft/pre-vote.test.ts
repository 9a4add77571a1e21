// Ongaro's thesis §9.6, pre-vote.

import { describe, expect, it } from "vitest";
import { ms } from "../../../src/sim/time.ts";
import { type Beginning, follower, leader, paperOptions } from "../../support/raft-member.ts";
import { append, preVote, preVoteReply, vote, voteReply } from "../../support/raft-messages.ts";

const TIMEOUT = paperOptions.electionTimeoutMin;

/** A member of term 4 whose election timeout has elapsed. */
const preCandidate = (beginning: Beginning = {}) => {
  const member = follower({ term: 4, options: { preVote: true }, ...beginning });
  member.fire("election");
  return member;
};

describe("thesis §9.6, who would stand for election asks first", () => {
  it("all other servers, about the next term, with its last entry", () => {
    const member = follower({ term: 4, log: [2, 3], options: { preVote: true } });
    const message = preVote(5, [2, 3]);
    expect(member.fire("election")).toEqual(["n2", "n3"].map((to) => ({ to, message })));
  });

  it("without raising its term", () => {
    expect(preCandidate().state).toMatchObject({ term: 4, role: { kind: "preCandidate" } });
  });

  it("without spending its vote or writing anything", () => {
    const member = preCandidate();
    expect(member.state.votedFor).toBeUndefined();
    expect(member.state.durability.outbox).toEqual([]);
    expect(member.env.disk.read("raft.journal")).toEqual(
      follower({ term: 4 }).env.disk.read("raft.journal"),
    );
  });

  it("and again after another timeout, still in its term", () => {
    const member = preCandidate();
    const sent = member.fire("election");
    expect(sent[0]).toEqual({ to: "n2", message: preVote(5, [0, 0]) });
    expect(member.state.term).toBe(4);
  });

  it("unless the option is off", () => {
    const member = follower({ term: 4 });
    expect(member.fire("election")[0]?.message).toEqual(vote(5, [0, 0]));
  });
});

describe("thesis §9.6, a pre-candidate", () => {
  it("starts the election when a majority would vote for it", () => {
    const member = preCandidate();
    const sent = member.ask("n3", preVoteReply(5, true));
    expect(member.state).toMatchObject({ term: 5, votedFor: "n1", role: { kind: "candidate" } });
    expect(sent).toEqual(["n2", "n3"].map((to) => ({ to, message: vote(5, [0, 0]) })));
  });

  it("does so alone in a cluster of one, and leads", () => {
    expect(preCandidate({ size: 1 }).state).toMatchObject({ term: 5, role: { kind: "leader" } });
  });

  it("does not take such an answer for a vote", () => {
    const member = preCandidate();
    member.ask("n3", preVoteReply(5, true));
    member.ask("n2", preVoteReply(5, true));
    expect(member.role).toBe("candidate");
    member.ask("n2", voteReply(5, true));
    expect(member.role).toBe("leader");
  });

  it("does not take a late vote in its last election for such an answer", () => {
    const member = preCandidate();
    member.ask("n3", preVoteReply(5, true));
    member.fire("election");
    member.ask("n2", voteReply(5, true));
    expect(member.state).toMatchObject({ term: 5, role: { kind: "preCandidate" } });
  });

  it("counts each server once", () => {
    const member = preCandidate({ size: 5 });
    member.ask("n2", preVoteReply(5, true));
    member.ask("n2", preVoteReply(5, true));
    expect(member.role).toBe("preCandidate");
  });

  it("does not count refusals", () => {
    const member = preCandidate();
    member.ask("n2", preVoteReply(4, false));
    expect(member.role).toBe("preCandidate");
  });

  it("does not count the answers to its last round in the next", () => {
    const member = preCandidate({ size: 5 });
    member.ask("n2", preVoteReply(5, true));
    member.fire("election");
    member.ask("n3", preVoteReply(5, true));
    expect(member.role).toBe("preCandidate");
  });

  it("does not count answers about another term", () => {
    const member = preCandidate();
    member.ask("n2", preVoteReply(4, true));
    expect(member.state).toMatchObject({ term: 4, role: { kind: "preCandidate" } });
  });

  it("follows a leader of its term, and no grant changes that", () => {
    const member = preCandidate();
    member.ask("n2", append(4, [0, 0], []));
    member.ask("n3", preVoteReply(5, true));
    expect(member.state.role).toEqual({ kind: "follower", leader: "n2" });
  });

  it("that is behind learns the term from a refusal", () => {
    const member = preCandidate();
    member.ask("n2", preVoteReply(7, false));
    expect(member.state).toMatchObject({ term: 7, role: { kind: "follower" } });
  });
});

describe("thesis §9.6, who is asked", () => {
  it("grants for a later term, and tells for which", () => {
    const sent = follower({ term: 4 }).ask("n2", preVote(6, [0, 0]));
    expect(sent).toEqual([{ to: "n2", message: preVoteReply(6, true) }]);
  });

  it.each([4, 3])("refuses for term %i, being in term 4, and tells its own", (term) => {
    const sent = follower({ term: 4 }).ask("n2", preVote(term, [0, 0]));
    expect(sent).toEqual([{ to: "n2", message: preVoteReply(4, false) }]);
  });

  it("promises nothing: neither its term, nor its vote, nor its timer changes", () => {
    const member = follower({ term: 4 });
    const due = member.env.timers.get("election");
    member.env.pass(ms(700));
    member.ask("n2", preVote(5, [0, 0]));
    expect(member.state).toMatchObject({ term: 4, votedFor: undefined });
    expect(member.env.timers.get("election")).toBe(due);
  });

  it("grants to a second one what it granted to a first", () => {
    const member = follower({ term: 4 });
    member.ask("n2", preVote(5, [0, 0]));
    const sent = member.ask("n3", preVote(5, [0, 0]));
    expect(sent).toEqual([{ to: "n3", message: preVoteReply(5, true) }]);
  });

  it("refuses while it hears from a leader", () => {
    const member = follower({ term: 4 });
    member.ask("n3", append(4, [0, 0], []));
    member.env.pass(TIMEOUT - 1);
    const sent = member.ask("n2", preVote(5, [0, 0]));
    expect(sent).toEqual([{ to: "n2", message: preVoteReply(4, false) }]);
  });

  it("grants when it has not heard from one for the shortest election timeout", () => {
    const member = follower({ term: 4 });
    member.ask("n3", append(4, [0, 0], []));
    member.env.pass(TIMEOUT);
    const sent = member.ask("n2", preVote(5, [0, 0]));
    expect(sent).toEqual([{ to: "n2", message: preVoteReply(5, true) }]);
  });

  it("refuses when it leads", () => {
    const sent = leader({ term: 4 }).ask("n2", preVote(5, [9, 4]));
    expect(sent).toEqual([{ to: "n2", message: preVoteReply(4, false) }]);
  });

  it.each([
    { last: [2, 3], granted: true },
    { last: [1, 4], granted: true },
    { last: [1, 3], granted: false },
    { last: [9, 2], granted: false },
  ] as const)("needs a log up to date with [2, 3]: $last, granted $granted", (asked) => {
    const member = follower({ term: 4, log: [1, 3] });
    const [sent] = member.ask("n2", preVote(5, asked.last));
    expect(sent?.message).toMatchObject({ granted: asked.granted });
  });
});
