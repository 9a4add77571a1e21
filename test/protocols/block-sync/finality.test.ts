import { describe, expect, it } from "vitest";
import {
  type ChainBlock,
  type ChainState,
  newChain,
  tipOf,
} from "../../../src/protocols/block-sync/chain.ts";
import {
  type Certificate,
  isCertificate,
  quorumOf,
} from "../../../src/protocols/block-sync/finality/certificate.ts";
import {
  addBlock,
  addVotes,
  type FinalityState,
  newFinality,
  VOTES_ABOVE,
  VOTES_PER_HEIGHT,
  votesToShow,
} from "../../../src/protocols/block-sync/finality/finality.ts";
import { block, FIRST, hashesOf, line, pointOf, voteOf } from "../../support/chain-blocks.ts";

const FOUR = ["v1", "v2", "v3", "v4"];
const LINE = line("b", FIRST, 5);
const [B1, B2, B3] = LINE as [ChainBlock, ChainBlock, ChainBlock];
const BRANCH = line("branch", FIRST, 3);

interface Known {
  readonly chain: ChainState;
  readonly finality: FinalityState;
}

function knowing(blocks: readonly ChainBlock[], validators: readonly string[] = FOUR): Known {
  const known = { chain: newChain(FIRST), finality: newFinality(validators) };
  for (const one of blocks) addBlock(known.finality, known.chain, one);
  return known;
}

function vote(known: Known, source: ChainBlock, target: ChainBlock, voters: readonly string[]) {
  const votes = voters.map((voter) => voteOf(voter, source, target));
  return addVotes(known.finality, known.chain, votes);
}

const THREE = FOUR.slice(0, 3);

describe("a quorum", () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 3],
    [5, 4],
    [6, 5],
    [7, 5],
  ])("of %i validators is more than two thirds: %i", (count, expected) => {
    expect(quorumOf(count)).toBe(expected);
  });
});

describe("a block", () => {
  it("is justified by votes of more than two thirds for a link, not by exactly two thirds", () => {
    const six = [...FOUR, "v5", "v6"];
    const known = knowing(LINE, six);
    expect(vote(known, FIRST, B2, FOUR).change.justified).toBeUndefined();
    expect(vote(known, FIRST, B2, ["v5"]).change.justified).toEqual(pointOf(B2));
    expect(known.finality.justification!.votes.length).toBe(5);
  });

  it("is not justified by votes for different links", () => {
    const known = knowing(LINE);
    vote(known, FIRST, B2, ["v1", "v2"]);
    expect(vote(known, B1, B2, ["v3", "v4"]).change.justified).toBeUndefined();
  });

  it("is not justified by one validator's vote, however often it comes", () => {
    const known = knowing(LINE);
    const { outcomes, change } = vote(known, FIRST, B1, ["v1", "v1", "v1", "stranger"]);
    expect(outcomes).toEqual(["added", "known", "known", "not a validator"]);
    expect(change.justified).toBeUndefined();
  });

  it("is final when a quorum has voted for the link to its child", () => {
    const known = knowing(LINE);
    vote(known, FIRST, B1, THREE);
    const { change } = vote(known, B1, B2, THREE);
    expect(change).toEqual({ tip: undefined, justified: pointOf(B2), finalized: pointOf(B1) });
    expect(known.finality.certificate).toMatchObject({ source: pointOf(B1), target: pointOf(B2) });
  });

  it("is not final when the link leads further than to its child", () => {
    const known = knowing(LINE);
    vote(known, FIRST, B1, THREE);
    expect(vote(known, B1, B3, THREE).change.finalized).toBeUndefined();
  });

  it("is justified and final once it comes, when the votes came before it", () => {
    const known = knowing([]);
    vote(known, FIRST, B1, THREE);
    vote(known, B1, B2, THREE);
    expect(addBlock(known.finality, known.chain, B1).justified).toEqual(pointOf(B1));
    expect(addBlock(known.finality, known.chain, B2)).toEqual({
      tip: { orphaned: [], adopted: hashesOf([B2]) },
      ...{ justified: pointOf(B2), finalized: pointOf(B1) },
    });
  });

  it("takes the chain to its branch when it is justified there", () => {
    const known = knowing([...LINE, ...BRANCH]);
    const { change } = vote(known, FIRST, BRANCH[0]!, THREE);
    expect(change.tip).toEqual({ orphaned: LINE, adopted: hashesOf(BRANCH) });
    expect(tipOf(known.chain)).toBe(BRANCH[2]);
  });
});

describe("a branch that becomes final at once", () => {
  it("still shows the blocks that leave the chain, which are forgotten then", () => {
    const known = knowing([...LINE, ...BRANCH]);
    const { change } = vote(known, BRANCH[0]!, BRANCH[1]!, THREE);
    expect([change.finalized, change.tip?.orphaned]).toEqual([pointOf(BRANCH[0]!), LINE]);
    expect(LINE.some(({ header }) => known.chain.blocks.has(header.hash))).toBe(false);
  });
});

describe("a vote is not counted", () => {
  it("whose target does not descend from its source", () => {
    const known = knowing([...LINE, ...BRANCH]);
    const { outcomes, change } = vote(known, BRANCH[0]!, B2, THREE);
    expect(outcomes).toEqual(["not a link", "not a link", "not a link"]);
    expect(change.justified).toBeUndefined();
  });

  it("that was such a one before its target was known", () => {
    const known = knowing(BRANCH);
    vote(known, BRANCH[0]!, B2, THREE);
    addBlock(known.finality, known.chain, B1);
    expect(addBlock(known.finality, known.chain, B2).justified).toBeUndefined();
  });

  it("whose target has another height than it says", () => {
    const known = knowing(LINE);
    const votes = THREE.map((voter) => ({
      ...voteOf(voter, FIRST, B2),
      target: { ...pointOf(B2), height: 3 },
    }));
    const { outcomes } = addVotes(known.finality, known.chain, votes);
    expect(outcomes).toEqual(["not a link", "not a link", "not a link"]);
  });

  it("for a target too far above the tip, and its memory is spared", () => {
    const known = knowing([]);
    const far = line("far", FIRST, VOTES_ABOVE + 1);
    expect(vote(known, FIRST, far.at(-2)!, ["v1"]).outcomes).toEqual(["added"]);
    expect(vote(known, FIRST, far.at(-1)!, ["v1"]).outcomes).toEqual(["out of reach"]);
    expect(known.finality.cast.get("v1")!.length).toBe(1);
  });

  it("of whoever votes for too many blocks of one height", () => {
    const known = knowing([]);
    const rivals = Array.from({ length: VOTES_PER_HEIGHT }, (_, i) => block(`rival${i}`, FIRST));
    const outcomes = rivals.flatMap((rival) => vote(known, FIRST, rival, ["v1"]).outcomes);
    expect(new Set(outcomes)).toEqual(new Set(["added"]));
    expect(vote(known, FIRST, B1, ["v1"]).outcomes).toEqual(["too many"]);
  });

  it("of whoever votes for too many, but with the others of a whole certificate", () => {
    const known = knowing([B1, B2]);
    const rivals = Array.from({ length: VOTES_PER_HEIGHT }, (_, i) => block(`rival${i}`, B1));
    for (const rival of rivals) vote(known, B1, rival, ["v1"]);
    const { outcomes, change } = vote(known, B1, B2, THREE);
    expect(outcomes).toEqual(["too many", "added", "added"]);
    expect(change.finalized?.hash).toBe(B1.header.hash);
  });
});

describe("evidence", () => {
  it("shows who votes twice for one height, once", () => {
    const known = knowing([]);
    vote(known, FIRST, B2, ["v1", "v2"]);
    const { evidence } = vote(known, FIRST, BRANCH[1]!, ["v1"]);
    expect(evidence.map(({ kind, offender }) => [kind, offender])).toEqual([["double vote", "v1"]]);
    expect(vote(known, B1, B2, ["v1"]).evidence).toEqual([]);
    expect([...known.finality.evidence.keys()]).toEqual(["double vote v1"]);
  });

  it("shows who votes around a vote of its own, in either order", () => {
    const inner = [B1, B2] as const;
    const outer = [FIRST, B3] as const;
    const one = knowing([]);
    vote(one, ...inner, ["v1"]);
    const after = vote(one, ...outer, ["v1"]).evidence;
    const other = knowing([]);
    vote(other, ...outer, ["v1"]);
    const before = vote(other, ...inner, ["v1"]).evidence;
    expect(after.map(({ kind }) => kind)).toEqual(["surround vote"]);
    expect(before).toEqual(after);
  });

  it("does not show who keeps the rules", () => {
    const known = knowing(LINE);
    vote(known, FIRST, B1, FOUR);
    vote(known, FIRST, B2, FOUR);
    expect(vote(known, B1, B3, FOUR).evidence).toEqual([]);
  });
});

describe("a certificate", () => {
  const votes = THREE.map((voter) => voteOf(voter, B1, B2));
  const certificate: Certificate = { source: pointOf(B1), target: pointOf(B2), votes };
  const isSigned = () => true;

  it("is a quorum's votes for one link", () => {
    expect(isCertificate(certificate, FOUR, isSigned)).toBe(true);
  });

  it.each<readonly [string, Certificate]>([
    ["too few votes", { ...certificate, votes: votes.slice(1) }],
    ["one twice", { ...certificate, votes: [votes[0]!, votes[1]!, votes[1]!] }],
    ["a stranger's", { ...certificate, votes: [...votes.slice(1), voteOf("x", B1, B2)] }],
    ["one for another target", { ...certificate, votes: [...votes, voteOf("v4", B1, B3)] }],
    ["one for another source", { ...certificate, votes: [...votes, voteOf("v4", FIRST, B2)] }],
  ])("is none with %s", (_, wrong) => {
    expect(isCertificate(wrong, FOUR, isSigned)).toBe(false);
  });

  it("is none with a wrong signature", () => {
    const isSignedByMost = ({ validator }: { validator: string }) => validator !== "v2";
    expect(isCertificate(certificate, FOUR, isSignedByMost)).toBe(false);
  });

  it("proves to a late-comer what is final, although it came long before the blocks", () => {
    const far = line("far", FIRST, VOTES_ABOVE + 2);
    const [source, target] = [far.at(-2)!, far.at(-1)!];
    const late = knowing([]);
    const { outcomes } = vote(late, source, target, THREE);
    expect(outcomes).toEqual(["out of reach", "out of reach", "out of reach"]);
    for (const one of far.slice(0, -1)) addBlock(late.finality, late.chain, one);
    const change = addBlock(late.finality, late.chain, target);
    expect(change.finalized).toEqual(pointOf(source));
    expect(change.justified).toEqual(pointOf(target));
    expect(late.finality.ahead).toBeUndefined();
  });

  it("is shown to peers with the votes for what comes next", () => {
    const known = knowing(LINE);
    vote(known, FIRST, B1, THREE);
    vote(known, B1, B2, THREE);
    vote(known, B2, B3, ["v4"]);
    const late = knowing(LINE);
    addVotes(late.finality, late.chain, votesToShow(known.finality, known.chain));
    expect(late.chain.finalized).toEqual(pointOf(B1));
    expect(late.chain.justified).toEqual(pointOf(B2));
    expect(votesToShow(known.finality, known.chain).length).toBe(4);
  });
});

describe("memory", () => {
  it("does not grow with the chain", () => {
    const known = knowing([]);
    let parent = FIRST;
    for (const one of line("long", FIRST, 1_000)) {
      addBlock(known.finality, known.chain, one);
      vote(known, parent, one, FOUR);
      parent = one;
    }
    expect(known.chain.finalized.height).toBe(999);
    expect(known.finality.links.size).toBeLessThan(100);
    expect(known.finality.cast.get("v1")!.length).toBeLessThan(100);
  });
});
