// Small worlds of validators, each with a chain of its own and with the very functions that nodes
// use, in which blocks and votes arrive in any order, late or never.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChainBlock, newChain, tipOf } from "../../../src/protocols/block-sync/chain.ts";
import type { Hash } from "../../../src/protocols/block-sync/encoding/hash.ts";
import { keyOfVote } from "../../../src/protocols/block-sync/finality/certificate.ts";
import { voteEvidence } from "../../../src/protocols/block-sync/finality/evidence.ts";
import {
  addBlock,
  addVotes,
  newFinality,
} from "../../../src/protocols/block-sync/finality/finality.ts";
import { branchRefusal } from "../../../src/protocols/block-sync/finality/fork-choice.ts";
import type { Checkpoint, Vote } from "../../../src/protocols/block-sync/finality/vote.ts";
import {
  emptyVotingRecord,
  nextVote,
  recordVote,
} from "../../../src/protocols/block-sync/finality/voting.ts";
import { unreachable } from "../../../src/sim/assert.ts";
import { block, FIRST, line, voteOf } from "../../support/chain-blocks.ts";

/** What happens next; numbers choose among what there is, bits of masks one by one. */
type Step =
  | { readonly type: "make block" | "vote" | "restart"; readonly node: number }
  /** Some of the blocks that it can take, or all votes of some validators. */
  | { readonly type: "learn" | "hear"; readonly node: number; readonly mask: number }
  | { readonly type: "lie"; readonly liar: number; readonly from: number; readonly to: number }
  /** Some nodes, who hear each other only, make a block and vote; all liars say what they say. */
  | { readonly type: "round"; readonly node: number; readonly mask: number }
  /** A liar votes for all that anybody has voted for. */
  | { readonly type: "echo"; readonly liar: number };

const node = fc.nat(9);
const mask = fc.oneof(fc.constant(0xff), fc.nat(0xff));
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constantFrom("make block" as const, "vote" as const), node }),
  fc.record({ type: fc.constantFrom("vote" as const, "vote" as const, "restart" as const), node }),
  fc.record({ type: fc.constantFrom("learn" as const, "hear" as const), node, mask }),
  fc.record({ type: fc.constantFrom("learn" as const, "hear" as const), node, mask }),
  fc.record({ type: fc.constant("lie" as const), liar: node, from: fc.nat(9), to: fc.nat(9) }),
  fc.record({ type: fc.constant("echo" as const), liar: node }),
  fc.record({ type: fc.constant("round" as const), node, mask }),
);

class World {
  readonly blocks: ChainBlock[] = [FIRST];
  /** Each once. */
  readonly votes = new Map<string, Vote>();
  readonly honest: readonly Validator[];
  readonly liars: readonly string[];

  constructor(honest: number, liars: number) {
    this.liars = Array.from({ length: liars }, (_, i) => `liar${i}`);
    const names = Array.from({ length: honest }, (_, i) => `honest${i}`);
    const all = [...names, ...this.liars];
    this.honest = names.map((name) => new Validator(name, all));
  }

  take(next: Step): void {
    switch (next.type) {
      case "make block": {
        const maker = this.#nodeOf(next.node);
        this.blocks.push(block(`block${this.blocks.length}`, tipOf(maker.chain)));
        maker.learn(this.blocks.slice(-1), 1);
        break;
      }
      case "vote":
        for (const vote of this.#nodeOf(next.node).vote()) this.votes.set(keyOfVote(vote), vote);
        break;
      case "restart":
        this.#nodeOf(next.node).restart();
        break;
      case "learn":
        this.#nodeOf(next.node).learn(this.blocks, next.mask);
        break;
      case "hear":
        this.#nodeOf(next.node).hear(this.#votesOf(next.mask));
        break;
      case "lie":
        this.#lie(next.liar, this.#recent(next.from), this.#recent(next.to));
        break;
      case "echo":
        for (const { source, target } of [...this.votes.values()]) {
          this.#lie(next.liar, this.#blockOf(source.hash), this.#blockOf(target.hash));
        }
        break;
      case "round":
        this.#round(next.node, next.mask);
        break;
      default:
        unreachable(next);
    }
  }

  #round(maker: number, chosen: number): void {
    const members = this.honest.filter((_, i) => isChosen(chosen, i));
    this.take({ type: "make block", node: maker });
    for (const member of members) member.learn(this.blocks, 0xff);
    for (const vote of members.flatMap((member) => member.vote())) {
      this.votes.set(keyOfVote(vote), vote);
    }
    for (const liar of this.liars.keys()) this.take({ type: "echo", liar });
    const liarsToo = [...members.map(({ name }) => name), ...this.liars];
    const votes = [...this.votes.values()].filter(({ validator }) => liarsToo.includes(validator));
    for (const member of members) member.hear(votes);
  }

  #lie(liar: number, source: ChainBlock, target: ChainBlock): void {
    const name = this.liars[liar % this.liars.length];
    if (name === undefined || source.header.height >= target.header.height) return;
    const vote = voteOf(name, source, target);
    this.votes.set(keyOfVote(vote), vote);
  }

  #votesOf(chosen: number): readonly Vote[] {
    const names = [...this.honest.map(({ name }) => name), ...this.liars];
    return [...this.votes.values()].filter(({ validator }) =>
      isChosen(chosen, names.indexOf(validator)),
    );
  }

  #blockOf(hash: Hash): ChainBlock {
    return this.blocks.find(({ header }) => header.hash === hash)!;
  }

  #nodeOf(number: number): Validator {
    return this.honest[number % this.honest.length]!;
  }

  #recent(back: number): ChainBlock {
    return this.blocks.at(-1 - (back % this.blocks.length))!;
  }

  /** Whether of any two final blocks one descends from the other. */
  isSafe(): boolean {
    const finals = this.honest.map(({ chain }) => chain.finalized);
    return finals.every((one) => finals.every((other) => this.#areInLine(one, other)));
  }

  #areInLine(one: Checkpoint, other: Checkpoint): boolean {
    const [low, high] = one.height < other.height ? [one, other] : [other, one];
    let at = this.#blockOf(high.hash);
    while (at.header.height > low.height) at = this.#blockOf(at.header.parent);
    return at.header.hash === low.hash;
  }
}

function isChosen(chosen: number, index: number): boolean {
  return ((chosen >> (index % 8)) & 1) === 1;
}

class Validator {
  readonly name: string;
  readonly #all: readonly string[];
  chain = newChain(FIRST);
  finality;
  record = emptyVotingRecord;

  constructor(name: string, all: readonly string[]) {
    this.name = name;
    this.#all = all;
    this.finality = newFinality(all);
  }

  /** All is lost but what it has voted for. */
  restart(): void {
    this.chain = newChain(FIRST);
    this.finality = newFinality(this.#all);
  }

  /** Takes those of the chosen blocks that it can take; false when there are none. */
  learn(blocks: readonly ChainBlock[], chosen: number): boolean {
    let isNews = false;
    for (const [index, one] of blocks.entries()) {
      const { height, parent } = one.header;
      if (height === 0 || !isChosen(chosen, index)) continue;
      const refusal = branchRefusal(this.chain, { height: height - 1, hash: parent }, 1_000);
      if (refusal !== undefined || this.chain.blocks.has(one.header.hash)) continue;
      addBlock(this.finality, this.chain, one);
      isNews = true;
    }
    return isNews;
  }

  hear(votes: readonly Vote[]): void {
    addVotes(this.finality, this.chain, votes);
  }

  vote(): readonly Vote[] {
    const link = nextVote(this.chain, this.record);
    if (link === undefined) return [];
    this.record = recordVote(this.record, link);
    const { source, target } = link;
    const { chain } = this;
    const [from, to] = [chain.blocks.get(source.hash)!, chain.blocks.get(target.hash)!];
    const vote = voteOf(this.name, from, to);
    this.hear([vote]);
    return [vote];
  }
}

function worldAfter(honest: number, liars: number, steps: readonly Step[]): World {
  const world = new World(honest, liars);
  for (const next of steps) world.take(next);
  return world;
}

const stories = fc.array(step, { minLength: 60, maxLength: 250 });

/** Some world in which fewer than a third lie. */
const worlds = fc
  .tuple(fc.constantFrom([3, 0] as const, [3, 1] as const, [5, 2] as const), stories)
  .map(([[honest, liars], steps]) => worldAfter(honest, liars, steps));

describe("two conflicting blocks are never both final", () => {
  it("where fewer than a third of the validators sign anything", () => {
    const property = fc.property(worlds, (world) => {
      expect(world.isSafe()).toBe(true);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it("and yet blocks become final in such worlds", () => {
    const heights = fc
      .sample(worlds, { numRuns: 50, seed: 1 })
      .flatMap(({ honest }) => honest.map(({ chain }) => chain.finalized.height));
    expect(Math.max(...heights)).toBeGreaterThan(9);
  });

  it("unless three of seven lie: each half of the honest ones then sees a quorum", () => {
    expect(splitWorld(4, 3).isSafe()).toBe(false);
    expect(splitWorld(5, 2).isSafe()).toBe(true);
  });
});

describe("a validator that keeps the rules", () => {
  it("never signs what is evidence against it", () => {
    const property = fc.property(worlds, ({ honest, votes }) => {
      const all = [...votes.values()];
      const found = honest.flatMap(({ name }) => {
        const own = all.filter(({ validator }) => validator === name);
        return own.flatMap((one) => own.map((other) => voteEvidence(one, other)));
      });
      expect(found.filter((evidence) => evidence !== undefined)).toEqual([]);
    });
    fc.assert(property, { numRuns: 200 });
  });
});

describe("the same blocks and votes", () => {
  it("make the same chain, in whatever order they arrive", () => {
    const arrivals = worlds.chain((world) => {
      const all = [...world.blocks.slice(1), ...world.votes.values()];
      const order = fc.shuffledSubarray(all, { minLength: all.length });
      return fc.tuple(fc.constant(world), order, order);
    });
    const property = fc.property(arrivals, ([world, one, other]) => {
      expect(chainOf(world, one)).toEqual(chainOf(world, other));
    });
    fc.assert(property, { numRuns: 200 });
  });
});

/** What an observer has in the end; blocks wait for their parents. */
function chainOf(world: World, arrivals: readonly (ChainBlock | Vote)[]) {
  const names = [...world.honest.map(({ name }) => name), ...world.liars];
  const observer = new Validator("observer", names);
  const blocks: ChainBlock[] = [];
  for (const next of arrivals) {
    if ("validator" in next) observer.hear([next]);
    else blocks.push(next);
    while (observer.learn(blocks, 0xff));
  }
  const { canonical, justified, finalized, blocks: kept } = observer.chain;
  return { canonical, justified, finalized, kept: [...kept.keys()].sort() };
}

/** Each half of the honest knows a branch of its own, and the liars vote for both. */
function splitWorld(honest: number, liars: number): World {
  const world = new World(honest, liars);
  const half = Math.floor(honest / 2);
  for (const [name, members] of [
    ["left", world.honest.slice(0, half)],
    ["right", world.honest.slice(half)],
  ] as const) {
    let parent = FIRST;
    for (const next of line(name, FIRST, 2)) {
      world.blocks.push(next);
      for (const member of members) member.learn([next], 1);
      const lies = world.liars.map((liar) => voteOf(liar, parent, next));
      const votes = [...members.flatMap((member) => member.vote()), ...lies];
      for (const member of members) member.hear(votes);
      parent = next;
    }
  }
  return world;
}
