// Each safety invariant of Raft with histories that it accepts and histories that it rejects.

import { beforeEach, describe, expect, it } from "vitest";
import {
  accept,
  grant,
  type HandMadeMember,
  HandMadeRaft,
  logOf,
} from "../support/hand-made-raft.ts";

let raft: HandMadeRaft;

beforeEach(() => {
  raft = new HandMadeRaft(3);
});

describe("RAFT-ELECT", () => {
  it("accepts one leader in each of two terms", () => {
    expect(raft.step("n1", { role: "leader", term: 1, votedFor: "n1" })).toEqual([]);
    // n1 does not know yet.
    expect(raft.step("n2", { role: "leader", term: 2, votedFor: "n2" })).toEqual([]);
    expect(raft.step("n1", {})).toEqual([]);
  });

  it("rejects two leaders in one term", () => {
    raft.step("n1", { role: "leader", term: 1, votedFor: "n1" });
    expect(raft.step("n2", { role: "leader", term: 1, votedFor: "n2" })).toEqual([
      "RAFT-ELECT: term 1 has two leaders: n1, n2",
    ]);
  });

  it("rejects the second leader of a term even when the first has stepped down", () => {
    raft.step("n1", { role: "leader", term: 1, votedFor: "n1" });
    raft.step("n1", { role: "follower" });
    expect(raft.step("n2", { role: "leader", term: 1, votedFor: "n2" })).toEqual([
      "RAFT-ELECT: term 1 has two leaders: n1, n2",
    ]);
  });
});

describe("RAFT-VOTE", () => {
  it("accepts the vote for the same candidate again, also after a restart", () => {
    const deed = { term: 1, votedFor: "n2", sent: [grant("n2", 1)] };
    expect(raft.step("n1", deed)).toEqual([]);
    expect(raft.step("n1", deed)).toEqual([]);
    raft.crash("n1");
    raft.restart("n1", { term: 1, votedFor: "n2" });
    expect(raft.step("n1", deed)).toEqual([]);
  });

  it("accepts votes for two candidates in two terms", () => {
    raft.step("n1", { term: 1, votedFor: "n2", sent: [grant("n2", 1)] });
    expect(raft.step("n1", { term: 2, votedFor: "n3", sent: [grant("n3", 2)] })).toEqual([]);
  });

  it("accepts a vote that was never sent and is forgotten in a crash", () => {
    raft.step("n1", { term: 1, votedFor: "n2", isDurable: false });
    raft.crash("n1");
    raft.restart("n1", {});
    expect(raft.step("n1", { term: 1, votedFor: "n3", sent: [grant("n3", 1)] })).toEqual([]);
  });

  it("takes no notice of refusals and of pre-votes", () => {
    const refusal = { type: "voteReply", term: 1, granted: false };
    const preVote = { type: "preVoteReply", term: 9, granted: true };
    const sent = ["n2", "n3"].flatMap((to) =>
      [refusal, preVote].map((message) => ({ to, message })),
    );
    expect(raft.step("n1", { term: 1, sent })).toEqual([]);
  });

  it("rejects votes for two candidates in one term", () => {
    raft.step("n1", { term: 1, votedFor: "n2", sent: [grant("n2", 1)] });
    expect(raft.step("n1", { votedFor: "n3", sent: [grant("n3", 1)] })).toEqual([
      "RAFT-VOTE: n1 votes for n2 and for n3 in term 1",
    ]);
  });

  it("rejects a second vote after a restart that forgot the first", () => {
    raft.step("n1", { term: 1, votedFor: "n2", sent: [grant("n2", 1)] });
    raft.crash("n1");
    raft.restart("n1", { term: 1, votedFor: undefined });
    expect(raft.step("n1", { votedFor: "n3", sent: [grant("n3", 1)] })).toEqual([
      "RAFT-VOTE: n1 votes for n2 and for n3 in term 1",
    ]);
  });

  it("rejects a leader that has voted for another", () => {
    raft.step("n1", { term: 1, votedFor: "n2", sent: [grant("n2", 1)] });
    expect(raft.step("n1", { role: "leader", votedFor: "n1" })).toEqual([
      "RAFT-VOTE: n1 votes for n2 and for n1 in term 1",
    ]);
  });

  it("rejects a vote that leaves before it is durable", () => {
    raft.step("n1", { term: 1 });
    const deed = { votedFor: "n2", sent: [grant("n2", 1)], isDurable: false };
    expect(raft.step("n1", deed)).toEqual([
      "RAFT-VOTE: n1 votes for n2 in term 1 while its disk has term 1, vote for nobody",
    ]);
  });

  it("rejects a leader whose own vote is not durable", () => {
    const deed = { role: "leader", term: 1, votedFor: "n1", isDurable: false };
    expect(raft.step("n1", deed)).toEqual([
      "RAFT-VOTE: n1 votes for n1 in term 1 while its disk has term 0, vote for nobody",
    ]);
  });
});

describe("RAFT-APPEND", () => {
  beforeEach(() => {
    raft.step("n1", { role: "leader", term: 1, votedFor: "n1", log: logOf(1, 1) });
  });

  it("accepts a leader that adds to its log", () => {
    const { log } = raft.member("n1");
    expect(raft.step("n1", { log: [...log, ...logOf(1)] })).toEqual([]);
  });

  it("accepts a follower that removes what was never committed", () => {
    raft.step("n1", { role: "follower", term: 2 });
    expect(raft.step("n1", { log: raft.member("n1").log.slice(0, 1) })).toEqual([]);
  });

  it("accepts an old leader that comes back with a shorter log", () => {
    raft.step("n1", { log: [...raft.member("n1").log, ...logOf(1)], isDurable: false });
    raft.crash("n1");
    expect(raft.restart("n1", { term: 1, votedFor: "n1", log: logOf(1, 1) })).toEqual([]);
  });

  it("rejects a leader that removes an entry", () => {
    expect(raft.step("n1", { log: raft.member("n1").log.slice(0, 1) })).toEqual([
      "RAFT-APPEND: leader n1 of term 1 changes its own entry 2 of 2",
    ]);
  });

  it("rejects a leader that replaces its last entry", () => {
    const log = raft.member("n1").log.slice(0, 1).concat({ term: 1, command: "x2" });
    expect(raft.step("n1", { log })).toEqual([
      "RAFT-APPEND: leader n1 of term 1 changes its own entry 2 of 2",
    ]);
  });

  it("rejects a leader that replaces an entry in the middle, at most as many steps later", () => {
    const entries = raft.member("n1").log.concat(logOf(1, 1, 1));
    raft.step("n1", { log: entries });
    raft.step("n1", { log: entries.toSpliced(2, 1, { term: 1, command: "x1" }) });
    const later = entries.flatMap(() => raft.step("n1", {}));
    expect(later).toEqual(["RAFT-APPEND: leader n1 of term 1 changes its own entry 3 of 5"]);
  });
});

describe("RAFT-MATCH", () => {
  it("accepts equal entries, also when they were read off a disk", () => {
    const log = logOf(1, 1, 2);
    expect(raft.step("n1", { term: 2, log })).toEqual([]);
    expect(raft.step("n2", { term: 2, log: structuredClone(log) })).toEqual([]);
  });

  it("compares bytes, however many", () => {
    const logWith = (last: number) => {
      const put = new Uint8Array(4 * 1_024 * 1_024);
      put[put.length - 1] = last;
      return [{ term: 1, command: { put } }];
    };
    raft.step("n1", { term: 1, log: logWith(1) });
    expect(raft.step("n2", { term: 1, log: logWith(1) })).toEqual([]);
    expect(raft.step("n3", { term: 1, log: logWith(2) })).toHaveLength(1);
  });

  it("accepts different entries of different terms at one index", () => {
    raft.step("n1", { term: 2, log: logOf(1, 1) });
    expect(raft.step("n2", { term: 2, log: logOf(1, 2) })).toEqual([]);
  });

  it("rejects two commands of one index and term", () => {
    raft.step("n1", { term: 1, log: [{ term: 1, command: { put: Uint8Array.of(1, 2) } }] });
    const log = [{ term: 1, command: { put: Uint8Array.of(1, 3) } }];
    expect(raft.step("n2", { term: 1, log })).toEqual([
      "RAFT-MATCH: entry 1 of term 1 has two commands: one on n1, another on n2",
    ]);
  });

  it("remembers an entry that no log holds any more", () => {
    raft.step("n1", { term: 2, log: [{ term: 1, command: "a" }] });
    raft.step("n1", { log: logOf(2) });
    expect(raft.step("n2", { term: 2, log: [{ term: 1, command: "b" }] })).toEqual([
      "RAFT-MATCH: entry 1 of term 1 has two commands: one on n1, another on n2",
    ]);
  });

  it("rejects equal entries behind different ones", () => {
    raft.step("n1", { term: 3, log: logOf(1, 3) });
    expect(raft.step("n2", { term: 3, log: logOf(2, 3) })).toEqual([
      "RAFT-MATCH: entry 2 of term 3 follows entries of two terms: 1 on n1, 2 on n2",
    ]);
  });

  it("rejects terms that fall along a log", () => {
    expect(raft.step("n1", { term: 2, log: logOf(2, 1) })).toEqual([
      "RAFT-MATCH: n1 has term 1 at index 2 behind term 2",
    ]);
  });
});

describe("RAFT-COMPLETE", () => {
  beforeEach(() => {
    const log = logOf(1, 1);
    raft.steps(["n1", "n2"], { term: 1, votedFor: "n1", log });
    raft.step("n1", { role: "leader", commit: 2 });
  });

  it("accepts a new leader with all committed entries and more", () => {
    const log = [...raft.member("n2").log, ...logOf(1)];
    expect(raft.step("n2", { role: "leader", term: 2, votedFor: "n2", log })).toEqual([]);
  });

  it("accepts a leader without what was committed in a later term than its own", () => {
    // n1 commits the same entries' successor in term 3; n3, elected late in term 2, owes nothing of
    // it, only what was committed in term 1.
    const log = [...raft.member("n1").log, { term: 3, command: "x3" }];
    raft.steps(["n1", "n2"], { role: "follower", term: 3, votedFor: "n1", log });
    raft.step("n1", { role: "leader", commit: 3 });
    const old = { role: "leader", term: 2, votedFor: "n3", log: log.slice(0, 2) };
    expect(raft.step("n3", old)).toEqual([]);
  });

  it("accepts a leader without an old entry that was not committed in that entry's term", () => {
    // Entries of term 2 that only the leader of term 4 commits: the leader of term 3 lacks them.
    const log = [...raft.member("n1").log, { term: 2, command: "x3" }, { term: 4, command: "x4" }];
    raft.steps(["n1", "n2"], { role: "follower", term: 4, votedFor: "n1", log });
    raft.step("n1", { role: "leader", commit: 4 });
    const late = { role: "leader", term: 3, votedFor: "n3", log: log.slice(0, 2) };
    expect(raft.step("n3", late)).toEqual([]);
  });

  it("rejects a new leader whose log ends too early", () => {
    const log = raft.member("n1").log.slice(0, 1);
    expect(raft.step("n3", { role: "leader", term: 2, votedFor: "n3", log })).toEqual([
      "RAFT-COMPLETE: leader n3 of term 2 lacks entry 2 of term 1, committed in term 1: " +
        "it has nothing",
    ]);
  });

  it("rejects a new leader with another entry in the place of a committed one", () => {
    const log = [...raft.member("n1").log.slice(0, 1), { term: 2, command: "y" }];
    expect(raft.step("n3", { role: "leader", term: 3, votedFor: "n3", log })).toEqual([
      "RAFT-COMPLETE: leader n3 of term 3 lacks entry 2 of term 1, committed in term 1: " +
        "it has term 2",
    ]);
  });

  it("rejects a new leader that lacks only what was committed last", () => {
    const log = [...raft.member("n1").log, ...logOf(1)];
    raft.steps(["n1", "n2"], { log });
    raft.step("n1", { commit: 3 });
    const short = log.slice(0, 2);
    expect(raft.step("n3", { role: "leader", term: 2, votedFor: "n3", log: short })).toEqual([
      "RAFT-COMPLETE: leader n3 of term 2 lacks entry 3 of term 1, committed in term 1: " +
        "it has nothing",
    ]);
  });

  it("rejects a leader that goes on to a new term with less", () => {
    raft.step("n3", { role: "leader", term: 2, votedFor: "n3", log: raft.member("n1").log });
    raft.step("n3", { role: "follower" });
    raft.step("n3", { log: [] });
    expect(raft.step("n3", { role: "leader", term: 4, votedFor: "n3" })).toEqual([
      "RAFT-COMPLETE: leader n3 of term 4 lacks entry 2 of term 1, committed in term 1: " +
        "it has nothing",
    ]);
  });
});

describe("RAFT-SM-SAFETY", () => {
  beforeEach(() => {
    const log = logOf(1, 1);
    raft.steps(["n1", "n2", "n3"], { term: 1, votedFor: "n1", log });
    raft.step("n1", { role: "leader", commit: 2, applied: 2 });
  });

  it("accepts servers that apply the same, at any pace and again after a restart", () => {
    expect(raft.step("n2", { commit: 1, applied: 1 })).toEqual([]);
    expect(raft.step("n3", { commit: 2, applied: 2 })).toEqual([]);
    raft.crash("n3");
    const log = structuredClone(raft.member("n1").log);
    expect(raft.restart("n3", { term: 1, votedFor: "n1", log })).toEqual([]);
    expect(raft.step("n3", { commit: 2, applied: 2 })).toEqual([]);
  });

  it("rejects a server that applies another entry at an index", () => {
    raft.step("n2", { term: 2, log: logOf(1, 2) });
    expect(raft.step("n2", { commit: 2, applied: 2 })).toEqual([
      "RAFT-SM-SAFETY: n2 applies at index 2 an entry of term 2, " +
        "and another server one of term 1",
    ]);
  });

  it("rejects a server that comes back and at once applies another entry than before", () => {
    raft.step("n3", { commit: 2, applied: 2 });
    raft.crash("n3");
    const other = { term: 2, log: logOf(1, 2), commit: 2, applied: 2 };
    expect(raft.restart("n3", other)).toEqual([
      "RAFT-SM-SAFETY: n3 applies at index 2 an entry of term 2, " +
        "and another server one of term 1",
    ]);
  });

  it("rejects a server that applies another command of the same term", () => {
    const log = [...raft.member("n2").log.slice(0, 1), { term: 1, command: "y" }];
    expect(raft.step("n2", { log, commit: 2, applied: 2 })).toContain(
      "RAFT-SM-SAFETY: n2 applies at index 2 an entry of term 1, " +
        "and another server one of term 1",
    );
  });

  it("rejects a server that applies what is not committed", () => {
    expect(raft.step("n2", { commit: 1, applied: 2 })).toEqual([
      "RAFT-SM-SAFETY: n2 is out of order: applied 2, commit 1, last 2",
    ]);
  });

  it("rejects a follower that commits what it does not have", () => {
    const log = raft.member("n2").log.slice(0, 1);
    expect(raft.step("n2", { log, commit: 2, applied: 1 })).toContain(
      "RAFT-SM-SAFETY: n2 is out of order: applied 1, commit 2, last 1",
    );
  });

  it("rejects a server that applies what it does not have", () => {
    expect(raft.step("n2", { commit: 3, applied: 3 })).toContain(
      "RAFT-SM-SAFETY: n2 is out of order: applied 3, commit 3, last 2",
    );
  });

  it("rejects a leader that commits what it does not have", () => {
    expect(raft.step("n1", { commit: 3 })).toContain(
      "RAFT-SM-SAFETY: n1 is out of order: applied 2, commit 3, last 2",
    );
  });
});

describe("RAFT-QUORUM", () => {
  it("accepts a commit of what is durable on a majority, and a follower that learns of it", () => {
    const log = logOf(1);
    raft.steps(["n1", "n2"], { term: 1, votedFor: "n1", log });
    expect(raft.step("n1", { role: "leader", commit: 1 })).toEqual([]);
    expect(raft.step("n2", { commit: 1 })).toEqual([]);
  });

  it("accepts a follower that learns of a commit from a leader which fell as it said so", () => {
    const log = logOf(1);
    raft.steps(["n1", "n2"], { term: 1, votedFor: "n1", log });
    expect(raft.step("n1", { role: "leader", commit: 1, falls: true })).toEqual([]);
    expect(raft.step("n2", { commit: 1 })).toEqual([]);
  });

  it("counts what a holder synced as it fell", () => {
    const log = logOf(1);
    raft.step("n1", { role: "leader", term: 1, votedFor: "n1", log });
    raft.step("n2", { term: 1, votedFor: "n1", log, falls: true });
    expect(raft.step("n1", { commit: 1 })).toEqual([]);
  });

  it("rejects a commit of what one of three has by a leader that falls", () => {
    raft.step("n1", { term: 1, votedFor: "n1", log: logOf(1) });
    expect(raft.step("n1", { role: "leader", commit: 1, falls: true })).toEqual([
      "RAFT-QUORUM: n1 commits entry 1, durable on n1 of n1, n2, n3",
    ]);
  });

  it("accepts a holder that has crashed since", () => {
    const log = logOf(1);
    raft.steps(["n1", "n2"], { role: "follower", term: 1, votedFor: "n1", log });
    raft.crash("n2");
    expect(raft.step("n1", { role: "leader", commit: 1 })).toEqual([]);
  });

  it("rejects a commit of what one of three has", () => {
    expect(
      raft.step("n1", { role: "leader", term: 1, votedFor: "n1", log: logOf(1), commit: 1 }),
    ).toEqual(["RAFT-QUORUM: n1 commits entry 1, durable on n1 of n1, n2, n3"]);
  });

  it("rejects a commit of what half of four have", () => {
    const four = new HandMadeRaft(4);
    const log = logOf(1);
    four.steps(["n1", "n2"], { term: 1, votedFor: "n1", log });
    expect(four.step("n1", { role: "leader", commit: 1 })).toEqual([
      "RAFT-QUORUM: n1 commits entry 1, durable on n1, n2 of n1, n2, n3, n4",
    ]);
  });

  it("rejects a commit of what a majority has in memory only", () => {
    raft.step("n1", { role: "leader", term: 1, votedFor: "n1" });
    raft.steps(["n2", "n3"], { term: 1, votedFor: "n1" });
    raft.steps(["n1", "n2", "n3"], { log: logOf(1), isDurable: false });
    expect(raft.step("n1", { commit: 1, isDurable: false })).toEqual([
      "RAFT-QUORUM: n1 commits entry 1, durable on nobody of n1, n2, n3",
    ]);
  });

  it("does not count a disk that holds an entry of another term there", () => {
    raft.step("n2", { term: 1, log: logOf(1) });
    const deed = { role: "leader", term: 2, votedFor: "n1", log: logOf(2) };
    raft.step("n1", deed);
    expect(raft.step("n1", { commit: 1 })).toEqual([
      "RAFT-QUORUM: n1 commits entry 1, durable on n1 of n1, n2, n3",
    ]);
  });

  it("does not count a disk that has lost everything", () => {
    const log = logOf(1);
    raft.steps(["n1", "n2"], { term: 1, votedFor: "n1", log });
    raft.crash("n2");
    raft.wipe("n2");
    raft.restart("n2", {});
    expect(raft.step("n1", { role: "leader", commit: 1 })).toEqual([
      "RAFT-QUORUM: n1 commits entry 1, durable on n1 of n1, n2, n3",
    ]);
  });

  it("accepts an old entry that is committed by one of the leader's own above it", () => {
    const log = logOf(1, 2);
    raft.steps(["n1", "n2"], { term: 2, votedFor: "n1", log });
    expect(raft.step("n1", { role: "leader", commit: 2 })).toEqual([]);
  });

  it("rejects an old entry that is committed by counting", () => {
    const log = logOf(1);
    raft.steps(["n1", "n2"], { term: 2, votedFor: "n1", log });
    expect(raft.step("n1", { role: "leader", commit: 1 })).toEqual([
      "RAFT-QUORUM: leader n1 of term 2 commits entry 1 of term 1",
    ]);
  });

  it("rejects a follower that commits more than any leader has", () => {
    const log = logOf(1, 1);
    raft.steps(["n1", "n2"], { term: 1, votedFor: "n1", log });
    raft.step("n1", { role: "leader", commit: 1 });
    expect(raft.step("n2", { commit: 2 })).toEqual(["RAFT-QUORUM: n2 commits 2, leaders only 1"]);
  });
});

describe("RAFT-KEEP", () => {
  beforeEach(() => {
    const log = logOf(1, 1, 1);
    raft.steps(["n1", "n2"], { term: 1, votedFor: "n1", log });
    raft.step("n1", { role: "leader", commit: 2 });
  });

  it("accepts that the rest of a log is replaced", () => {
    const log = [...raft.member("n2").log.slice(0, 2), { term: 2, command: "y" }];
    expect(raft.step("n2", { term: 2, log })).toEqual([]);
  });

  it("accepts that a committed entry is replaced by itself", () => {
    expect(raft.step("n2", { log: structuredClone(raft.member("n2").log) })).toEqual([]);
  });

  it("accepts that an entry goes which only another log's entry there is committed", () => {
    raft.step("n3", { term: 3, log: logOf(1, 3) });
    expect(raft.step("n3", { log: raft.member("n1").log })).toEqual([]);
  });

  it("accepts a restart without entries that were not durable", () => {
    raft.step("n3", { term: 1, log: raft.member("n1").log, isDurable: false });
    raft.crash("n3");
    expect(raft.restart("n3", { term: 1, log: logOf(1) })).toEqual([]);
  });

  it("rejects a follower that removes a committed entry, not knowing of the commit", () => {
    expect(raft.step("n2", { log: raft.member("n2").log.slice(0, 1) })).toEqual([
      "RAFT-KEEP: n2 removes committed entry 2",
    ]);
  });

  it("rejects a follower that replaces a committed entry", () => {
    const log = [...raft.member("n2").log.slice(0, 1), { term: 2, command: "y" }];
    expect(raft.step("n2", { term: 2, log })).toEqual(["RAFT-KEEP: n2 removes committed entry 2"]);
  });
});

describe("RAFT-MONO", () => {
  const heartbeat = { to: "n2", message: { type: "append", term: 3 } };

  it("accepts term, commit and applied that rise or stay", () => {
    const log = logOf(1, 1);
    raft.steps(["n1", "n2"], { term: 1, votedFor: "n1", log });
    raft.step("n1", { role: "leader", commit: 2, applied: 1 });
    expect(raft.step("n1", { applied: 2 })).toEqual([]);
    expect(raft.step("n1", { role: "follower", term: 5 })).toEqual([]);
  });

  it("accepts a restart that has lost a term nobody was told of, with nothing applied", () => {
    const log = logOf(1);
    raft.steps(["n1", "n2"], { term: 1, votedFor: "n1", log });
    raft.step("n1", { role: "leader", commit: 1, applied: 1 });
    raft.step("n1", { role: "follower", term: 4, isDurable: false });
    raft.crash("n1");
    expect(raft.restart("n1", { term: 1, votedFor: "n1", log })).toEqual([]);
  });

  it.each([
    ["term", { term: 2 }, "RAFT-MONO: n1 falls from term 3 to 2"],
    ["commit", { commit: 1, applied: 1 }, "RAFT-MONO: n1 falls from commit 2 to 1"],
    ["applied", { applied: 1 }, "RAFT-MONO: n1 falls from applied 2 to 1"],
  ])("rejects a %s that falls", (_, fall, message) => {
    const log = logOf(3, 3);
    raft.steps(["n1", "n2"], { term: 3, votedFor: "n1", log });
    raft.step("n1", { role: "leader", commit: 2, applied: 2 });
    raft.step("n1", { role: "follower" });
    expect(raft.step("n1", fall)).toEqual([message]);
  });

  it("rejects a restart in a lower term than was promised", () => {
    raft.step("n1", { term: 3, sent: [heartbeat] });
    raft.crash("n1");
    expect(raft.restart("n1", { term: 2 })).toEqual([
      "RAFT-MONO: n1 has term 2 after it promised term 3",
      "RAFT-RECALL: n1 starts with term 2, durable was 3",
    ]);
  });
});

describe("RAFT-RECALL", () => {
  const log = logOf(1, 3, 4);
  const others = logOf(4);

  beforeEach(() => {
    raft.step("n1", { term: 3, log: log.slice(0, 2) });
    raft.step("n1", { term: 4, log, isDurable: false });
    raft.step("n2", { term: 4, log: others });
    raft.crash("n1");
  });

  it.each<[string, Partial<HandMadeMember>]>([
    ["all that was durable", { term: 3, log: log.slice(0, 2) }],
    ["more than was durable", { term: 4, log }],
    ["an entry in place of durable ones", { term: 4, log: others }],
    ["nothing, if it is silent", { isHalted: true }],
  ])("accepts a start with %s", (_, fields) => {
    expect(raft.restart("n1", fields)).toEqual([]);
  });

  it.each([
    ["a lower term", { term: 2, log: log.slice(0, 2) }, "with term 2, durable was 3"],
    ["fewer entries", { term: 3, log: log.slice(0, 1) }, "with entries up to 1, durable were 2"],
    ["no entries", { term: 3 }, "with entries up to 0, durable were 2"],
  ])("rejects a start with %s", (_, fields, message) => {
    expect(raft.restart("n1", fields)).toEqual([`RAFT-RECALL: n1 starts ${message}`]);
  });
});

describe("RAFT-DURABLE", () => {
  it.each(["vote", "voteReply", "append", "appendReply"])(
    "rejects a %s of a term that is not durable",
    (type) => {
      raft.step("n1", { term: 2 });
      const sent = [{ to: "n2", message: { type, term: 3 } }];
      expect(raft.step("n1", { term: 3, sent, isDurable: false })).toEqual([
        "RAFT-DURABLE: n1 promises term 3 while its disk has term 2",
      ]);
    },
  );

  it("accepts an acknowledgement of what is durable", () => {
    expect(raft.step("n2", { term: 1, log: logOf(1), sent: [accept("n1", 1, 1)] })).toEqual([]);
  });

  it("accepts a refusal that names an index beyond the log", () => {
    const message = { type: "appendReply", term: 1, accepted: false, match: 9 };
    expect(raft.step("n2", { term: 1, sent: [{ to: "n1", message }] })).toEqual([]);
  });

  it("rejects an acknowledgement of what is not durable", () => {
    raft.step("n2", { term: 1, log: logOf(1) });
    const log = [...raft.member("n2").log, ...logOf(1)];
    const deed = { log, sent: [accept("n1", 1, 2)], isDurable: false };
    const said = ["RAFT-DURABLE: n2 acknowledges entry 2, durable are 1"];
    expect(raft.step("n2", { ...deed, falls: true })).toEqual(said);
  });
});
