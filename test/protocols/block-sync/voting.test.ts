import { describe, expect, it } from "vitest";
import { newChain } from "../../../src/protocols/block-sync/chain.ts";
import { insert, onJustified } from "../../../src/protocols/block-sync/finality/fork-choice.ts";
import {
  emptyVotingRecord,
  nextVote,
  recordVote,
} from "../../../src/protocols/block-sync/finality/voting.ts";
import { FIRST, line, pointOf } from "../../support/chain-blocks.ts";

const LINE = line("b", FIRST, 4);
const SOURCE = pointOf(LINE[1]!);
const TIP = pointOf(LINE[3]!);

/** A chain of four blocks, the second one justified. */
function chain() {
  const made = newChain(FIRST);
  for (const one of LINE) insert(made, one);
  onJustified(made, SOURCE);
  return made;
}

describe("a validator", () => {
  it("votes from the highest justified block to its tip", () => {
    expect(nextVote(chain(), emptyVotingRecord)).toEqual({ source: SOURCE, target: TIP });
  });

  it("does not vote again for a height for which it has voted", () => {
    expect(nextVote(chain(), { source: 0, target: 4 })).toBeUndefined();
    expect(nextVote(chain(), { source: 0, target: 3 })).toBeDefined();
  });

  it("does not vote around a vote of its own, though it has forgotten what was justified", () => {
    expect(nextVote(chain(), { source: 3, target: 3 })).toBeUndefined();
    expect(nextVote(chain(), { source: 2, target: 3 })).toBeDefined();
  });

  it("has nothing to vote for when its tip is justified", () => {
    const made = chain();
    onJustified(made, TIP);
    expect(nextVote(made, emptyVotingRecord)).toBeUndefined();
  });

  it("is bound by all its votes, whatever their order", () => {
    const votes = [
      { source: SOURCE, target: TIP },
      { source: pointOf(FIRST), target: SOURCE },
    ];
    expect(votes.reduce(recordVote, emptyVotingRecord)).toEqual({ source: 2, target: 4 });
  });
});
