// Reads that do not go through the log: thesis §6.4, and §6.4.1 for leases.

import { describe, expect, it } from "vitest";
import { leaseDuration } from "../../../src/protocols/raft/read-state.ts";
import { ms, seconds } from "../../../src/sim/time.ts";
import {
  type Beginning,
  candidate,
  follower,
  leader,
  paperOptions,
  RaftMember,
} from "../../support/raft-member.ts";
import {
  accepted,
  append,
  confirm,
  confirmed,
  preVote,
  preVoteReply,
  vote,
  voteReply,
} from "../../support/raft-messages.ts";

const TIMEOUT = paperOptions.electionTimeoutMin;
const LEASES = { checkQuorum: true, leaseReads: true };

/** A leader of term 2, whose blank entry, of index 1, is committed. */
function settled(beginning: Beginning = {}): RaftMember {
  const member = leader({ term: 2, ...beginning });
  for (const peer of ["n2", "n3"]) member.ask(peer, accepted(2, 1));
  return member;
}

/** What a member sends when it is asked for a read. */
function read(member: RaftMember, number: number, kind: "index" | "lease" = "index") {
  member.env.takeSent();
  member.raft.read(number, kind);
  return member.env.takeSent();
}

describe("an index read", () => {
  it("asks all whether the leader leads still, and does not end before a majority says so", () => {
    const member = settled();
    const sent = read(member, 7);
    expect(sent).toEqual(["n2", "n3"].map((to) => ({ to, message: confirm(2, 1) })));
    expect(member.reads).toEqual([]);
    member.ask("n3", confirmed(2, 1));
    expect(member.reads).toEqual([[7, true]]);
  });

  it("ends once, however many say so", () => {
    const member = settled();
    read(member, 7);
    for (const peer of ["n2", "n2", "n3"]) member.ask(peer, confirmed(2, 1));
    expect(member.reads).toEqual([[7, true]]);
  });

  it("needs each of a majority once", () => {
    const member = settled({ size: 5 });
    read(member, 7);
    member.ask("n2", confirmed(2, 1));
    member.ask("n2", confirmed(2, 1));
    expect(member.reads).toEqual([]);
  });

  it("is not ended by an acknowledgement of entries", () => {
    const member = settled();
    read(member, 7);
    member.ask("n2", accepted(2, 1));
    expect(member.reads).toEqual([]);
  });

  it("that comes during a round waits for the next, and shares it", () => {
    const member = settled();
    read(member, 1);
    expect(read(member, 2)).toEqual([]);
    expect(read(member, 3)).toEqual([]);
    const next = member.ask("n2", confirmed(2, 1));
    expect(member.reads).toEqual([[1, true]]);
    expect(next.map(({ message }) => message)).toEqual([confirm(2, 2), confirm(2, 2)]);
    member.ask("n3", confirmed(2, 1));
    expect(member.reads.length).toBe(1);
    member.ask("n3", confirmed(2, 2));
    expect(member.reads).toEqual([1, 2, 3].map((number) => [number, true]));
  });

  it("waits for the first entry of the leader's term to be applied", () => {
    const member = leader({ term: 2, log: [1] });
    read(member, 7);
    member.ask("n2", confirmed(2, 1));
    expect(member.reads).toEqual([]);
    member.ask("n2", accepted(2, 2));
    expect(member.reads).toEqual([[7, true]]);
    expect(member.state.applied).toBe(2);
  });

  it("is asked again with each heartbeat, of those who have not answered", () => {
    const member = settled({ size: 5 });
    read(member, 7);
    member.ask("n2", confirmed(2, 1));
    const again = member.fire("heartbeat").filter(({ message }) => message.type === "confirm");
    expect(again).toEqual(["n3", "n4", "n5"].map((to) => ({ to, message: confirm(2, 1) })));
  });

  it("is not confirmed by answers of an earlier round or term", () => {
    const member = settled();
    read(member, 1);
    member.ask("n2", confirmed(2, 1));
    read(member, 2);
    member.ask("n2", confirmed(2, 1));
    member.ask("n3", confirmed(1, 2));
    expect(member.reads).toEqual([[1, true]]);
  });

  it("ends at once with a single server", () => {
    const member = leader({ term: 2, size: 1 });
    read(member, 7);
    expect(member.reads).toEqual([[7, true]]);
  });

  it("ends unconfirmed when the leader steps down", () => {
    const member = settled();
    read(member, 7);
    member.ask("n2", append(3, [0, 0], []));
    expect(member.reads).toEqual([[7, false]]);
    member.ask("n3", confirmed(2, 1));
    expect(member.reads.length).toBe(1);
  });

  it("is for leaders only", () => {
    expect(follower({ term: 1 }).raft.read(7, "index")).toBe("not leading");
    expect(candidate({ term: 1 }).raft.read(7, "index")).toBe("not leading");
  });
});

describe("who is asked whether a leader leads still", () => {
  it("says so, and waits for another election timeout", () => {
    const member = follower({ term: 2 });
    member.env.pass(ms(300));
    expect(member.ask("n2", confirm(2, 5))).toEqual([{ to: "n2", message: confirmed(2, 5) }]);
    expect(member.env.timers.get("election")).toBe(ms(300) + TIMEOUT);
    expect(member.raft.leader).toBe("n2");
  });

  it("follows it into a later term", () => {
    const member = follower({ term: 1 });
    expect(member.ask("n2", confirm(2, 5))).toEqual([{ to: "n2", message: confirmed(2, 5) }]);
    expect(member.state.term).toBe(2);
  });

  it("says nothing in a later term", () => {
    expect(follower({ term: 3 }).ask("n2", confirm(2, 5))).toEqual([]);
  });

  it("says nothing when its disk has no room for the term", () => {
    const member = follower({ term: 1 });
    member.env.disk.leaveRoom(0);
    expect(member.ask("n2", confirm(2, 5))).toEqual([]);
  });

  it("is a sign of life for a leader that checks its quorum", () => {
    const member = settled({ options: { checkQuorum: true } });
    member.fire("quorum");
    read(member, 7);
    member.ask("n2", confirmed(2, 1));
    member.fire("quorum");
    expect(member.role).toBe("leader");
  });
});

describe("a lease", () => {
  const lease = leaseDuration(paperOptions);

  it("is so much shorter than the election timeout as clocks may drift apart", () => {
    expect(leaseDuration({ ...paperOptions, clockDriftMax: 0 })).toBe(seconds(1));
    // 0.9 / 1.1 of a second.
    expect(leaseDuration({ ...paperOptions, clockDriftMax: 0.1 })).toBe(818_181);
  });

  /** A leader that was confirmed by a round which began just now. */
  const holder = (options = LEASES as Partial<typeof paperOptions>) => {
    const member = settled({ options });
    read(member, 1, "lease");
    member.ask("n2", confirmed(2, 1));
    return member;
  };

  it("begins with a round, as there is none yet", () => {
    expect(holder().reads).toEqual([[1, true]]);
  });

  it("answers at once, without a message", () => {
    const member = holder();
    member.env.pass(lease - 1);
    expect(read(member, 2, "lease")).toEqual([]);
    expect(member.reads.at(-1)).toEqual([2, true]);
  });

  it("ends, and the next read needs a round", () => {
    const member = holder();
    member.env.pass(lease);
    expect(read(member, 2, "lease").length).toBe(2);
    expect(member.reads.length).toBe(1);
  });

  it("counts from the beginning of the round, however late the answer", () => {
    const member = settled({ options: LEASES });
    read(member, 1, "lease");
    member.env.pass(lease);
    member.ask("n2", confirmed(2, 1));
    expect(read(member, 2, "lease").length).toBe(2);
  });

  it("is not for index reads", () => {
    expect(read(holder(), 2, "index").length).toBe(2);
  });

  it("is not taken by a cluster without the option: such a read is an index read", () => {
    expect(read(holder({ checkQuorum: true }), 2, "lease").length).toBe(2);
  });

  it("is renewed with each heartbeat while it is used, and not longer", () => {
    const member = holder();
    const confirms = () =>
      member.fire("heartbeat").filter(({ message }) => message.type === "confirm").length;
    expect(confirms()).toBe(2);
    member.ask("n2", confirmed(2, 2));
    expect(confirms()).toBe(0);
  });

  it("of an earlier term is gone", () => {
    const member = holder();
    member.ask("n2", append(3, [0, 0], []));
    expect(member.raft.read(2, "lease")).toBe("not leading");
  });
});

describe("who has confirmed a leader, where leases are allowed,", () => {
  const loyal = () => {
    const member = follower({ term: 2, options: LEASES });
    member.ask("n2", confirm(2, 1));
    return member;
  };

  it("does not vote before the shortest election timeout has passed", () => {
    const member = loyal();
    member.env.pass(TIMEOUT - 1);
    expect(member.ask("n3", vote(3, [9, 9]))).toEqual([]);
    expect(member.ask("n3", preVote(3, [9, 9]))).toMatchObject([{ message: { granted: false } }]);
    member.env.pass(1);
    expect(member.ask("n3", vote(3, [9, 9]))).toEqual([{ to: "n3", message: voteReply(3, true) }]);
  });

  it("nor when it has heard of a later term meanwhile", () => {
    const member = loyal();
    member.ask("n3", preVoteReply(8, false));
    expect(member.state.term).toBe(8);
    expect(member.ask("n3", vote(9, [9, 9]))).toEqual([]);
  });

  it("nor when it has restarted meanwhile and does not know any more", () => {
    const member = loyal();
    const again = new RaftMember(member.env.disk, { options: LEASES });
    again.raft.onStart();
    again.sync();
    expect(again.ask("n3", vote(3, [9, 9]))).toEqual([]);
    again.env.pass(TIMEOUT);
    expect(again.ask("n3", vote(3, [9, 9]))).toMatchObject([{ message: { granted: true } }]);
  });

  it("but votes at once when it starts for the first time", () => {
    const member = follower({ options: LEASES });
    expect(member.ask("n3", vote(1, [0, 0]))).toMatchObject([{ message: { granted: true } }]);
  });

  it("is not bound where leases are not allowed", () => {
    const member = follower({ term: 2 });
    member.ask("n2", confirm(2, 1));
    expect(member.ask("n3", vote(3, [9, 9]))).toMatchObject([{ message: { granted: true } }]);
  });
});
