import type { NodeId } from "../../sim/env.ts";
import type { BackendContext } from "./backend-context.ts";
import type { Block } from "./backend-state.ts";
import { isOpen } from "./blocks.ts";
import type { Calls } from "./calls.ts";
import type { Consensus } from "./consensus.ts";
import type { Holders } from "./holders.ts";
import type { Address } from "./messages.ts";
import type { StorageNodes } from "./nodes.ts";
import type { Replication } from "./replication.ts";

/** At regular times: lost replicas are made anew, and what belongs to no file is removed. */
export class Housekeeping {
  readonly #context: BackendContext;
  readonly #calls: Calls;
  readonly #nodes: StorageNodes;
  readonly #holders: Holders;
  readonly #consensus: Consensus;
  readonly #replication: Replication;

  constructor(
    context: BackendContext,
    parts: {
      readonly calls: Calls;
      readonly nodes: StorageNodes;
      readonly holders: Holders;
      readonly consensus: Consensus;
      readonly replication: Replication;
    },
  ) {
    this.#context = context;
    this.#calls = parts.calls;
    this.#nodes = parts.nodes;
    this.#holders = parts.holders;
    this.#consensus = parts.consensus;
    this.#replication = parts.replication;
  }

  onTick(): void {
    const { state, env, options } = this.#context;
    env.setTimer("repair", options.repairInterval);
    for (const file of [...state.thin]) this.#mend(state.blocks.get(file)!);
    this.#recover();
    this.#forgetCalls();
    this.#askNextForInventory();
  }

  /** What a node says that it holds: what it lacks is lost, what is nobody's is removed. */
  onHoldings(node: NodeId, asked: number, addresses: readonly Address[]): void {
    const { state, env } = this.#context;
    const there = new Set(addresses);
    for (const [address, { file, chunk, since }] of [...(state.holdings.get(node) ?? [])]) {
      // Confirmed after the question had left: the answer may not know of it.
      if (since >= asked || there.has(address)) continue;
      this.#holders.lose(file, chunk, node, "missing");
    }
    const kept = this.#keptBy(node);
    for (const [address, confirm] of kept) if (there.has(address)) confirm();
    const held = state.holdings.get(node);
    const orphans = addresses.filter(
      (address) => !kept.has(address) && held?.has(address) !== true,
    );
    if (orphans.length === 0) return;
    env.emit("orphans dropped", { node, addresses: orphans });
    this.#calls.ask(node, { type: "drop", addresses: orphans }, { kind: "drop" });
  }

  #mend(block: Block): void {
    const { state, env, options } = this.#context;
    const { file } = block;
    const upload = state.uploads.get(file);
    const isOld = upload !== undefined && env.now() > upload.startedAt + options.consensusTimeout;
    // Those who hold it have its bytes, too.
    if (isOld && !isOpen(block)) state.uploads.delete(file);
    if (this.#replication.isThin(block)) {
      this.#replication.tend(file);
      return;
    }
    if (isOpen(block)) return;
    state.thin.delete(file);
    state.uploads.delete(file);
    for (const [name, job] of state.jobs) if (job.file === file) state.jobs.delete(name);
  }

  /** Confirmations count late, but not for ever. */
  #forgetCalls(): void {
    const { state, env, options } = this.#context;
    const since = env.now() - 2 * options.consensusTimeout;
    for (const [number, { about, askedAt }] of state.calls) {
      if (about.kind === "store" && askedAt < since) state.calls.delete(number);
    }
  }

  /** Uploads that a restart has cut short: their bytes are with those who hold them, if any. */
  #recover(): void {
    const { blocks, uploads } = this.#context.state;
    const open = [...blocks.values()].filter((block) => isOpen(block) && !uploads.has(block.file));
    const intended = open.flatMap(({ chunks }) => chunks.flatMap((chunk) => chunk.intended));
    const nodes = new Set(intended.map(({ node }) => node));
    for (const node of [...nodes].sort()) this.#askForInventory(node);
    for (const { file } of open) this.#replication.tend(file);
  }

  /** What may be at a node without being in the ledger: by address, with what that means. */
  #keptBy(node: NodeId): ReadonlyMap<Address, () => void> {
    const { state } = this.#context;
    const kept = new Map<Address, () => void>();
    for (const job of state.jobs.values()) {
      if (job.replica.node === node) kept.set(job.replica.address, () => undefined);
    }
    for (const block of state.blocks.values()) {
      if (!isOpen(block)) continue;
      for (const [index, { intended }] of block.chunks.entries()) {
        const replica = intended.find((other) => other.node === node);
        if (replica === undefined) continue;
        kept.set(replica.address, () => this.#consensus.onHeld(block.file, index, replica));
      }
    }
    return kept;
  }

  #askNextForInventory(): void {
    const { state } = this.#context;
    const names = this.#nodes.available().map(([name]) => name);
    const last = state.lastInventory;
    const next = names.find((name) => last === undefined || name > last) ?? names[0];
    if (next === undefined) return;
    state.lastInventory = next;
    this.#askForInventory(next);
  }

  #askForInventory(node: NodeId): void {
    this.#calls.ask(node, { type: "inventory" }, { kind: "inventory" });
  }
}
