// Lives of a node that crashes at any time, on a disk that keeps of a crash what chance has it.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChainBlock, tipOf } from "../../../src/protocols/block-sync/chain.ts";
import { addVotes } from "../../../src/protocols/block-sync/finality/finality.ts";
import { RandomStream } from "../../../src/sim/random/random.ts";
import { ManualDisk } from "../../support/recording-env.ts";
import { madeBlock, madeVote, StoredNode } from "../../support/stored-chain.ts";

type Step = "block" | "branch" | "vote" | "sync" | "failed sync" | "retry" | "crash" | "restart";

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<Step>("block", "block", "vote", "sync") },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Step>("branch", "failed sync", "retry", "crash", "restart"),
  },
);

interface Told {
  readonly steps: readonly Step[];
  readonly seed: number;
  readonly keptBlocks: number;
}

const stories: fc.Arbitrary<Told> = fc.record({
  steps: fc.array(steps, { minLength: 20, maxLength: 120 }),
  seed: fc.nat(),
  keptBlocks: fc.constantFrom(0, 6),
});

/** Two segments are removed, the second when a sync has ended that was under way at the first. */
const SECOND_REMOVAL: Told = {
  steps: [
    ...(["block", "crash", "block", "block", "block", "block", "block", "block"] as const),
    ...(["restart", "block", "retry", "block", "sync", "failed sync", "block", "retry"] as const),
    ...(["vote", "vote", "sync", "block", "branch", "block", "vote", "restart"] as const),
  ],
  seed: 24,
  keptBlocks: 6,
};

/** A node, what it was told is durable, and how its disk is treated. */
class Story {
  readonly #disk = new ManualDisk(64);
  readonly #options: { readonly segmentBlocks: number; readonly keptBlocks: number };
  readonly #random: RandomStream;
  #made = 0;
  node: StoredNode;
  /** What a crash must not take. */
  readonly blocks = new Set<string>();
  readonly votes = new Set<number>();

  constructor(seed: number, keptBlocks: number) {
    this.#random = new RandomStream(`crashes ${seed}`);
    this.#options = { segmentBlocks: 3, keptBlocks };
    this.node = new StoredNode(this.#disk, this.#options);
  }

  take(step: Step): void {
    const { node } = this;
    const tip = tipOf(node.chain);
    switch (step) {
      case "block":
        this.#add(tip);
        break;
      case "branch": {
        const parent = node.chain.blocks.get(tip.header.parent);
        const isFinal = tip.header.height <= node.chain.finalized.height;
        if (parent !== undefined && !isFinal) this.#add(parent);
        break;
      }
      case "vote":
        this.#vote(tip);
        break;
      case "sync":
        if (this.#disk.syncs.length > 0) node.complete();
        break;
      case "failed sync":
        if (this.#disk.syncs.length > 0) node.complete({ kind: "io" });
        break;
      case "retry":
        node.store.retry();
        break;
      case "crash":
        this.#note();
        this.#disk.syncs.length = 0;
        this.#disk.crash(this.#random);
        this.node = new StoredNode(this.#disk, this.#options);
        break;
      case "restart":
        this.#note();
        this.#disk.syncs.length = 0;
        this.node = new StoredNode(this.#disk, this.#options);
        break;
      default:
    }
  }

  #add(parent: ChainBlock): void {
    this.node.add(madeBlock(`block${this.#made++}`, parent));
  }

  #vote(tip: ChainBlock): void {
    const { chain, finality, store } = this.node;
    const parent = chain.blocks.get(tip.header.parent);
    const own = this.node.state.votes.own.at(-1)?.target.height ?? 0;
    if (parent === undefined || tip.header.height <= own) return;
    const vote = madeVote(parent, tip);
    if (!store.appendVote(vote)) return;
    addVotes(finality, chain, [vote]);
    if (finality.certificate !== undefined) {
      store.appendCertificate("final", finality.certificate);
    }
    store.prune();
  }

  #note(): void {
    for (const one of this.node.durable) {
      if (one.kind === "block") this.blocks.add(one.hash);
      else this.votes.add(one.target.height);
    }
  }
}

describe("a store that crashes at any time", () => {
  it("has what it has said is durable, and takes no crash for damage", () => {
    const property = fc.property(stories, ({ steps: taken, seed, keptBlocks }) => {
      const story = new Story(seed, keptBlocks);
      for (const step of [...taken, "crash" as const]) story.take(step);
      const { recovered, chain, state } = story.node;
      expect(recovered.damage).toBeUndefined();
      expect(recovered.areVotesLost).toBe(false);
      const lost = [...story.blocks].filter((hash) => !state.blocks.places.has(hash));
      // What is gone was pruned, or a branch that lost.
      expect(keptBlocks === 0 ? lost : []).toEqual([]);
      const highest = Math.max(0, ...story.votes);
      expect(recovered.votes.at(-1)?.target.height ?? 0).toBeGreaterThanOrEqual(highest);
      expect(story.node.store.verify()).toBe(tipOf(chain).header.height);
    });
    fc.assert(property, { numRuns: 100, examples: [[SECOND_REMOVAL]] });
  });
});
