import type { NodeId } from "../../sim/env.ts";
import type { BackendContext } from "./backend-context.ts";
import { addHolder, applyEntry, isOpen, removeHolder } from "./blocks.ts";
import type { Replica } from "./entries.ts";
import { isRefusedByDisk, type Ledger } from "./ledger.ts";
import type { FileId } from "./messages.ts";

/** Who holds what: in the ledger once a file is confirmed, in memory only before that. */
export class Holders {
  readonly #context: BackendContext;
  readonly #ledger: Ledger;

  constructor(context: BackendContext, ledger: Ledger) {
    this.#context = context;
    this.#ledger = ledger;
  }

  /** A node has confirmed a replica of a file that is open or confirmed. */
  gain(file: FileId, chunk: number, replica: Replica): void {
    const { state, env } = this.#context;
    const block = state.blocks.get(file)!;
    const known = block.chunks[chunk]!.holders.get(replica.node);
    env.emit("replica held", { file, chunk, node: replica.node });
    if (known !== undefined) {
      known.isProven = true;
      return;
    }
    const change = { file, chunk, replica };
    if (isOpen(block)) {
      addHolder(state, change);
      return;
    }
    const outcome = this.#ledger.append({ kind: "held", ...change });
    // What the ledger has no room for is an orphan, removed later, and made anew.
    if (!isRefusedByDisk(outcome)) applyEntry(state, outcome);
  }

  /** A node has shown that it does not hold its replica; others get it rather than this one. */
  lose(file: FileId, chunk: number, node: NodeId, why: string): void {
    const { state, env } = this.#context;
    const block = state.blocks.get(file)!;
    const holder = removeHolder(state, file, chunk, node);
    if (holder === undefined) return;
    block.chunks[chunk]!.failed.add(node);
    env.emit("replica lost", { file, chunk, node, why });
    if (block.decision !== "confirmed") return;
    state.thin.add(file);
    // Without room it is found out again after a restart.
    this.#ledger.append({ kind: "lost", file, chunk, replica: holder.replica });
  }

  /** What a node holds is to be proven anew before it counts. */
  distrust(node: NodeId): void {
    const { state } = this.#context;
    for (const { file, chunk } of state.holdings.get(node)?.values() ?? []) {
      state.blocks.get(file)!.chunks[chunk]!.holders.get(node)!.isProven = false;
      state.thin.add(file);
    }
  }
}
