import { describe, expect, it } from "vitest";
import {
  eachTells,
  finalityHasItsQuorum,
  nothingBecomesFinal,
  offencesAreFound,
  theHonestAreNotBlamed,
  votesAreDurable,
  votesBreakNoRule,
} from "../../src/invariants/chain-votes.ts";
import { HandMadeChain, says } from "../support/hand-made-chain.ts";

const HONEST = () => false;
const FINAL = says("finalized", { height: 1, hash: "a1" });
const FIRST = says("vote cast", { height: 2, hash: "a2", source: 1 });

describe("a block that becomes final", () => {
  const votedBy = (voters: readonly string[], liars: readonly string[] = []): string[] => {
    const validators = ["a", "b", "c"];
    const mayLie = (host: string): boolean => liars.includes(host);
    const world = new HandMadeChain(finalityHasItsQuorum("QUORUM", { validators, mayLie }));
    for (const voter of voters) world.tells(1, voter, FIRST);
    world.has(2, "a", ["a1", "a2"]);
    return world.tells(3, "a", FINAL);
  };

  it("has more than two thirds of the votes", () => {
    expect(votedBy(["a", "b", "c"])).toEqual([]);
    expect(votedBy(["a", "b", "b"])).toEqual(["QUORUM: a: block 1 is final with 2 of 3 votes"]);
  });

  it("may have those of liars", () => {
    expect(votedBy(["a", "b"], ["c"])).toEqual([]);
  });

  it("has them for its child", () => {
    const world = new HandMadeChain(
      finalityHasItsQuorum("QUORUM", { validators: ["a"], mayLie: HONEST }),
    );
    world.tells(1, "a", says("vote cast", { height: 2, hash: "b2", source: 1 }));
    world.has(2, "a", ["a1", "a2"]);
    expect(world.tells(3, "a", FINAL)).toEqual(["QUORUM: a: block 1 is final with 0 of 1 votes"]);
  });

  it("does not where no quorum is in reach", () => {
    const span = { hosts: ["a"], from: 10, until: 20 };
    const world = new HandMadeChain(nothingBecomesFinal("ISOLATED", span));
    expect([...world.tells(9, "a", FINAL), ...world.tells(15, "b", FINAL)]).toEqual([]);
    expect(world.tells(15, "a", FINAL)).toEqual([
      "ISOLATED: a: block 1 is final without a quorum in reach",
    ]);
  });
});

describe("an honest validator's votes", () => {
  const second = (height: number, hash: string, source: number): string[] => {
    const world = new HandMadeChain(votesBreakNoRule("VOTES", HONEST));
    world.tells(1, "a", says("vote cast", { height: 4, hash: "a4", source: 2 }));
    return world.tells(2, "a", says("vote cast", { height, hash, source }));
  };

  it("rise", () => {
    expect([...second(5, "a5", 2), ...second(5, "a5", 4), ...second(4, "a4", 2)]).toEqual([]);
  });

  it("are never two for one height", () => {
    expect(second(4, "b4", 2)).toEqual(["VOTES: a has voted for 2 -> 4 a4, and now for 2 -> 4 b4"]);
  });

  it("do not go around one another", () => {
    expect(second(5, "a5", 1)).toEqual(["VOTES: a has voted for 2 -> 4 a4, and now for 1 -> 5 a5"]);
    expect(second(3, "a3", 3)).toEqual(["VOTES: a has voted for 2 -> 4 a4, and now for 3 -> 3 a3"]);
  });

  it("are on its disk before they are seen", () => {
    const world = new HandMadeChain(
      votesAreDurable("VOTE-DURABLE", { filesOf: () => ["votes"], mayLie: HONEST }),
    );
    const vote = says("vote cast", { height: 2, hash: "0a0b", source: 1 });
    world.host("a").bytes = Uint8Array.of(1, 10, 11, 2);
    expect(world.tells(1, "a", vote)).toEqual([]);
    world.host("a").bytes = Uint8Array.of(1, 10, 12, 2);
    expect(world.tells(2, "a", vote)).toEqual([
      "VOTE-DURABLE: a: its vote for block 2 is sent, and not on its disk",
    ]);
  });
});

describe("who breaks the rules", () => {
  const offence = { kind: "double vote", offender: "key of b" };
  const found = says("evidence", offence);
  const mayLie = (host: string): boolean => host === "b";

  it("is found out by all others in time", () => {
    const world = new HandMadeChain(offencesAreFound("EVIDENCE", [offence], { by: 10, mayLie }));
    expect([...world.tells(1, "a", found), ...world.end(9)]).toEqual([]);
    expect(world.end(20)).toEqual(["EVIDENCE: not by 0.01 ms: not known to c"]);
  });

  it("is not found out too late", () => {
    const world = new HandMadeChain(offencesAreFound("EVIDENCE", [offence], { by: 10, mayLie }));
    world.tells(1, "a", found);
    world.tells(2, "c", found);
    expect(world.end(20)).toEqual([]);
  });

  it("is blamed, and nobody else", () => {
    const world = new HandMadeChain(
      theHonestAreNotBlamed("BLAMELESS", { offenders: ["key of b"], mayLie }),
    );
    expect(world.tells(1, "a", found)).toEqual([]);
    expect(world.tells(2, "a", says("evidence", { ...offence, offender: "key of c" }))).toEqual([
      "BLAMELESS: a blames key of c for a double vote",
    ]);
  });
});

it("is told by each of them in time, or it is broken", () => {
  const world = new HandMadeChain(
    eachTells("DETECTED", "partition suspected", { hosts: ["a", "b"], from: 5, within: 10 }),
  );
  const suspects = { event: "partition suspected", data: {} };
  world.tells(4, "b", suspects);
  world.tells(6, "a", suspects);
  expect(world.end(20)).toEqual([
    'DETECTED: not by 0.015 ms: "partition suspected" was not told by b',
  ]);
});
