// A disk without room: what could not be written has not happened, and nothing else is lost.

import { describe, expect, it } from "vitest";
import { candidate, converse, follower, leader, RaftMember } from "../../support/raft-member.ts";
import {
  accepted,
  append,
  entries,
  full,
  preVoteReply,
  refused,
  vote,
  voteReply,
} from "../../support/raft-messages.ts";
import { ManualDisk } from "../../support/recording-env.ts";

/** Leaves a member's disk room for so many bytes. */
function fill(member: RaftMember, roomBytes = 0): RaftMember {
  member.env.disk.leaveRoom(roomBytes);
  return member;
}

function free(member: RaftMember): void {
  member.env.disk.capacityBytes = Number.MAX_SAFE_INTEGER;
}

/** What a restart would find. */
function restarted(member: RaftMember): RaftMember {
  const again = new RaftMember(member.env.disk, {});
  again.raft.onStart();
  return again;
}

/** The size in the journal of an entry like those of these tests, and of a vote without a name. */
const ENTRY = 23;
const VOTE = 19;

describe("a follower whose disk is full", () => {
  it("says so instead of acknowledging an entry, and does not have it", () => {
    const member = fill(follower({ term: 1, log: [1] }));
    const sent = member.ask("n2", append(1, [1, 1], [1]));
    expect(sent).toEqual([{ to: "n2", message: full(1, 2) }]);
    expect(member.log).toEqual([1]);
    expect(restarted(member).log).toEqual([1]);
  });

  it("takes, and acknowledges, as many entries as there is room for", () => {
    const member = fill(follower({ term: 1, log: [1] }), 2 * ENTRY + 1);
    const sent = member.ask("n2", append(1, [1, 1], [1, 1, 1, 1], 9));
    expect(sent.map(({ message }) => message)).toEqual([accepted(1, 3), full(1, 4)]);
    expect(member.state).toMatchObject({ commit: 3, log: { lastIndex: 3 } });
    expect(restarted(member).log).toEqual([1, 1, 1]);
  });

  it("does not pass over an entry that is too large for one behind it that would fit", () => {
    const member = fill(follower({ term: 1 }), ENTRY);
    const [first, second] = entries(0, [1, 1]);
    const large = { ...first!, command: "x".repeat(100) };
    member.ask("n2", { ...append(1, [0, 0], []), entries: [large, second!] });
    expect(member.log).toEqual([]);
  });

  it("keeps the entries that one would have replaced", () => {
    const member = fill(follower({ term: 2, log: [1, 1, 1] }));
    member.ask("n2", append(2, [1, 1], [2]));
    expect(member.log).toEqual([1, 1, 1]);
    expect(restarted(member).log).toEqual([1, 1, 1]);
  });

  it("still answers heartbeats", () => {
    const member = fill(follower({ term: 1, log: [1] }));
    member.ask("n2", append(1, [1, 1], [1]));
    const sent = member.ask("n2", append(1, [1, 1], []));
    expect(sent).toEqual([{ to: "n2", message: accepted(1, 1) }]);
  });

  it("does not follow a leader into a term that it cannot write", () => {
    const member = fill(follower({ term: 1, log: [1] }));
    expect(member.ask("n2", append(2, [1, 1], []))).toEqual([]);
    expect(member.state).toMatchObject({ term: 1, leaderHeardAt: undefined });
  });

  it("goes on by itself when there is room again", () => {
    const member = fill(follower({ term: 1, log: [1] }));
    member.ask("n2", append(1, [1, 1], [1]));
    free(member);
    const sent = member.ask("n2", append(1, [1, 1], [1]));
    expect(sent).toEqual([{ to: "n2", message: accepted(1, 2) }]);
  });
});

describe("a voter whose disk is full", () => {
  it("neither votes nor takes the candidate's term", () => {
    const member = fill(follower({ term: 1 }));
    expect(member.ask("n2", vote(2, [0, 0]))).toEqual([]);
    expect(member.state).toMatchObject({ term: 1, votedFor: undefined });
  });

  it("refuses its vote when there is room for the term and not for the vote", () => {
    const member = fill(follower({ term: 1 }), VOTE);
    const sent = member.ask("n2", vote(2, [0, 0]));
    expect(sent).toEqual([{ to: "n2", message: voteReply(2, false) }]);
    expect(member.state).toMatchObject({ term: 2, votedFor: undefined });
    expect(restarted(member).state).toMatchObject({ term: 2, votedFor: undefined });
  });

  it("still confirms a vote that it has given", () => {
    const member = follower({ term: 1 });
    member.ask("n2", vote(2, [0, 0]));
    fill(member);
    expect(member.ask("n2", vote(2, [0, 0]))).toEqual([{ to: "n2", message: voteReply(2, true) }]);
  });

  it("does not take a term from an answer", () => {
    const member = fill(follower({ term: 1, options: { preVote: true } }));
    member.ask("n2", voteReply(9, false));
    member.ask("n2", preVoteReply(9, false));
    member.ask("n2", refused(9, 0, [0, 0]));
    expect(member.state.term).toBe(1);
  });
});

describe("a server whose disk is full does not stand for election", () => {
  it("when it cannot write the new term", () => {
    const member = fill(follower({ term: 1 }));
    expect(member.fire("election")).toEqual([]);
    expect(member.state).toMatchObject({ term: 1, role: { kind: "follower", leader: undefined } });
  });

  it("nor asks for pre-votes, once it knows", () => {
    const member = fill(follower({ term: 1, options: { preVote: true } }));
    member.ask("n2", append(1, [0, 0], [1]));
    expect(member.fire("election")).toEqual([]);
    expect(member.role).toBe("follower");
  });

  it("nor when there is room for a vote and not for what it was to write before", () => {
    const member = fill(follower({ term: 1 }), ENTRY - 1);
    member.ask("n2", append(1, [0, 0], [1]));
    expect(member.fire("election")).toEqual([]);
    expect(member.state.term).toBe(1);
  });

  it("but tries again at every timeout, and stands when there is room", () => {
    const member = fill(follower({ term: 1 }));
    member.fire("election");
    expect(member.env.timers.has("election")).toBe(true);
    free(member);
    expect(member.fire("election").map(({ to }) => to)).toEqual(["n2", "n3"]);
    expect(member.state.term).toBe(2);
  });

  it("and leaves no trace of its asking on the disk", () => {
    const member = fill(follower({ term: 1 }));
    member.fire("election");
    free(member);
    member.fire("election");
    expect(member.env.disk.list()).toEqual(["raft.journal"]);
  });

  it("nor is misled by what a crash has left of its asking", () => {
    const member = follower({ term: 1 });
    member.env.disk.append("raft.room", new Uint8Array(VOTE + 2));
    fill(member);
    member.fire("election");
    expect(member.state.term).toBe(1);
    expect(member.fire("election").length).toBe(2);
    expect(member.env.disk.list()).toEqual(["raft.journal"]);
  });

  it("and does not lead when there is no room for its first entry", () => {
    const member = fill(candidate({ term: 2 }));
    expect(member.ask("n2", voteReply(2, true))).toEqual([]);
    expect(member.state).toMatchObject({ term: 2, votedFor: "n1", role: { kind: "follower" } });
    expect(member.env.emitted).not.toContainEqual(["leader elected", { term: 2 }]);
  });

  it("and a candidate whose new term does not fit stands no longer in the old one", () => {
    const member = fill(candidate({ term: 2 }));
    member.fire("election");
    expect(member.state).toMatchObject({ term: 2, role: { kind: "follower" } });
  });
});

describe("a leader whose disk is full", () => {
  it("refuses the command, and leads no more", () => {
    const member = fill(leader({ term: 2, log: [1] }));
    expect(member.raft.propose("x")).toBe("disk full");
    expect(member.log).toEqual([1, 2]);
    expect(member.role).toBe("follower");
    expect(member.env.takeSent()).toEqual([]);
    expect(member.env.timers.has("heartbeat")).toBe(false);
    expect(member.env.timers.has("election")).toBe(true);
  });

  it("has left the command in no log", () => {
    const member = fill(leader({ term: 2, log: [1] }));
    member.raft.propose("x");
    free(member);
    expect(restarted(member).log).toEqual([1, 2]);
  });

  it("leads no more when it hears of a later term, though it cannot take it", () => {
    const member = fill(leader({ term: 2 }));
    member.ask("n2", refused(5, 0, [0, 0]));
    expect(member.state).toMatchObject({ term: 2, role: { kind: "follower", leader: undefined } });
  });
});

describe("a leader with a follower whose disk is full", () => {
  /** `n2` has entry 1 of 3 and room for no other. */
  const burdened = () => {
    const member = leader({ term: 2 });
    member.ask("n2", accepted(2, 1));
    member.propose("a");
    member.propose("b");
    member.ask("n2", full(2, 2));
    return member;
  };

  it("sends it the next entry, alone, with each heartbeat", () => {
    const member = burdened();
    for (let i = 0; i < 2; i++) {
      const [again] = member.fire("heartbeat").filter(({ to }) => to === "n2");
      expect(again?.message).toMatchObject({ prevIndex: 1, entries: [{ index: 2 }] });
    }
  });

  it("and nothing in between, whatever comes in", () => {
    const member = burdened();
    expect(member.propose("c")).toEqual([]);
    expect(member.ask("n2", accepted(2, 1))).toEqual([]);
    expect(member.ask("n2", refused(2, 2, [1, 2]))).toEqual([]);
  });

  it("goes on as ever when that one is accepted", () => {
    const member = burdened();
    member.fire("heartbeat");
    const [next] = member.ask("n2", accepted(2, 2));
    expect(next?.message).toMatchObject({ prevIndex: 2, entries: [{ index: 3 }] });
    expect(member.progressOf("n2").mode).toBe("replicate");
  });

  it("passes over a report that is overtaken by an acknowledgement", () => {
    const member = burdened();
    member.ask("n2", accepted(2, 3));
    member.ask("n2", full(2, 2));
    expect(member.progressOf("n2")).toMatchObject({ mode: "replicate", next: 4 });
  });

  it("passes over one of another term", () => {
    const member = burdened();
    member.ask("n2", accepted(2, 2));
    member.ask("n2", full(1, 3));
    expect(member.progressOf("n2").mode).toBe("replicate");
  });

  it("takes it for a sign of life, and its acknowledged entries for acknowledged", () => {
    const member = burdened();
    expect(member.progressOf("n2").isActive).toBe(true);
    member.propose("c");
    member.ask("n2", full(2, 4));
    member.ask("n2", accepted(2, 3));
    expect(member.state.commit).toBe(3);
  });

  it("brings it up to date when there is room again", () => {
    const leading = leader({ term: 2, log: [1, 1, 1] });
    const following = fill(follower({ term: 2, log: [1] }), ENTRY);
    following.ask("n2", append(2, [1, 1], []));
    converse(leading, following);
    expect(following.log).toEqual([1, 1]);
    free(following);
    converse(leading, following);
    expect(following.log).toEqual([1, 1, 1, 2]);
  });
});

describe("that a disk is full, and that it has room again,", () => {
  it("is told once", () => {
    const member = fill(follower({ term: 1, log: [1] }));
    member.ask("n2", append(1, [1, 1], [1]));
    member.ask("n2", append(1, [1, 1], [1]));
    free(member);
    member.ask("n2", append(1, [1, 1], [1]));
    expect(member.env.emitted).toEqual([
      ["disk full", { bytes: ENTRY }],
      ["disk free again", { bytes: ENTRY }],
    ]);
  });

  it("is not told for a smaller record that fits", () => {
    const member = fill(follower({ term: 1 }), VOTE + 2);
    member.ask("n2", append(1, [0, 0], [1]));
    member.ask("n2", vote(2, [0, 0]));
    expect(member.state.lackingBytes).toBe(ENTRY);
  });
});

describe("a member that starts on a full disk", () => {
  it("reads what it has, and waits for room", () => {
    const { disk } = follower({ term: 3, log: [1, 3] }).env;
    disk.leaveRoom(0);
    const member = restarted(new RaftMember(disk, {}));
    expect(member.state.term).toBe(3);
    expect(member.log).toEqual([1, 3]);
    expect(member.fire("election")).toEqual([]);
  });

  it("for the first time, likewise", () => {
    const disk = new ManualDisk();
    disk.capacityBytes = 0;
    const member = restarted(new RaftMember(disk, {}));
    expect(member.fire("election")).toEqual([]);
    expect(member.state.term).toBe(0);
  });
});
