// Raft figure 2, "Rules for Servers": leaders; and §5.3, §5.4.2, §8.

import { describe, expect, it } from "vitest";
import { candidate, follower, leader, paperOptions } from "../../support/raft-member.ts";
import { accepted, append, blank, refused, voteReply } from "../../support/raft-messages.ts";

/** What an append of the blank entry of term 2 carries, in a log of [1]. */
const FIRST = {
  ...{ type: "append", term: 2, prevIndex: 1, prevTerm: 1 },
  ...{ entries: [blank(2, 2)], commit: 0 },
};

describe("figure 2, leaders: upon election, AppendEntries to each server", () => {
  it("at once, which prevents other elections", () => {
    const member = candidate({ term: 2, log: [1] });
    const sent = member.ask("n3", voteReply(2, true));
    expect(sent).toEqual(["n2", "n3"].map((to) => ({ to, message: FIRST })));
  });

  it("and again every heartbeat interval", () => {
    const member = leader({ term: 2, log: [1] });
    const electedAt = paperOptions.electionTimeoutMin;
    const { heartbeatInterval } = paperOptions;
    expect(member.env.timers).toEqual(new Map([["heartbeat", electedAt + heartbeatInterval]]));
    expect(member.fire("heartbeat").map(({ to }) => to)).toEqual(["n2", "n3"]);
    expect(member.env.timers.get("heartbeat")).toBe(electedAt + 2 * heartbeatInterval);
  });

  it("empty, in idle times, to those that lack nothing", () => {
    const member = leader({ term: 2, log: [1] });
    member.ask("n2", accepted(2, 2));
    const [idle] = member.fire("heartbeat");
    expect(idle).toEqual({
      to: "n2",
      message: { ...FIRST, prevIndex: 2, prevTerm: 2, entries: [], commit: 2 },
    });
  });
});

describe("§8: a leader begins its term with a blank entry", () => {
  it("of its own term, at the end of its log", () => {
    const { log } = leader({ term: 3, log: [1, 1] }).state;
    expect(log.chunks[0]?.at(-1)).toEqual(blank(3, 3));
  });

  it("which is applied like any other", () => {
    const member = leader({ term: 3 });
    member.ask("n2", accepted(3, 1));
    expect(member.applied).toEqual([blank(1, 3)]);
  });
});

describe("figure 2, leaders: a command from a client", () => {
  it("is appended to the local log, with the current term", () => {
    const member = leader({ term: 2, log: [1] });
    const place = member.raft.propose("x");
    expect(place).toEqual({ index: 3, term: 2, command: "x" });
    expect(member.log).toEqual([1, 2, 2]);
  });

  it("is answered after the entry is applied, and not before a majority has it", () => {
    const member = leader({ term: 2 });
    member.propose("x");
    expect(member.applied).toEqual([]);
    member.ask("n2", accepted(2, 2));
    expect(member.applied.at(-1)).toEqual({ index: 2, term: 2, command: "x" });
  });

  it("is taken by nobody else", () => {
    expect(follower({ term: 1 }).raft.propose("x")).toBe("not leading");
    expect(candidate({ term: 1 }).raft.propose("x")).toBe("not leading");
  });
});

describe("figure 2, leaders: if last log index >= nextIndex, send from nextIndex on", () => {
  it("a command at once, to a follower whose log is known", () => {
    const member = leader({ term: 2 });
    member.ask("n2", accepted(2, 1));
    const sent = member.propose("x");
    const entry = { index: 2, term: 2, command: "x" };
    const message = { ...append(2, [1, 2], [], 1), entries: [entry] };
    expect(sent).toEqual([{ to: "n2", message }]);
  });

  it("the next one without waiting for an answer", () => {
    const member = leader({ term: 2 });
    member.ask("n2", accepted(2, 1));
    member.propose("x");
    const [next] = member.propose("y");
    expect(next).toMatchObject({ to: "n2", message: { prevIndex: 2, entries: [{ index: 3 }] } });
  });

  it("one append at a time to a follower whose log is not known yet", () => {
    expect(leader({ term: 2 }).propose("x")).toEqual([]);
  });

  it("what came meanwhile, as soon as that is answered", () => {
    const member = leader({ term: 2 });
    member.propose("x");
    const [next] = member.ask("n2", accepted(2, 1));
    expect(next).toMatchObject({ to: "n2", message: { prevIndex: 1, entries: [{ index: 2 }] } });
  });

  it("at most appendEntriesMax entries in a message", () => {
    const member = leader({ term: 3, log: [1, 1, 2], options: { appendEntriesMax: 2 } });
    const [next] = member.ask("n2", refused(3, 3, [0, 0]));
    expect(next?.message).toMatchObject({ prevIndex: 0, entries: [{ index: 1 }, { index: 2 }] });
  });
});

describe("figure 2, leaders: a success updates nextIndex and matchIndex", () => {
  it("to what the follower vouches for", () => {
    const member = leader({ term: 2, log: [1] });
    expect(member.ask("n2", accepted(2, 2))).toEqual([]);
    expect(member.progressOf("n2")).toMatchObject({ match: 2, next: 3 });
  });

  it("and a late, lower one does not undo it", () => {
    const member = leader({ term: 2, log: [1] });
    member.ask("n2", accepted(2, 2));
    member.ask("n2", accepted(2, 1));
    expect(member.progressOf("n2")).toMatchObject({ match: 2, next: 3 });
  });
});

describe("figure 2, leaders: a failure decrements nextIndex and retries", () => {
  it("with the entry before, when the logs agree up to there", () => {
    const member = leader({ term: 3, log: [1, 2] });
    const sent = member.ask("n2", refused(3, 2, [1, 1]));
    expect(member.progressOf("n2")).toMatchObject({ match: 0, next: 2 });
    expect(sent).toMatchObject([
      { to: "n2", message: { prevIndex: 1, prevTerm: 1, entries: [{ index: 2 }, { index: 3 }] } },
    ]);
  });

  it("in the end from the first entry on", () => {
    const member = leader({ term: 3, log: [1, 2] });
    const [retry] = member.ask("n2", refused(3, 2, [0, 0]));
    expect(retry?.message).toMatchObject({ prevIndex: 0, prevTerm: 0 });
  });

  it("but not for an answer that is overtaken by a success", () => {
    const member = leader({ term: 3, log: [1, 2] });
    member.ask("n2", accepted(3, 3));
    const sent = member.ask("n2", refused(3, 2, [0, 0]));
    expect(member.progressOf("n2")).toMatchObject({ next: 4, mode: "replicate" });
    expect(sent).toEqual([]);
  });

  it("but not for a second answer to the same question", () => {
    const member = leader({ term: 3, log: [1, 2] });
    member.ask("n2", refused(3, 2, [1, 1]));
    const sent = member.ask("n2", refused(3, 2, [1, 1]));
    expect(member.progressOf("n2").next).toBe(2);
    expect(sent).toEqual([]);
  });

  it("also when an append is lost: the follower refuses the next one", () => {
    const member = leader({ term: 2 });
    member.ask("n2", accepted(2, 1));
    member.propose("lost");
    member.propose("refused");
    const [retry] = member.ask("n2", refused(2, 2, [1, 2]));
    const lacking = [{ command: "lost" }, { command: "refused" }];
    expect(retry?.message).toMatchObject({ prevIndex: 1, entries: lacking });
  });
});

describe("figure 2, leaders: retry indefinitely (§5.3)", () => {
  it("an unanswered append is asked about by each heartbeat, and sent again if it is lost", () => {
    const member = leader({ term: 2, log: [1] });
    const question = { to: "n2", message: { ...FIRST, entries: [] } };
    expect(member.fire("heartbeat")[0]).toEqual(question);
    expect(member.fire("heartbeat")[0]).toEqual(question);
    expect(member.ask("n2", accepted(2, 1))[0]).toEqual({ to: "n2", message: FIRST });
  });

  it("but not if the answer shows that it has arrived", () => {
    const member = leader({ term: 2, log: [1] });
    member.fire("heartbeat");
    const sent = [...member.ask("n2", accepted(2, 2)), ...member.ask("n2", accepted(2, 1))];
    expect(sent).toEqual([]);
  });
});

describe("figure 2, leaders: commit N if a majority has matchIndex >= N", () => {
  it.each([
    { size: 1, answers: [], commit: 1 },
    { size: 2, answers: [], commit: 0 },
    { size: 2, answers: ["n2"], commit: 1 },
    { size: 3, answers: ["n2"], commit: 1 },
    { size: 4, answers: ["n2"], commit: 0 },
    { size: 4, answers: ["n2", "n3"], commit: 1 },
    { size: 5, answers: ["n2"], commit: 0 },
    { size: 5, answers: ["n4", "n5"], commit: 1 },
  ])("of $size servers, itself and $answers: commit $commit", ({ size, answers, commit }) => {
    const member = leader({ term: 2, size });
    for (const peer of answers) member.ask(peer, accepted(2, 1));
    expect(member.state.commit).toBe(commit);
  });

  it("each server counts once, however often its answer arrives", () => {
    const member = leader({ term: 2, size: 5 });
    member.ask("n2", accepted(2, 1));
    member.ask("n2", accepted(2, 1));
    expect(member.state.commit).toBe(0);
  });

  it("by what was acknowledged, not by what was sent", () => {
    const member = leader({ term: 2 });
    member.ask("n2", accepted(2, 1));
    member.propose("x");
    expect(member.state.commit).toBe(1);
  });

  it("and the next AppendEntries tells the followers", () => {
    const member = leader({ term: 2 });
    member.ask("n2", accepted(2, 1));
    const sent = member.fire("heartbeat");
    expect(sent.map(({ message }) => message)).toMatchObject([{ commit: 1 }, { commit: 1 }]);
  });
});

describe("§5.3, leaders are append-only", () => {
  it("a leader never overwrites or deletes entries in its log", () => {
    const member = leader({ term: 2, log: [1, 1] });
    const before = member.state.log.chunks.flat();
    member.ask("n2", refused(2, 2, [0, 0]));
    member.propose("x");
    member.ask("n3", append(1, [0, 0], [1]));
    expect(member.state.log.chunks.flat().slice(0, 3)).toEqual(before);
  });

  it("and two leaders in one term are a bug that is not passed over", () => {
    const member = leader({ term: 2 });
    expect(() => member.receive("n2", append(2, [0, 0], [2]))).toThrow("two leaders in term 2");
  });
});

describe("a leader whose connection to a follower is gone", () => {
  it("sends again, with the next heartbeat, what was not acknowledged", () => {
    const member = leader({ term: 2 });
    member.ask("n2", accepted(2, 1));
    member.propose("a");
    expect(member.progressOf("n2")).toMatchObject({ mode: "replicate", next: 3 });
    member.raft.onDisconnect("n2");
    expect(member.progressOf("n2")).toMatchObject({ mode: "probe", next: 2, isPaused: false });
    const [again] = member.fire("heartbeat").filter(({ to }) => to === "n2");
    expect(again?.message).toMatchObject({ prevIndex: 1, entries: [{ index: 2 }] });
  });

  it("looks again where the logs agree, if it had not found that", () => {
    const member = leader({ term: 2, log: [1, 1, 1] });
    expect(member.progressOf("n2")).toMatchObject({ mode: "probe", next: 4, isPaused: true });
    member.raft.onDisconnect("n2");
    expect(member.progressOf("n2")).toMatchObject({ mode: "probe", next: 4, isPaused: false });
  });

  it("takes no notice when it was to no member", () => {
    const member = leader({ term: 2 });
    member.raft.onDisconnect("c1");
    expect(member.role).toBe("leader");
    expect(member.env.takeSent()).toEqual([]);
  });
});
