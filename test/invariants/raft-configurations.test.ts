// Who decides in Raft, and how that changes: histories that are accepted and rejected.

import { beforeEach, describe, expect, it } from "vitest";
import { canMiss, type ElectorateView, isQuorumOf } from "../../src/invariants/electorate.ts";
import type { EntryView } from "../../src/invariants/raft-view.ts";
import { accept, type Deed, grant, HandMadeRaft } from "../support/hand-made-raft.ts";

const THREE: ElectorateView = { voters: ["n1", "n2", "n3"], outgoing: [] };
const FOUR: ElectorateView = { voters: ["n1", "n2", "n3", "n4"], outgoing: [] };
const SWAPPED: ElectorateView = { voters: ["n3", "n4", "n5"], outgoing: [] };
const JOINT: ElectorateView = { voters: SWAPPED.voters, outgoing: THREE.voters };

const BLANK: EntryView = { term: 1, command: undefined };

function change(configuration: ElectorateView): EntryView {
  return { ...BLANK, configuration };
}

let raft: HandMadeRaft;

/** `n1` leads in term 1, with the votes of these and its own; all know the configuration. */
function elect(configuration: ElectorateView, supporters: readonly string[]): string[] {
  for (const id of ["n1", "n2", "n3", "n4", "n5"]) raft.step(id, { configuration });
  for (const id of supporters) raft.step(id, { term: 1, votedFor: "n1", sent: [grant("n1", 1)] });
  return raft.step("n1", { role: "leader", term: 1, votedFor: "n1", log: [BLANK] });
}

/** `n1` leads, and has what it adds to its log committed by these. */
function commit(log: readonly EntryView[], holders: readonly string[], more: Deed = {}): string[] {
  raft.step("n1", { log });
  raft.steps(holders, { term: 1, log, sent: [accept("n1", 1, log.length)] });
  return raft.step("n1", { commit: log.length, applied: log.length, ...more });
}

beforeEach(() => {
  raft = new HandMadeRaft(5);
});

describe("RAFT-VOTERS", () => {
  it.each<[string, ElectorateView, string[]]>([
    ["a majority of the voters", THREE, ["n2"]],
    ["both majorities in joint consensus", JOINT, ["n2", "n3", "n4"]],
  ])("accepts a leader with %s", (_what, configuration, supporters) => {
    expect(elect(configuration, supporters)).toEqual([]);
  });

  it("rejects a leader with votes of too few", () => {
    expect(elect(THREE, [])).toEqual(["RAFT-VOTERS: n1 leads in term 1 with n1 of n1, n2, n3"]);
  });

  it("rejects one with the votes of those who have none", () => {
    expect(elect(THREE, ["n4", "n5"])).toEqual([
      "RAFT-VOTERS: n1 leads in term 1 with n1, n4, n5 of n1, n2, n3",
    ]);
  });

  it("rejects one with one of two majorities", () => {
    expect(elect(JOINT, ["n4", "n5"])).toEqual([
      "RAFT-VOTERS: n1 leads in term 1 with n1, n4, n5 of n3, n4, n5 and of n1, n2, n3",
    ]);
  });

  it("rejects one that is no voter", () => {
    expect(elect(SWAPPED, ["n3", "n4"])).toEqual([
      "RAFT-VOTERS: n1 leads in term 1 and has no vote",
    ]);
  });

  it("rejects a leader that was removed and leads on, and accepts one that goes", () => {
    const log = [BLANK, change({ voters: ["n2", "n3"], outgoing: [] })];
    const removed = { configuration: log[1]!.configuration! };
    elect(THREE, ["n2"]);
    expect(commit(log, ["n2"], removed)).toEqual([
      "RAFT-VOTERS: n1 leads in term 1 and has no vote",
    ]);
    raft = new HandMadeRaft(5);
    elect(THREE, ["n2"]);
    expect(commit(log, ["n2"], { ...removed, role: "follower" })).toEqual([]);
  });
});

describe("RAFT-CONFIG", () => {
  it("accepts a change after the last is committed", () => {
    const log = [BLANK, change(FOUR)];
    elect(THREE, ["n2"]);
    expect(commit(log, ["n2"], { configuration: FOUR })).toEqual([]);
    expect(raft.step("n1", { log: [...log, change(THREE)] })).toEqual([]);
  });

  it("rejects a change while another is not committed", () => {
    const log = [BLANK, change(FOUR)];
    elect(THREE, ["n2"]);
    expect(raft.step("n1", { log })).toEqual([]);
    expect(raft.step("n1", { log: [...log, BLANK, change(THREE)] })).toEqual([
      "RAFT-CONFIG: leader n1 adds change 4, and change 2 is not committed",
    ]);
  });

  it("accepts two members that are replaced by way of both majorities", () => {
    elect(THREE, ["n2"]);
    const log = [BLANK, change(JOINT)];
    expect(commit(log, ["n2"], { configuration: JOINT })).toEqual([]);
    const end = [...log, change(SWAPPED)];
    const done = { configuration: SWAPPED, role: "follower" };
    expect(commit(end, ["n2", "n3", "n4"], done)).toEqual([]);
  });

  it("rejects two members that are replaced at once", () => {
    elect(THREE, ["n2"]);
    const done = { configuration: SWAPPED, role: "follower" };
    expect(commit([BLANK, change(SWAPPED)], ["n2"], done)).toEqual([
      "RAFT-CONFIG: entry 2: quorums of n1, n2, n3 and of n3, n4, n5 may miss each other",
    ]);
  });
});

describe("RAFT-CONFIG of two that lead at once", () => {
  const DISJOINT: ElectorateView = { voters: ["n4", "n5"], outgoing: [] };

  /** `n4` leads in term 2, with its own vote and that of others. */
  function rebel(configuration: ElectorateView, supporters: readonly string[]): string[] {
    raft.step("n4", { configuration });
    for (const id of supporters) {
      raft.step(id, { configuration, term: 2, votedFor: "n4", sent: [grant("n4", 2)] });
    }
    return raft.step("n4", { role: "leader", term: 2, votedFor: "n4" });
  }

  it("accepts an older one that cannot have a majority any more", () => {
    elect(FOUR, ["n2", "n3"]);
    expect(rebel(FOUR, ["n2", "n3"])).toEqual([]);
  });

  it("rejects two with majorities that do not know of each other", () => {
    elect(THREE, ["n2"]);
    expect(rebel(DISJOINT, ["n5"])).toEqual([
      "RAFT-CONFIG: n4 of term 2 and n1 of term 1 lead at once, and both may find a quorum",
    ]);
  });

  it("rejects an older one that comes to count with others", () => {
    elect(FOUR, ["n2", "n3"]);
    rebel(FOUR, ["n2", "n3"]);
    const done = { configuration: { voters: ["n1", "n5"], outgoing: [] }, commit: 1, applied: 1 };
    expect(raft.step("n1", done)).toContain(
      "RAFT-CONFIG: n1 of term 1 and n4 of term 2 lead at once, and both may find a quorum",
    );
  });
});

describe("RAFT-QUORUM", () => {
  it("counts voters only", () => {
    elect(THREE, ["n2"]);
    expect(commit([BLANK], ["n4", "n5"])).toEqual([
      "RAFT-QUORUM: n1 commits entry 1, durable on n1, n4, n5 of n1, n2, n3",
    ]);
  });

  it("takes both majorities in joint consensus", () => {
    elect(JOINT, ["n2", "n3", "n4"]);
    expect(commit([BLANK], ["n4", "n5"])).toEqual([
      "RAFT-QUORUM: n1 commits entry 1, durable on n1, n4, n5 of n3, n4, n5 and of n1, n2, n3",
    ]);
    raft = new HandMadeRaft(5);
    elect(JOINT, ["n2", "n3", "n4"]);
    expect(commit([BLANK], ["n3", "n4"])).toEqual([]);
  });
});

describe("RAFT-QUORUM of what is committed with a change, and behind it", () => {
  const TWO: ElectorateView = { voters: ["n1", "n2"], outgoing: [] };
  const ALONE: ElectorateView = { voters: ["n1"], outgoing: [] };

  /** `n1` leads with `n2`; it commits the change, and an entry behind it, in one step. */
  const together = (
    from: ElectorateView,
    to: ElectorateView,
    ofChange: string[],
    more: string[],
  ) => {
    elect(from, ["n2"]);
    const log = [BLANK, change(to), BLANK];
    raft.step("n1", { log });
    raft.steps(ofChange, { term: 1, log: log.slice(0, 2), sent: [accept("n1", 1, 2)] });
    raft.steps(more, { term: 1, log, sent: [accept("n1", 1, 3)] });
    return raft.step("n1", { commit: 3, applied: 3, configuration: to });
  };

  it("takes a majority of the old members for both, or of the new ones for the entry", () => {
    expect(together(THREE, FOUR, [], ["n2"])).toEqual([]);
    raft = new HandMadeRaft(5);
    expect(together(TWO, ALONE, ["n2"], [])).toEqual([]);
  });

  it("rejects a change with too few of the old ones", () => {
    expect(together(TWO, ALONE, [], [])).toEqual([
      "RAFT-QUORUM: n1 commits entry 2, durable on n1 of n1, n2",
    ]);
  });

  it("rejects an entry with too few of either", () => {
    expect(together(THREE, FOUR, ["n2"], [])).toEqual([
      "RAFT-QUORUM: n1 commits entry 3, durable on n1 of n1, n2, n3, n4",
    ]);
  });
});

describe("quorums", () => {
  it("are more than half of each half", () => {
    const among = (...ids: string[]) => isQuorumOf(JOINT, (id) => ids.includes(id));
    expect(among("n3", "n4")).toBe(false);
    expect(among("n2", "n3", "n4")).toBe(true);
  });

  it.each<[string, ElectorateView, ElectorateView, boolean]>([
    ["of three and of four with one more", THREE, FOUR, false],
    ["of three and of three with two others", THREE, SWAPPED, true],
    ["of three and of both", THREE, JOINT, false],
    ["of both and of the new three", JOINT, SWAPPED, false],
  ])("%s", (_what, one, other, expected) => {
    expect(canMiss(one, other)).toBe(expected);
    expect(canMiss(other, one)).toBe(expected);
  });
});
