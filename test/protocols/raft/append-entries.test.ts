// Raft figure 2, "AppendEntries RPC".

import { describe, expect, it } from "vitest";
import { candidate, follower } from "../../support/raft-member.ts";
import { accepted, append, entries, refused } from "../../support/raft-messages.ts";

describe("figure 2, AppendEntries results", () => {
  it("term: the follower's, for the leader to update itself", () => {
    const [reply] = follower({ term: 7 }).ask("n2", append(3, [0, 0], []));
    expect(reply).toMatchObject({ to: "n2", message: { term: 7, accepted: false } });
  });

  it("success: the follower holds the entry that the new ones follow on", () => {
    const member = follower({ term: 2, log: [1, 2] });
    const sent = member.ask("n2", append(2, [2, 2], [2]));
    expect(sent).toEqual([{ to: "n2", message: accepted(2, 3) }]);
  });

  it("success vouches for what the message covers, not for what else the log holds", () => {
    const member = follower({ term: 3, log: [1, 1, 2, 2] });
    const sent = member.ask("n2", append(3, [1, 1], [1]));
    expect(sent).toEqual([{ to: "n2", message: accepted(3, 2) }]);
  });
});

describe("figure 2, AppendEntries rule 1: false if term < currentTerm", () => {
  it("the entries of an older term are refused", () => {
    const member = follower({ term: 3, log: [1] });
    const sent = member.ask("n2", append(2, [1, 1], [2], 1));
    expect(sent).toEqual([{ to: "n2", message: refused(3, 1, [1, 1]) }]);
    expect(member.log).toEqual([1]);
    expect(member.state.commit).toBe(0);
  });

  it("their sender is not taken for the leader", () => {
    const member = follower({ term: 3 });
    member.ask("n2", append(2, [0, 0], []));
    expect(member.raft.leader).toBeUndefined();
  });
});

describe("figure 2, AppendEntries rule 2: false without an entry of prevLogTerm", () => {
  it("when the log ends before prevLogIndex", () => {
    const member = follower({ term: 1, log: [1] });
    const sent = member.ask("n2", append(1, [2, 1], [1]));
    expect(sent).toEqual([{ to: "n2", message: refused(1, 2, [1, 1]) }]);
    expect(member.log).toEqual([1]);
  });

  it("when the entry at prevLogIndex has another term", () => {
    const member = follower({ term: 3, log: [1, 2] });
    const sent = member.ask("n2", append(3, [2, 1], [3]));
    expect(sent).toEqual([{ to: "n2", message: refused(3, 2, [1, 1]) }]);
    expect(member.log).toEqual([1, 2]);
  });

  it("and nothing is committed by it", () => {
    const member = follower({ term: 3, log: [1, 2] });
    member.ask("n2", append(3, [2, 1], [3], 2));
    expect(member.state.commit).toBe(0);
  });
});

describe("figure 2, AppendEntries rule 3: a conflicting entry is deleted", () => {
  it("with all that follow it", () => {
    const member = follower({ term: 3, log: [1, 2, 2, 2] });
    member.ask("n2", append(3, [1, 1], [3]));
    expect(member.log).toEqual([1, 3]);
  });

  it("with all that follow it, wherever in the message it stands", () => {
    const member = follower({ term: 3, log: [1, 1, 2, 2] });
    member.ask("n2", append(3, [0, 0], [1, 1, 3]));
    expect(member.log).toEqual([1, 1, 3]);
  });

  it("but what agrees stays: a late, shorter message deletes nothing", () => {
    const member = follower({ term: 1 });
    member.ask("n2", append(1, [0, 0], [1, 1, 1]));
    member.ask("n2", append(1, [0, 0], [1]));
    expect(member.log).toEqual([1, 1, 1]);
  });

  it("but what agrees stays: a heartbeat in the middle of the log deletes nothing", () => {
    const member = follower({ term: 2, log: [1, 1, 2] });
    member.ask("n2", append(2, [1, 1], []));
    expect(member.log).toEqual([1, 1, 2]);
  });

  it("but not below the commit index: that would be a bug, and is one", () => {
    const member = follower({ term: 1 });
    member.ask("n2", append(1, [0, 0], [1, 1], 2));
    expect(() => member.ask("n3", append(2, [1, 1], [2]))).toThrow("a committed entry");
  });
});

describe("figure 2, AppendEntries rule 4: new entries are appended", () => {
  it("all of them, as they came", () => {
    const member = follower({ term: 1, log: [1] });
    member.ask("n2", append(2, [1, 1], [1, 2]));
    expect(member.state.log.chunks.flat()).toEqual(entries(0, [1, 1, 2]));
  });

  it("those not already in the log, once", () => {
    const member = follower({ term: 1 });
    member.ask("n2", append(1, [0, 0], [1, 1]));
    member.ask("n2", append(1, [1, 1], [1, 1]));
    expect(member.log).toEqual([1, 1, 1]);
  });
});

describe("figure 2, AppendEntries rule 5: commitIndex = min(leaderCommit, last new entry)", () => {
  it("leaderCommit, when the message covers more", () => {
    const member = follower({ term: 1 });
    member.ask("n2", append(1, [0, 0], [1, 1, 1], 2));
    expect(member.state.commit).toBe(2);
  });

  it("the last new entry, when the leader has committed more", () => {
    const member = follower({ term: 1 });
    member.ask("n2", append(1, [0, 0], [1, 1], 9));
    expect(member.state.commit).toBe(2);
  });

  it("the last entry that the message vouches for, not the last of the log", () => {
    const member = follower({ term: 3, log: [1, 2, 2] });
    member.ask("n2", append(3, [1, 1], [], 3));
    expect(member.state.commit).toBe(1);
  });

  it("but never less than before", () => {
    const member = follower({ term: 1 });
    member.ask("n2", append(1, [0, 0], [1, 1], 2));
    member.ask("n2", append(1, [0, 0], [1, 1], 1));
    expect(member.state.commit).toBe(2);
  });
});

describe("§5.2, AppendEntries tells who leads", () => {
  it("to a follower", () => {
    const member = follower({ term: 1 });
    member.ask("n2", append(1, [0, 0], []));
    expect(member.raft.leader).toBe("n2");
  });

  it("to a candidate, also when the logs do not fit", () => {
    const member = candidate({ term: 2 });
    member.ask("n3", append(2, [5, 1], []));
    expect(member.raft.leader).toBe("n3");
  });
});
