// Ongaro's thesis §3.10, leadership transfer; and what it means for leases, §6.4.1.

import { describe, expect, it } from "vitest";
import { initialConfiguration } from "../../../src/protocols/raft/configuration.ts";
import { ms } from "../../../src/sim/time.ts";
import {
  type Beginning,
  follower,
  leader,
  paperOptions,
  type RaftMember,
} from "../../support/raft-member.ts";
import {
  accepted,
  append,
  blank,
  confirm,
  confirmed,
  full,
  timeoutNow,
  vote,
  voteReply,
} from "../../support/raft-messages.ts";

const TIMEOUT = paperOptions.electionTimeoutMin;
const LOYAL = { preVote: true, checkQuorum: true };
const LEASES = { checkQuorum: true, leaseReads: true };

/** The leader of term 2 of three, whose blank entry, of index 1, all hold. */
function settled(beginning: Beginning = {}): RaftMember {
  const member = leader({ term: 2, ...beginning });
  for (const peer of ["n2", "n3"]) member.ask(peer, accepted(2, 1));
  return member;
}

/** What a member sends when it is asked to hand over. */
function transfer(member: RaftMember, to = "n2") {
  member.env.takeSent();
  expect(member.raft.transfer(to)).toBeUndefined();
  return member.env.takeSent();
}

/** Changes who takes part; the others of three accept it. */
function change(member: RaftMember, kind: "addLearner" | "addVoter" | "remove", id: string): void {
  const place = member.raft.change([{ kind, id }]);
  if (typeof place === "string") throw new Error(place);
  member.sync();
  for (const peer of ["n2", "n3"]) member.ask(peer, accepted(2, place.index));
}

describe("thesis §3.10, a leader that is asked to hand over", () => {
  it("tells a member that holds all of its log to stand at once", () => {
    expect(transfer(settled())).toEqual([{ to: "n2", message: timeoutNow(2, 1) }]);
  });

  it("first brings the member's log up to its own", () => {
    const member = settled();
    member.propose("x");
    expect(transfer(member)).toEqual([]);
    expect(member.ask("n3", accepted(2, 2))).toEqual([]);
    expect(member.ask("n2", accepted(2, 2))).toEqual([{ to: "n2", message: timeoutNow(2, 2) }]);
  });

  it("tells it again with each answer, as the message may be lost", () => {
    const member = settled();
    transfer(member);
    expect(member.ask("n2", accepted(2, 1))).toEqual([{ to: "n2", message: timeoutNow(2, 1) }]);
    expect(member.ask("n3", accepted(2, 1))).toEqual([]);
  });

  it("takes in no command and no change meanwhile", () => {
    const member = settled();
    transfer(member);
    expect(member.raft.propose("x")).toBe("transferring");
    expect(member.raft.change([{ kind: "remove", id: "n3" }])).toBe("transferring");
    expect(member.log).toEqual([2]);
  });

  it("leads on until it hears of the new term, and votes for the member itself", () => {
    const member = settled({ options: LOYAL });
    transfer(member);
    expect(member.role).toBe("leader");
    const request = { ...vote(3, [1, 2]), transfer: true } as const;
    expect(member.ask("n2", request)).toEqual([{ to: "n2", message: voteReply(3, true) }]);
    expect(member.role).toBe("follower");
    expect(member.env.timers.has("transfer")).toBe(false);
  });

  it("gives it up after an election timeout, and takes in commands again", () => {
    const member = settled();
    transfer(member);
    member.fire("transfer");
    expect(member.env.emitted).toContainEqual(["transfer given up", { to: "n2" }]);
    expect(member.raft.propose("x")).toEqual({ index: 2, term: 2, command: "x" });
    member.sync();
    expect(member.ask("n2", accepted(2, 2)).map(({ message }) => message.type)).not.toContain(
      "timeoutNow",
    );
  });

  it("gives it up no earlier", () => {
    const member = settled();
    member.env.pass(ms(300));
    transfer(member);
    expect(member.env.timers.get("transfer")).toBe(member.env.now() + TIMEOUT);
  });

  it("waits for a member whose disk is full, and no longer than for any other", () => {
    const member = settled();
    member.propose("x");
    transfer(member);
    expect(member.ask("n2", full(2, 2))).toEqual([]);
    member.fire("transfer");
    expect(member.raft.transfer("n3")).toBeUndefined();
  });

  it("goes on with a joint change that has waited for the end of it", () => {
    const member = settled({ size: 5 });
    const place = member.raft.change([
      { kind: "remove", id: "n4" },
      { kind: "remove", id: "n5" },
    ]);
    expect(place).toMatchObject({ index: 2 });
    member.sync();
    transfer(member, "n3");
    for (const peer of ["n2", "n4", "n5"]) member.ask(peer, accepted(2, 2));
    expect(member.state.configuration.outgoing).not.toEqual([]);
    expect(member.log).toHaveLength(2);
    member.fire("transfer");
    expect(member.log).toHaveLength(3);
  });
});

describe("thesis §3.10, a transfer is refused", () => {
  it("by who does not lead", () => {
    expect(follower({ term: 2 }).raft.transfer("n2")).toBe("not leading");
  });

  it("to the leader itself, as it leads already", () => {
    expect(settled().raft.transfer("n1")).toBe("no change");
  });

  it("to who does not take part", () => {
    expect(settled().raft.transfer("n9")).toBe("unknown member");
  });

  it("to a learner, who has no vote", () => {
    const member = settled();
    change(member, "addLearner", "n4");
    expect(member.raft.transfer("n4")).toBe("no vote");
  });

  it("while another is under way", () => {
    const member = settled();
    transfer(member);
    expect(member.raft.transfer("n3")).toBe("transferring");
    expect(member.raft.transfer("n2")).toBe("transferring");
  });
});

describe("thesis §3.10, who is told to take over", () => {
  it("stands in the next term at once, with a mark, and asks nobody whether it could win", () => {
    const member = follower({ term: 2, log: [2], options: LOYAL });
    member.ask("n2", append(2, [1, 2], []));
    const sent = member.ask("n2", timeoutNow(2, 1));
    const message = { ...vote(3, [1, 2]), transfer: true };
    expect(sent).toEqual(["n2", "n3"].map((to) => ({ to, message })));
    expect(member.state).toMatchObject({ term: 3, votedFor: "n1", role: { kind: "candidate" } });
  });

  it("marks no other election", () => {
    const member = follower({ term: 2, log: [2] });
    member.ask("n2", timeoutNow(2, 1));
    expect(member.fire("election")[0]?.message).toEqual(vote(4, [1, 2]));
  });

  it("does not when it is told late, in another term", () => {
    const member = follower({ term: 3, log: [2] });
    expect(member.ask("n2", timeoutNow(2, 1))).toEqual([]);
    expect(member.ask("n2", timeoutNow(4, 1))).toEqual([]);
    expect(member.state).toMatchObject({ term: 3, role: { kind: "follower" } });
  });

  it("does so once, however often it is told", () => {
    const member = follower({ term: 2, log: [2] });
    member.ask("n2", timeoutNow(2, 1));
    expect(member.ask("n2", timeoutNow(2, 1))).toEqual([]);
    expect(member.state.term).toBe(3);
  });

  it("does not when its disk has no room for its vote", () => {
    const member = follower({ term: 2, log: [2] });
    member.env.disk.refusal = { kind: "full" };
    member.ask("n2", append(2, [1, 2], [2]));
    expect(member.ask("n2", timeoutNow(2, 1))).toEqual([]);
    expect(member.state.term).toBe(2);
  });

  it("does not when it has lost what it had acknowledged", () => {
    const member = follower({ term: 2 });
    expect(member.ask("n2", timeoutNow(2, 1))).toEqual([]);
    expect(member.state.term).toBe(2);
  });

  it("first applies a change that makes it a voter, committed as the leader knows", () => {
    const member = follower({ term: 2, members: [] });
    const voters = ["n2", "n3", "n1"];
    const entry = { ...blank(1, 2), configuration: initialConfiguration(voters) };
    member.ask("n2", { ...append(2, [0, 0], []), entries: [entry] });
    expect(member.state.configuration.voters).not.toContain("n1");
    const sent = member.ask("n2", timeoutNow(2, 1));
    expect(sent.map(({ to }) => to)).toEqual(["n2", "n3"]);
    expect(member.state.configuration.voters).toEqual(voters);
    member.ask("n2", voteReply(3, true));
    expect(member.role).toBe("leader");
  });

  it("does not while it has no vote", () => {
    const member = follower({ term: 2, log: [2], members: [] });
    expect(member.ask("n2", timeoutNow(2, 1))).toEqual([]);
    expect(member.state.term).toBe(2);
  });
});

describe("thesis §3.10 and §4.2.3, who hears from a leader", () => {
  it("votes nevertheless for whom the leader has told to stand", () => {
    const member = follower({ term: 2, options: LOYAL });
    member.ask("n2", append(2, [0, 0], []));
    expect(member.ask("n3", vote(3, [1, 2]))).toEqual([]);
    const marked = { ...vote(3, [1, 2]), transfer: true } as const;
    expect(member.ask("n3", marked)).toEqual([{ to: "n3", message: voteReply(3, true) }]);
  });

  it("does so also if it has confirmed the leader's lease", () => {
    const member = follower({ term: 2, options: LEASES });
    member.ask("n2", confirm(2, 1));
    expect(member.ask("n3", vote(3, [1, 2]))).toEqual([]);
    const marked = { ...vote(3, [1, 2]), transfer: true } as const;
    expect(member.ask("n3", marked)).toEqual([{ to: "n3", message: voteReply(3, true) }]);
  });

  it("does not for one with a shorter log, mark or not (§5.4.1)", () => {
    const member = follower({ term: 2, log: [2, 2] });
    const marked = { ...vote(3, [1, 2]), transfer: true } as const;
    expect(member.ask("n3", marked)).toEqual([{ to: "n3", message: voteReply(3, false) }]);
  });
});

describe("thesis §6.4.1, a leader that has told another to take over", () => {
  /** It has a lease: a lease read ends at once. */
  function leasing(): RaftMember {
    const member = settled({ options: LEASES });
    member.raft.read(1, "lease");
    member.ask("n2", confirmed(2, 1));
    member.raft.read(2, "lease");
    expect(member.reads.length).toBe(2);
    return member;
  }

  it("has no lease, though a majority has just confirmed it: it asks them", () => {
    const member = leasing();
    transfer(member);
    member.raft.read(3, "lease");
    expect(member.reads.length).toBe(2);
    member.ask("n3", confirmed(2, 2));
    expect(member.reads).toContainEqual([3, true]);
  });

  it("gets none again in its term, as the message may arrive at any time", () => {
    const member = leasing();
    transfer(member);
    member.fire("transfer");
    member.raft.read(3, "lease");
    member.ask("n3", confirmed(2, 2));
    member.raft.read(4, "lease");
    expect(member.reads.map(([read]) => read)).toEqual([1, 2, 3]);
  });

  it("keeps its lease as long as the other has not been told", () => {
    const member = leasing();
    member.propose("x");
    transfer(member);
    member.raft.read(3, "lease");
    expect(member.reads).toContainEqual([3, true]);
  });
});

describe("thesis §4.2.2, a leader that leads to the end of its own removal", () => {
  it("hands over to a voter that holds all of its log", () => {
    const member = settled({ size: 5 });
    const place = member.raft.change([{ kind: "remove", id: "n1" }]);
    expect(place).toMatchObject({ index: 2 });
    member.sync();
    member.ask("n2", accepted(2, 1));
    member.ask("n4", accepted(2, 2));
    expect(member.role).toBe("leader");
    const sent = member.ask("n3", accepted(2, 2));
    expect(member.role).toBe("follower");
    const told = sent.filter(({ message }) => message.type === "timeoutNow");
    expect(told).toEqual([{ to: "n3", message: timeoutNow(2, 2) }]);
  });

  it("takes in nothing behind that, which some would have and others not", () => {
    const member = settled({ size: 5 });
    member.raft.change([{ kind: "remove", id: "n1" }]);
    expect(member.raft.propose("x")).toBe("transferring");
    expect(member.raft.proposeAll(["x", "y"])).toEqual(["transferring", "transferring"]);
    member.ask("n2", { type: "forward", term: 2, command: "x" });
    expect(member.log).toEqual([2, 2]);
  });

  it("takes in more where its vote stays, or goes with the second entry only", () => {
    const member = settled({ size: 5 });
    member.raft.change(["n1", "n2"].map((id) => ({ kind: "remove", id })));
    expect(member.raft.propose("x")).toMatchObject({ index: 3 });
    member.sync();
    for (const peer of ["n3", "n4"]) member.ask(peer, accepted(2, 3));
    // The end of joint consensus.
    expect(member.log).toEqual([2, 2, 2, 2]);
    expect(member.raft.propose("y")).toBe("transferring");
  });

  it("does so, too, when the one before it has begun the removal", () => {
    const member = follower({ term: 2, size: 5, options: { preVote: false } });
    const voters = ["n2", "n3", "n4", "n5"];
    const entry = { ...blank(1, 2), configuration: initialConfiguration(voters) };
    member.ask("n2", { ...append(2, [0, 0], []), entries: [entry] });
    member.fire("election");
    for (const peer of ["n3", "n4"]) member.ask(peer, voteReply(3, true));
    expect(member.role).toBe("leader");
    expect(member.raft.propose("x")).toBe("transferring");
    for (const peer of ["n3", "n4"]) member.ask(peer, accepted(3, 2));
    expect(member.role).toBe("follower");
  });
});
