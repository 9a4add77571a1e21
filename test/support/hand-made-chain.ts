import type { ChainEvents, ChainView, ShownBlock } from "../../src/invariants/chain-view.ts";
import type { NodeId, Plain } from "../../src/sim/env.ts";
import type { EmittedEvent, Invariant } from "../../src/sim/invariant.ts";
import { HandMadeWorld } from "./hand-made-world.ts";

/** A chain of these blocks from genesis on; the name of a block is its hash. */
export function chainOf(...names: readonly string[]): ChainView {
  const canonical = ["genesis", ...names];
  const blocks = new Map(canonical.map((hash, height) => [hash, blockOf(canonical, hash, height)]));
  const genesis = { height: 0, hash: "genesis" };
  const transactions = new Map(
    [...blocks.values()].flatMap((block) =>
      block.transactions.map((transaction) => [transaction, block.header.hash] as const),
    ),
  );
  const branches = new Map(names.map((name, i) => [i + 1, [name]]));
  const checkpoints = { justified: genesis, finalized: genesis };
  return { chain: { blocks, canonical, base: 0, branches, transactions, ...checkpoints } };
}

/** Each block has as many transactions as its height says. */
function blockOf(canonical: readonly string[], hash: string, height: number): ShownBlock {
  const parent = canonical[height - 1] ?? "";
  const header = { hash, parent, height, timestamp: height, producer: "", stateRoot: "" };
  const transactions = Array.from({ length: height }, (_, i) => `${hash} ${i}`);
  return { header, body: undefined, transactions };
}

/** Something that a node of the chain tells. */
export function says<Name extends keyof ChainEvents>(
  event: Name,
  data: ChainEvents[Name] & Plain,
): EmittedEvent {
  return { event, data };
}

/** A world of three servers with nothing but genesis. */
export class HandMadeChain extends HandMadeWorld<ChainView> {
  constructor(...invariants: readonly Invariant<ChainView>[]) {
    super(invariants, { a: chainOf(), b: chainOf(), c: chainOf() });
  }

  /** A server tells something, of its own accord. */
  tells(at: number, on: NodeId, ...emitted: readonly EmittedEvent[]): string[] {
    return this.event(at, { on, kind: "timer", emitted });
  }

  /** A server has this chain from now on, and says so; what is broken then. */
  has(at: number, on: NodeId, names: readonly string[], change: Partial<Change> = {}): string[] {
    this.host(on).node = chainOf(...names);
    const hash = names.at(-1) ?? "genesis";
    const data = { height: names.length, hash, orphaned: 0, adopted: 1, ...change };
    return this.tells(at, on, says("tip changed", data));
  }
}

type Change = Pick<ChainEvents["tip changed"], "orphaned" | "adopted">;
