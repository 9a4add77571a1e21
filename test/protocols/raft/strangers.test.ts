// A host whose disk is lost is another member: it speaks, and is spoken of, by another name.

import { describe, expect, it } from "vitest";
import { initialConfiguration } from "../../../src/protocols/raft/configuration.ts";
import { candidate, follower, leader, RaftMember } from "../../support/raft-member.ts";
import {
  accepted,
  append,
  blank,
  entries,
  preVote,
  vote,
  voteReply,
} from "../../support/raft-messages.ts";
import { ManualDisk } from "../../support/recording-env.ts";

const SELF = "n1#0000000000000000";
const N3 = "n3#0000000000000007";
const THREE = initialConfiguration(["n1", "n2", "n3"]);

/** `n1` on an empty disk, its first sync under way. */
function stranger(disk = new ManualDisk()): RaftMember {
  const member = new RaftMember(disk, { isFormatted: false });
  member.raft.onStart();
  return member;
}

/** A message to it, as those send it in whose configuration it is. */
const toSelf = { between: { from: "n2", to: SELF } };
const fromSelf = { between: { from: SELF, to: "n2" } };

describe("who starts on an empty disk", () => {
  it("says nothing before it is durable who it is, and then that it is another", () => {
    const member = stranger();
    member.receive("n2", append(5, [0, 0], [5]));
    expect(member.env.takeSent()).toEqual([]);
    member.sync();
    const told = { to: "n2", message: { type: "stranger", between: { from: SELF, to: "n2" } } };
    expect(member.env.takeSent()).toEqual([told]);
    expect(member.state).toMatchObject({ term: 0, log: { lastIndex: 0 } });
  });

  it("neither votes nor promises to, nor stands", () => {
    const member = stranger();
    member.sync();
    expect(member.ask("n2", vote(5, [9, 4]))).toEqual([]);
    expect(member.ask("n2", preVote(5, [9, 4]))).toEqual([]);
    expect(member.ask("n2", { type: "confirm", term: 5, round: 1 })).toEqual([]);
    expect(member.ask("n2", { type: "timeoutNow", term: 5, commit: 0 })).toEqual([]);
    expect(member.fire("election")).toEqual([]);
    expect(member.state.term).toBe(0);
  });

  it("is the same in its next life, and another on another empty disk", () => {
    const member = stranger();
    member.sync();
    expect(stranger(member.env.disk).state.member).toBe(SELF);
    const lost = stranger();
    lost.env.disk.loseUnsynced();
    const again = new RaftMember(lost.env.disk, { isFormatted: false });
    again.env.random.draw = (_low, high) => high;
    again.raft.onStart();
    expect(again.state.member).toBe("n1#ffffffffffffffff");
  });

  it("takes part once it is meant, and says who it is", () => {
    const member = stranger();
    member.sync();
    const voters = ["n1", "n2", SELF];
    const change = { ...blank(1, 5), configuration: initialConfiguration(voters) };
    const sent = { ...append(5, [0, 0], [], 1), entries: [change], ...toSelf };
    expect(member.ask("n2", sent)).toEqual([
      { to: "n2", message: { ...accepted(5, 1), ...fromSelf } },
    ]);
    expect(member.fire("election")).toMatchObject([
      { to: "n1", message: { type: "vote", term: 6, between: { from: SELF, to: "n1" } } },
      { to: "n2", message: { type: "vote", term: 6, between: { from: SELF, to: "n2" } } },
    ]);
    expect(member.state.votedFor).toBe(SELF);
  });

  it("is silent without room for who it is, and begins when there is some", () => {
    const disk = new ManualDisk();
    disk.leaveRoom(10);
    const member = stranger(disk);
    member.sync();
    expect(member.ask("n2", append(5, [0, 0], [5]))).toEqual([]);
    expect(member.raft.propose("x")).toBe("not leading");
    disk.leaveRoom(1_000);
    member.fire("election");
    expect(member.state.member).toBe(SELF);
    expect(member.ask("n2", append(5, [0, 0], [5]))).toHaveLength(1);
  });

  it("takes no snapshot before it knows who takes part", () => {
    const disk = new ManualDisk();
    const member = new RaftMember(disk, { isFormatted: false, options: { snapshotEntries: 1 } });
    member.raft.onStart();
    member.sync();
    const known = { ...blank(3, 5), configuration: initialConfiguration(["n2", SELF]) };
    member.ask("n2", { ...append(5, [0, 0], [5, 5], 2), ...toSelf });
    expect(member.state.snapshots.current).toBeUndefined();
    member.ask("n2", { ...append(5, [2, 5], [], 3), entries: [known], ...toSelf });
    expect(member.state.snapshots.current).toMatchObject({ index: 3 });
  });

  it("stays who it is when its journal begins with a snapshot", () => {
    const disk = new ManualDisk();
    const member = new RaftMember(disk, { isFormatted: false, options: { snapshotEntries: 1 } });
    member.raft.onStart();
    member.sync();
    const known = { ...blank(1, 5), configuration: initialConfiguration(["n2", SELF]) };
    member.ask("n2", { ...append(5, [0, 0], [], 1), entries: [known], ...toSelf });
    expect(member.state.log.base.index).toBe(0);
    expect(member.state.snapshots.current).toMatchObject({ index: 1 });
    expect(stranger(disk).state).toMatchObject({ member: SELF, snapshots: { current: {} } });
  });
});

/** The leader of term 2 of three, whose blank entry 1 is committed. */
function settled(): RaftMember {
  const member = leader({ term: 2 });
  member.ask("n2", accepted(2, 1));
  member.ask("n3", accepted(2, 1));
  return member;
}

const here = { between: { from: N3, to: "n1" } };
const replace = [{ kind: "replace", id: "n3" }] as const;

/** It has heard that `n3` is another, and has replaced it: the change, of index 2, is in force. */
function replaced(): RaftMember {
  const member = settled();
  member.ask("n3", { type: "stranger", ...here });
  member.raft.change(replace);
  member.sync();
  member.ask("n2", accepted(2, 2));
  return member;
}

describe("a leader", () => {
  it("tells once that another is there in place of a member", () => {
    const member = settled();
    member.ask("n3", { type: "stranger", ...here });
    member.ask("n3", { type: "stranger", ...here });
    const heard = member.env.emitted.filter(([event]) => event === "stranger heard");
    expect(heard).toEqual([["stranger heard", { member: N3, term: 2 }]]);
  });

  it("does not replace whom it has heard nobody in place of, nor who is no member", () => {
    const member = settled();
    expect(member.raft.change(replace)).toBe("no stranger");
    expect(member.raft.change([{ kind: "replace", id: "n4" }])).toBe("unknown member");
    expect(member.state.configuration).toEqual(THREE);
  });

  it("does not make two voters of one host", () => {
    const member = settled();
    expect(member.raft.change([{ kind: "addVoter", id: "n4" }, ...replace])).toBe("no stranger");
    const both = [{ kind: "addVoter", id: N3 }] as const;
    expect(member.raft.change(both)).toBe("contradiction");
  });

  it("replaces a voter by who is there, as a learner that is to join", () => {
    const member = replaced();
    expect(member.state.configuration).toEqual({
      ...initialConfiguration(["n1", "n2"]),
      learners: [N3],
      joining: [N3],
    });
    const sent = member.propose("x").filter(({ to }) => to === "n3");
    expect(sent).toMatchObject([{ message: { between: { from: "n1", to: N3 } } }]);
  });

  it("makes a voter of it when it has caught up, and counts it", () => {
    const member = replaced();
    member.ask("n3", { ...accepted(2, 0), ...here });
    member.ask("n3", { ...accepted(2, 2), ...here });
    member.ask("n2", accepted(2, 3));
    expect(member.state.configuration).toEqual(initialConfiguration(["n1", "n2", N3]));
    member.propose("x");
    member.ask("n3", { ...accepted(2, 4), ...here });
    expect(member.state.commit).toBe(4);
  });

  it("does not take the word of the one before for that of who is there now", () => {
    const member = replaced();
    member.propose("x");
    const before = member.progressOf(N3).match;
    expect(member.ask("n3", accepted(2, 1))).toEqual([]);
    expect(member.progressOf(N3)).toMatchObject({ match: before, isActive: false });
  });

  it("hands over to who is there now, by the host's name", () => {
    const member = replaced();
    expect(member.raft.transfer("n3")).toBe("no vote");
    member.ask("n3", { ...accepted(2, 0), ...here });
    member.ask("n3", { ...accepted(2, 2), ...here });
    member.ask("n2", accepted(2, 3));
    expect(member.raft.transfer("n3")).toBeUndefined();
    const told = member.ask("n3", { ...accepted(2, 3), ...here });
    const between = { from: "n1", to: N3 };
    expect(told).toEqual([
      { to: "n3", message: { type: "timeoutNow", term: 2, commit: 3, between } },
    ]);
  });
});

describe("in an election", () => {
  it("the vote of who is there now is not that of the voter", () => {
    const member = candidate({ term: 2 });
    member.ask("n3", { ...voteReply(2, true), ...here });
    expect(member.role).toBe("candidate");
    member.ask("n3", voteReply(2, true));
    expect(member.role).toBe("leader");
  });

  it("one vote in a term is for one of a host's members only, restarted or not", () => {
    const member = follower({ term: 2 });
    expect(member.ask("n3", vote(3, [0, 0]))).toMatchObject([{ message: voteReply(3, true) }]);
    const asked = { ...vote(3, [0, 0]), between: { from: N3, to: "n1" } };
    const refusal = { ...voteReply(3, false), between: { from: "n1", to: N3 } };
    expect(member.ask("n3", asked)).toEqual([{ to: "n3", message: refusal }]);
    const again = new RaftMember(member.env.disk, {});
    again.raft.onStart();
    again.sync();
    expect(again.ask("n3", asked)).toEqual([{ to: "n3", message: refusal }]);
  });

  it("priorities are those of hosts", () => {
    const member = follower({ term: 2, log: [2], options: { priorities: { n3: 2, n2: 1 } } });
    const configuration = initialConfiguration(["n1", "n2", N3]);
    const change = { ...blank(2, 2), configuration };
    member.ask("n2", { ...append(2, [1, 2], [], 2), entries: [change] });
    expect(member.fire("election")).toEqual([]);
    expect(member.fire("election")).toEqual([]);
    expect(member.fire("election").map(({ to }) => to)).toEqual(["n2", "n3"]);
  });
});

it("a follower names the host of a leader that was wiped once", () => {
  const member = follower({ term: 2 });
  const sent = { ...append(2, [0, 0], []), entries: entries(0, [2]), ...here };
  member.ask("n3", sent);
  expect(member.raft.leader).toBe("n3");
});
