// Raft figure 2: persistent state is "updated on stable storage before responding to RPCs"; and
// thesis §10.2.1: the leader's own disk writes while the followers' do.

import { describe, expect, it } from "vitest";
import { follower, leader, RaftMember } from "../../support/raft-member.ts";
import {
  accepted,
  append,
  preVote,
  preVoteReply,
  refused,
  vote,
  voteReply,
} from "../../support/raft-messages.ts";
import { ManualDisk } from "../../support/recording-env.ts";

const IO = { kind: "io" } as const;

/** Completes only the sync that is under way. */
function completeOne(member: RaftMember): void {
  member.env.disk.completeSync();
  member.raft.onSynced();
}

describe("figure 2, persistent state: before its sync completes, there leaves no", () => {
  it("vote", () => {
    const member = follower({ term: 1 });
    member.receive("n2", vote(2, [0, 0]));
    expect(member.env.takeSent()).toEqual([]);
    completeOne(member);
    expect(member.env.takeSent()).toEqual([{ to: "n2", message: voteReply(2, true) }]);
  });

  it("second answer to the candidate that has the vote", () => {
    const member = follower({ term: 1 });
    member.receive("n2", vote(2, [0, 0]));
    member.receive("n2", vote(2, [0, 0]));
    expect(member.env.takeSent()).toEqual([]);
  });

  it("refusal that tells a new term", () => {
    const member = follower({ term: 1, log: [1] });
    member.receive("n2", vote(2, [0, 0]));
    expect(member.env.takeSent()).toEqual([]);
  });

  it("acknowledgement of entries", () => {
    const member = follower({ term: 1 });
    member.receive("n2", append(1, [0, 0], [1]));
    expect(member.env.takeSent()).toEqual([]);
    completeOne(member);
    expect(member.env.takeSent()).toEqual([{ to: "n2", message: accepted(1, 1) }]);
  });

  it("acknowledgement of entries that came a second time", () => {
    const member = follower({ term: 1 });
    member.receive("n2", append(1, [0, 0], [1]));
    member.receive("n2", append(1, [0, 0], [1]));
    expect(member.env.takeSent()).toEqual([]);
  });

  it("acknowledgement of a heartbeat that vouches for them", () => {
    const member = follower({ term: 1 });
    member.receive("n2", append(1, [0, 0], [1]));
    member.receive("n2", append(1, [1, 1], []));
    expect(member.env.takeSent()).toEqual([]);
  });

  it("request for votes in a new term", () => {
    const member = follower({ term: 1 });
    member.raft.onTimer(member.env.fire("election"));
    expect(member.env.takeSent()).toEqual([]);
    completeOne(member);
    expect(member.env.takeSent().map(({ to }) => to)).toEqual(["n2", "n3"]);
  });

  it("promise on the strength of what a restart has read", () => {
    const member = new RaftMember(follower({ term: 2, log: [1] }).env.disk, {});
    member.raft.onStart();
    member.receive("n2", append(2, [1, 1], []));
    expect(member.env.takeSent()).toEqual([]);
    completeOne(member);
    expect(member.env.takeSent()).toEqual([{ to: "n2", message: accepted(2, 1) }]);
  });
});

describe("what promises nothing new leaves at once", () => {
  it("an answer to a pre-vote", () => {
    const member = follower({ term: 1 });
    member.receive("n3", append(1, [0, 0], [1]));
    member.receive("n2", preVote(2, [9, 1]));
    expect(member.env.takeSent()).toEqual([{ to: "n2", message: preVoteReply(1, false) }]);
  });

  it("an acknowledgement of what has long been durable", () => {
    const member = follower({ term: 1, log: [1] });
    member.receive("n2", append(1, [1, 1], []));
    expect(member.env.takeSent()).toEqual([{ to: "n2", message: accepted(1, 1) }]);
  });
});

describe("group commit: one sync is under way at a time", () => {
  it("and covers only what was written before it began", () => {
    const member = follower({ term: 1 });
    member.receive("n2", append(1, [0, 0], [1]));
    member.receive("n2", append(1, [1, 1], [1]));
    member.receive("n2", append(1, [2, 1], [1]));
    expect(member.env.disk.syncs.length).toBe(1);
    completeOne(member);
    expect(member.env.takeSent()).toEqual([{ to: "n2", message: accepted(1, 1) }]);
  });

  it("and what was written meanwhile goes together with the next", () => {
    const member = follower({ term: 1 });
    member.receive("n2", append(1, [0, 0], [1]));
    member.receive("n2", append(1, [1, 1], [1]));
    member.receive("n2", append(1, [2, 1], [1]));
    completeOne(member);
    member.env.takeSent();
    completeOne(member);
    const sent = member.env.takeSent().map(({ message }) => message);
    expect(sent).toEqual([accepted(1, 2), accepted(1, 3)]);
    expect(member.env.disk.syncs).toEqual([]);
  });
});

describe("a candidate's own vote counts once it is durable", () => {
  it("alone in its cluster", () => {
    const member = follower({ size: 1 });
    member.raft.onTimer(member.env.fire("election"));
    expect(member.role).toBe("candidate");
    member.sync();
    expect(member.role).toBe("leader");
  });

  it("with the grant of another", () => {
    const member = follower({ term: 1 });
    member.raft.onTimer(member.env.fire("election"));
    member.receive("n2", voteReply(2, true));
    expect(member.role).toBe("candidate");
    member.sync();
    expect(member.role).toBe("leader");
  });
});

describe("thesis §10.2.1, a leader", () => {
  it("sends an entry while its own sync is under way", () => {
    const member = leader({ term: 2 });
    member.ask("n2", accepted(2, 1));
    member.raft.propose("x");
    expect(member.env.disk.syncs.length).toBe(1);
    expect(member.env.takeSent()).toMatchObject([{ to: "n2", message: { type: "append" } }]);
  });

  it("counts itself only when the entry is durable", () => {
    const member = leader({ term: 2 });
    member.raft.propose("x");
    member.receive("n2", accepted(2, 2));
    expect(member.state.commit).toBe(1);
    completeOne(member);
    expect(member.state.commit).toBe(2);
  });

  it("commits without itself when a majority of others has the entry", () => {
    const member = leader({ term: 2 });
    member.raft.propose("x");
    member.receive("n2", accepted(2, 2));
    member.receive("n3", accepted(2, 2));
    expect(member.env.disk.syncs.length).toBe(1);
    expect(member.state.commit).toBe(2);
  });
});

describe("a promise of an older term is void", () => {
  it("an acknowledgement, as the entry may be overwritten by now", () => {
    const member = follower({ term: 1 });
    member.receive("n2", append(1, [0, 0], [1]));
    member.receive("n3", append(2, [0, 0], [2]));
    member.sync();
    expect(member.env.takeSent()).toEqual([{ to: "n3", message: accepted(2, 1) }]);
  });

  it("a vote, when the voter stands itself", () => {
    const member = follower({ term: 1 });
    member.receive("n2", vote(2, [0, 0]));
    member.raft.onTimer(member.env.fire("election"));
    member.sync();
    const sent = member.env.takeSent().map(({ message }) => message);
    expect(sent).toEqual([vote(3, [0, 0]), vote(3, [0, 0])]);
  });

  it("that of a leader to itself, when it has been deposed", () => {
    const member = leader({ term: 2 });
    member.raft.propose("x");
    member.receive("n2", append(3, [0, 0], [3]));
    member.sync();
    expect(member.env.takeSent().at(-1)).toEqual({ to: "n2", message: accepted(3, 1) });
    expect(member.state.commit).toBe(0);
  });
});

describe("a member whose disk has failed is silent", () => {
  it("what waited for the failed sync never leaves", () => {
    const member = follower({ term: 1 });
    member.receive("n2", append(1, [0, 0], [1]));
    member.env.disk.completeSync();
    member.raft.onSynced(IO);
    expect(member.env.takeSent()).toEqual([]);
    expect(member.env.emitted).toEqual([["halted", { error: "io" }]]);
  });

  it("nor what waited for a sync that went well before", () => {
    const member = follower({ term: 1 });
    member.receive("n2", append(1, [0, 0], [1]));
    member.env.disk.refusal = IO;
    member.receive("n2", append(1, [1, 1], [1]));
    completeOne(member);
    expect(member.env.takeSent()).toEqual([]);
  });

  it("it asks for no further sync", () => {
    const member = follower({ term: 1 });
    member.env.disk.refusal = IO;
    member.receive("n2", append(1, [0, 0], [1]));
    expect(member.env.disk.syncs).toEqual([]);
    expect(member.env.emitted).toEqual([["halted", { error: "io" }]]);
  });

  it("it answers nobody", () => {
    const member = follower({ term: 1 });
    member.env.disk.refusal = IO;
    member.receive("n2", append(1, [0, 0], [1]));
    member.receive("n2", append(0, [0, 0], []));
    member.receive("n2", preVote(9, [9, 9]));
    expect(member.env.takeSent()).toEqual([]);
  });

  it("it lets its timers pass", () => {
    const member = follower({ term: 1 });
    member.env.disk.refusal = IO;
    member.receive("n2", append(1, [0, 0], [1]));
    member.raft.onTimer(member.env.fire("election"));
    expect(member.state).toMatchObject({ term: 1, role: { kind: "follower" } });
  });

  it("it takes no command although it leads", () => {
    const member = leader({ term: 2 });
    member.env.disk.refusal = IO;
    member.raft.propose("refused");
    member.env.takeSent();
    expect(member.raft.propose("x")).toBe("not leading");
    expect(member.env.takeSent()).toEqual([]);
  });
});

describe("a restarted member", () => {
  it("has no term, vote or entry that it did not sync", () => {
    const member = follower({ term: 1, log: [1] });
    member.receive("n2", append(1, [1, 1], [1]));
    member.receive("n3", vote(2, [9, 1]));
    member.env.disk.loseUnsynced();
    const again = new RaftMember(member.env.disk, {});
    again.raft.onStart();
    expect(again.state).toMatchObject({ term: 1, votedFor: undefined });
    expect(again.log).toEqual([1]);
  });

  it("still refuses its vote to a second candidate of the term", () => {
    const member = follower({ term: 1 });
    member.ask("n2", vote(2, [0, 0]));
    member.env.disk.loseUnsynced();
    const again = new RaftMember(member.env.disk, {});
    again.raft.onStart();
    expect(again.ask("n3", vote(2, [0, 0]))).toEqual([{ to: "n3", message: voteReply(2, false) }]);
  });

  it("still refuses a leader of an older term", () => {
    const member = follower({ term: 1 });
    member.ask("n2", append(5, [0, 0], []));
    member.env.disk.loseUnsynced();
    const again = new RaftMember(member.env.disk, {});
    again.raft.onStart();
    const sent = again.ask("n3", append(4, [0, 0], []));
    expect(sent).toEqual([{ to: "n3", message: refused(5, 0, [0, 0]) }]);
  });

  it("without a file begins as on the first boot", () => {
    const member = new RaftMember(new ManualDisk(), {});
    member.raft.onStart();
    expect(member.state).toMatchObject({ term: 0, votedFor: undefined, commit: 0 });
    expect(member.log).toEqual([]);
  });
});
