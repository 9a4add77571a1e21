import { describe, expect, it } from "vitest";
import workerpool from "workerpool";
import { type Examined, lost } from "../../../src/campaign/examine.ts";
import { BlockProgress } from "../../../src/campaign/workers/block-progress.ts";
import { Blocks } from "../../../src/campaign/workers/blocks.ts";
import type { Threads } from "../../../src/campaign/workers/threads.ts";
import { ticking } from "../../support/small-scenarios.ts";

const scenario = ticking();

/** What came of a seed whose run took 5 ms. */
const examined: Examined = { ...lost(scenario), seconds: 0.005 };

/** What a worker does with a block: it begins seeds, tells of them, and returns the rest. */
type Act = (
  seeds: readonly string[],
  worker: { readonly progress: BlockProgress; readonly tell: (count: number) => void },
) => Promise<number> | number;

/** Runs every seed. */
const obedient: Act = (seeds, { progress }) => seeds.filter(() => progress.begin()).length;

/** Workers that are made up, one after another; when all acts are used up, they are obedient. */
class Actors implements Pick<Threads, "ask"> {
  /** The seeds of each block that was asked for. */
  readonly blocks: string[][] = [];
  readonly #acts: Act[];

  constructor(acts: readonly Act[]) {
    this.#acts = [...acts];
  }

  // What is asked for here is the examining of blocks, and nothing else.
  ask: Threads["ask"] = (_, args: readonly unknown[], on) => {
    const [block, buffer] = args as [{ readonly seed: string }[], SharedArrayBuffer];
    const seeds = block.map(({ seed }) => seed);
    this.blocks.push(seeds);
    const act = this.#acts.shift() ?? obedient;
    const results = (count: number) => Array.from({ length: count }, () => examined);
    const worker = {
      progress: new BlockProgress(buffer),
      tell: (count: number) => on(results(count)),
    };
    const result = (async () => {
      // A thread never answers at once.
      await undefined;
      return results(await act(seeds, worker));
    })() as Promise<never>;
    return { result, end: () => {} };
  };
}

/** Examines seeds 1, 2, … with one worker; says what came of each, as `died`, `held` or `none`. */
async function examineAll(actors: Actors, count: number): Promise<string[]> {
  const blocks = new Blocks(actors, { sources: [{ scenario }], jobs: 1, runBudget: 60 });
  // The first seed alone tells how long they take.
  const first = await blocks.examine({ scenario: 0, seed: 1 }, false);
  const others = Array.from({ length: count - 1 }, (_, i) =>
    blocks.examine({ scenario: 0, seed: i + 2 }, false),
  );
  const all = [first, ...(await Promise.all(others))];
  return all.map((one) => (one === undefined ? "none" : (one.casualty?.what ?? "held")));
}

const dead = (): never => {
  throw new Error("terminated\nexit code 1");
};

describe("a seed that is under way when all is ended", () => {
  it("comes to nothing and is named, unlike those that wait", async () => {
    let [end, tellBegun] = [(): void => {}, (): void => {}];
    const begun = new Promise<void>((resolve) => {
      tellBegun = resolve;
    });
    const hanging: Act = (_, { progress }) => {
      for (let i = 0; i < 2; i++) progress.begin();
      tellBegun();
      return new Promise((_, reject) => {
        end = () => reject(new workerpool.Promise.CancellationError("ended"));
      });
    };
    const actors = new Actors([obedient, hanging]);
    const blocks = new Blocks(actors, { sources: [{ scenario }], jobs: 1, runBudget: 60 });
    await blocks.examine({ scenario: 0, seed: 1 }, false);
    const turns = [2, 3, 4, 5, 6].map((seed) => blocks.examine({ scenario: 0, seed }, false));
    await begun;
    blocks.stop();
    end();
    expect(await Promise.all(turns)).toEqual(Array(5).fill(undefined));
    expect(blocks.interrupted).toEqual([{ scenario: 0, seed: 3 }]);
    expect(actors.blocks).toHaveLength(2);
  });
});

describe("seeds in blocks", () => {
  it("are handed out as a run of seeds, and every one has its result", async () => {
    const actors = new Actors([]);
    const came = await examineAll(actors, 21);
    expect(actors.blocks[0]).toEqual(["1"]);
    expect(actors.blocks[1]).toEqual(["2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]);
    expect(actors.blocks.flat()).toHaveLength(21);
    expect(came.every((what) => what === "held")).toBe(true);
  });

  it("have their results as soon as these are told, before the block ends", async () => {
    let endBlock = (): void => {};
    const slow: Act = async (seeds, worker) => {
      worker.progress.begin();
      worker.tell(1);
      await new Promise<void>((resolve) => {
        endBlock = resolve;
      });
      return seeds.length - 1;
    };
    const actors = new Actors([obedient, slow]);
    const blocks = new Blocks(actors, { sources: [{ scenario }], jobs: 1, runBudget: 60 });
    await blocks.examine({ scenario: 0, seed: 1 }, false);
    const turns = [2, 3, 4, 5].map((seed) => blocks.examine({ scenario: 0, seed }, false));
    expect(await turns[0]).toEqual(examined);
    endBlock();
    expect(await Promise.all(turns)).toHaveLength(4);
  });

  it("lose only the one that was under way when a worker dies", async () => {
    const dying: Act = (_, { progress, tell }) => {
      for (let i = 0; i < 4; i++) progress.begin();
      tell(2);
      return dead();
    };
    const actors = new Actors([obedient, dying]);
    const came = await examineAll(actors, 21);
    expect(actors.blocks[1]?.slice(0, 4)).toEqual(["2", "3", "4", "5"]);
    expect(
      came.map((what, i) => `${i + 1} ${what}`).filter((one) => !one.endsWith("held")),
    ).toEqual(["5 died"]);
    // What was told of is not run again; what was not told of is, with what was not begun.
    expect(actors.blocks[2]?.slice(0, 3)).toEqual(["4", "6", "7"]);
  });

  it("lose none when a worker dies between two blocks: nothing was under way", async () => {
    const actors = new Actors([obedient, dead]);
    const came = await examineAll(actors, 9);
    expect(came.every((what) => what === "held")).toBe(true);
    expect(actors.blocks[2]).toEqual(actors.blocks[1]);
  });

  it("lose the next one when two workers die before they begin it", async () => {
    const came = await examineAll(new Actors([obedient, dead, dead]), 9);
    expect(came.slice(0, 3)).toEqual(["held", "died", "held"]);
  });

  it("that are not begun when all is to stop come to nothing", async () => {
    const actors = new Actors([]);
    const blocks = new Blocks(actors, { sources: [{ scenario }], jobs: 1, runBudget: 60 });
    const turns = [1, 2, 3].map((seed) => blocks.examine({ scenario: 0, seed }, false));
    blocks.stop();
    expect(await Promise.all(turns)).toEqual([undefined, undefined, undefined]);
    expect(actors.blocks).toEqual([]);
  });

  it("that wait in a block that is under way come to nothing, too", async () => {
    const stopping: Act = (seeds, { progress }) => {
      progress.begin();
      blocks.stop();
      return seeds.filter(() => progress.begin()).length + 1;
    };
    const blocks = new Blocks(new Actors([obedient, stopping]), {
      ...{ sources: [{ scenario }], jobs: 1, runBudget: 60 },
    });
    await blocks.examine({ scenario: 0, seed: 1 }, false);
    const turns = [2, 3, 4, 5, 6].map((seed) => blocks.examine({ scenario: 0, seed }, false));
    expect(await Promise.all(turns)).toEqual([examined, ...Array(4).fill(undefined)]);
  });

  it("wait for what is done besides, which itself waits for one block to end", async () => {
    const actors = new Actors([]);
    const blocks = new Blocks(actors, { sources: [{ scenario }], jobs: 1, runBudget: 60 });
    const order: string[] = [];
    const examine = (seed: number) =>
      blocks.examine({ scenario: 0, seed }, false).then(() => order.push(`seed ${seed}`));
    const turns = [1, 2].map(examine);
    await undefined;
    await undefined;
    const besides = blocks.besides(async () => {
      // The first seed is a block by itself.
      order.push(`besides, after ${actors.blocks.length}`);
      await Promise.all([...Array(9)].map(() => undefined));
      order.push(`done, after ${actors.blocks.length}`);
    });
    await Promise.all([...turns, besides]);
    const others = order.filter((one) => one !== "seed 1");
    expect(others).toEqual(["besides, after 1", "done, after 1", "seed 2"]);
  });

  it("are handed out before the results of the block before are taken in", async () => {
    const actors = new Actors([obedient]);
    const blocks = new Blocks(actors, { sources: [{ scenario }], jobs: 1, runBudget: 60 });
    const turns = [1, 2].map((seed) => blocks.examine({ scenario: 0, seed }, false));
    let blocksThen = 0;
    void turns[0]!.then(() => {
      blocksThen = actors.blocks.length;
    });
    await Promise.all(turns);
    expect(blocksThen).toBe(2);
  });
});
